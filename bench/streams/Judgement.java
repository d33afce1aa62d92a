import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What follows for one line from the facts: what its billing units should have billed of it, the reasons for which what was
 * shipped is not billed, and what the line asks of stock. It depends on the facts alone, so that the order in which they
 * came leaves no trace.
 */
final class Judgement {
    enum Standing { agreed, awaited, rejected }

    /** A unit of measure of an item. */
    record Measure(Contracts.Item item, String uom) {}

    /** A part of a line with what is found out about it. Quantities are in the line's unit, those of its row in the part's. */
    static final class ShippedPart {
        final Rows.Part row;
        final Rows.ShipmentRow shipment;
        final Contracts.Item item; // what is in the box
        boolean counts; // its quantities are known in the line's unit
        long allocated;
        long shipped;
        long delivered;
        long allowed; // of shipped
        boolean refused;
        boolean blocked;

        ShippedPart(Rows.Part row, Rows.ShipmentRow shipment, Contracts.Item item) {
            this.row = row;
            this.shipment = shipment;
            this.item = item;
        }

        boolean takesItsTurn() {
            return counts && !refused;
        }

        Measure measure() {
            return new Measure(item, row.uom());
        }
    }

    private static final Comparator<ShippedPart> IN_TURN = Comparator.<ShippedPart>comparingLong(part -> part.shipment.shippedAt)
            .thenComparing(part -> part.row.shipmentId()).thenComparing(part -> part.row.itemId()).thenComparing(part -> part.row.uom());

    final Dossier dossier;
    final Dossier.OpenLine line;
    private final Rows.OrderRow order;
    private final Rows.Terms customer;

    boolean known; // order and line are
    final List<ShippedPart> parts = new ArrayList<>(2);
    final List<Reason> reasons = new ArrayList<>(0);
    final List<Rows.Bill> desired = new ArrayList<>(2);
    final List<Rows.DemandRow> demand = new ArrayList<>(2);
    final List<Rows.ListedPrice> looked = new ArrayList<>(0); // what the price list was asked
    private boolean open;
    private boolean done;
    private boolean blocked;

    // What holds of the line: what ERP accepted wins over what was placed.
    private Standing standing = Standing.agreed;
    Contracts.Item ordered;
    String agreedUom;
    private long agreedQuantity;
    private Rows.Price price; // of the ordered item; null: nobody has named one
    private boolean zeroPrice; // that the order line does not ask for

    private Measure unit; // in which the line's quantities are counted
    private long orderedQuantity;
    private Rows.Price unitPrice; // per unit; null: it does not convert

    Judgement(Dossier dossier, Dossier.OpenLine line) {
        this.dossier = dossier;
        this.line = line;
        order = dossier.order;
        customer = dossier.customer();
        for (Rows.Part part : line.row.parts) {
            parts.add(new ShippedPart(part, dossier.shipment(part.shipmentId()), item(part.itemId())));
        }
        if (order.placed != null && line.row.placed != null) {
            known = true;
            judge();
        }
        tellAllocated();
        if (known) {
            tellCommitted();
        }
        sumDemand();
    }

    private void judge() {
        agree(dossier.acceptanceIsRequired());
        count();
        unitPrice = price == null ? null : per(price, new Measure(ordered, price.uom()), unit);
        for (ShippedPart part : parts) {
            part.refused = refuses(part.row.itemId());
        }
        open = standing != Standing.rejected;
        done = open && isFilled();
        Contracts.InvoicePolicy policy = dossier.invoicePolicy();
        if (Invoicing.bills(policy)) {
            findReasons();
            bill(policy);
        }
    }

    private void agree(boolean required) {
        Contracts.OrderLine placed = line.row.placed;
        String itemId = placed.itemId();
        agreedQuantity = placed.quantity();
        agreedUom = placed.uom();
        boolean saysFree = placed.unitPrice() != null && placed.unitPrice() == 0;
        if (placed.unitPrice() != null && order.placed.currency().equals(order.currency())) {
            price = new Rows.Price(placed.unitPrice(), placed.priceUnit(), placed.uom());
        }
        Contracts.AcceptedLine accepted = line.row.accepted;
        if (order.accepted != null && order.accepted.status() == Contracts.AcceptanceStatus.rejected) {
            standing = Standing.rejected;
        } else if (order.accepted == null || accepted == null) {
            standing = required ? Standing.awaited : Standing.agreed;
        } else if (accepted.status() == Contracts.AcceptanceStatus.rejected) {
            standing = Standing.rejected;
        } else {
            itemId = accepted.itemId();
            agreedQuantity = accepted.quantity();
            agreedUom = accepted.uom();
            price = new Rows.Price(accepted.unitPrice(), accepted.priceUnit(), accepted.uom());
        }
        ordered = item(itemId);
        if (price == null) {
            price = listed(itemId, agreedUom);
        }
        zeroPrice = price != null && price.unitPrice() == 0 && !saysFree;
        if (zeroPrice) {
            price = null;
        }
    }

    /** What holds of an item: as of the line's first bill, else by master data. */
    private Contracts.Item item(String itemId) {
        for (Contracts.Item kept : line.row.terms) {
            if (kept.itemId().equals(itemId)) {
                return kept;
            }
        }
        return dossier.masterData.item(itemId);
    }

    /** The listed price of an item: as of the line's first bill, else by the price list on the day of the order. */
    private Rows.Price listed(String itemId, String wantedUom) {
        String customerId = order.placed.customerId();
        String currency = order.currency();
        for (Rows.ListedPrice kept : line.row.prices) {
            if (kept.itemId().equals(itemId) && kept.wantedUom().equals(wantedUom) && kept.customerId().equals(customerId) && kept.currency().equals(currency)) {
                return kept.price();
            }
        }
        Contracts.ItemPrice best = null;
        int day = order.placed.businessDate();
        for (Contracts.ItemPrice candidate : dossier.masterData.prices(itemId)) {
            boolean valid = candidate.currency().equals(currency) && candidate.validFrom() <= day && (candidate.validTo() == null || candidate.validTo() >= day)
                    && (candidate.customerId() == null || candidate.customerId().equals(customerId));
            if (valid && (best == null || ranksBefore(candidate, best, wantedUom))) {
                best = candidate;
            }
        }
        if (best == null) {
            return null;
        }
        Rows.Price found = new Rows.Price(best.unitPrice(), best.priceUnit(), best.uom());
        looked.add(new Rows.ListedPrice(itemId, wantedUom, customerId, currency, found));
        return found;
    }

    /** The customer's agreement before the list price, then the wanted unit, then the latest, then the smallest id. */
    private static boolean ranksBefore(Contracts.ItemPrice a, Contracts.ItemPrice b, String wantedUom) {
        if ((a.customerId() != null) != (b.customerId() != null)) {
            return a.customerId() != null;
        }
        if (a.uom().equals(wantedUom) != b.uom().equals(wantedUom)) {
            return a.uom().equals(wantedUom);
        }
        return a.validFrom() != b.validFrom() ? a.validFrom() > b.validFrom() : a.priceId().compareTo(b.priceId()) < 0;
    }

    /** States every quantity in the line's own unit, or in the item's base unit where more parts convert into that exactly. */
    private void count() {
        Measure own = new Measure(ordered, agreedUom);
        int counted = countIn(own);
        if (counted < parts.size() && countIn(new Measure(ordered, ordered.baseUom())) <= counted) {
            countIn(own);
        }
    }

    private int countIn(Measure in) {
        Money.Factor factor = ratio(new Measure(ordered, agreedUom), in);
        Long converted = factor == null ? null : Money.convert(agreedQuantity, factor);
        if (converted == null) {
            return 0;
        }
        unit = in;
        orderedQuantity = converted;
        int counted = 0;
        for (ShippedPart part : parts) {
            Money.Factor of = ratio(part.measure(), in);
            Long allocated = of == null ? null : Money.convert(part.row.allocated(), of);
            Long shipped = of == null ? null : Money.convert(part.row.shipped(), of);
            Long delivered = of == null ? null : Money.convert(part.row.delivered(), of);
            part.counts = allocated != null && shipped != null && delivered != null;
            if (part.counts) {
                part.allocated = allocated;
                part.shipped = shipped;
                part.delivered = delivered;
                counted++;
            }
        }
        return counted;
    }

    /** How many of the unit to one of the unit from is; null when they do not convert. */
    private static Money.Factor ratio(Measure from, Measure to) {
        if (from.uom.equals(to.uom) && from.item.itemId().equals(to.item.itemId())) {
            return Money.Factor.ONE;
        }
        if (from.item.baseUom().equals(to.item.baseUom())) {
            Money.Factor of = perBase(from);
            Money.Factor in = perBase(to);
            if (of != null && in != null) {
                return of.equals(in) ? Money.Factor.ONE : of.per(in);
            }
        }
        return from.uom.equals(to.uom) ? Money.Factor.ONE : null;
    }

    private static Money.Factor perBase(Measure of) {
        if (of.uom.equals(of.item.baseUom())) {
            return Money.Factor.ONE;
        }
        for (Contracts.Unit unit : of.item.uoms()) {
            if (unit.uom().equals(of.uom)) {
                return Money.Factor.of(unit.numerator(), unit.denominator());
            }
        }
        return null;
    }

    /** The price per another unit: 24.00 per case of 12 is 24.00 per 12 pieces. Null when the units do not convert. */
    private static Rows.Price per(Rows.Price price, Measure of, Measure to) {
        Money.Factor factor = ratio(of, to);
        if (factor == null) {
            return null;
        }
        if (factor.equals(Money.Factor.ONE)) {
            return new Rows.Price(price.unitPrice(), price.priceUnit(), to.uom);
        }
        throw new IllegalStateException("item " + of.item.itemId() + " is priced per " + of.uom + " and counted in " + to.uom + ": the benchmark's distributor does not do that");
    }

    private boolean isSubstitute(ShippedPart part) {
        return !part.row.itemId().equals(ordered.itemId());
    }

    private boolean refuses(String itemId) {
        if (itemId.equals(ordered.itemId()) || itemId.equals(line.row.placed.itemId())) {
            return false;
        }
        return line.row.placed.substitution() != Contracts.Substitution.allowed || !ordered.substitutes().isEmpty() && !ordered.substitutes().contains(itemId);
    }

    /** Whether nothing more is to be shipped: all was, or the warehouse ships no more and what is missing is tolerated. */
    private boolean isFilled() {
        long shipped = 0;
        for (ShippedPart part : parts) {
            shipped += part.takesItsTurn() ? part.shipped : 0;
        }
        if (shipped >= orderedQuantity) {
            return true;
        }
        if (!order.shipsNoMore) {
            return false;
        }
        Contracts.ShipPolicy policy = order.placed.shipPolicy() != null ? order.placed.shipPolicy() : customer.shipPolicy();
        return policy == Contracts.ShipPolicy.partial_cancel_backorder
                || shipped >= Money.below(orderedQuantity, tolerance(customer.underTolerance(), ordered.underTolerance()));
    }

    private static long tolerance(long ofCustomer, Long ofItem) {
        return ofCustomer > 0 ? ofCustomer : ofItem != null ? ofItem : 0;
    }

    /** Gives the parts what may be billed of them, who was shipped first takes first; returns what is left over. */
    private long allocate() {
        List<ShippedPart> inTurn = parts;
        if (parts.size() > 1) {
            inTurn = new ArrayList<>(parts);
            inTurn.sort(IN_TURN);
        }
        long left = Money.above(orderedQuantity, tolerance(customer.overTolerance(), ordered.overTolerance()));
        long excess = 0;
        for (ShippedPart part : inTurn) {
            if (part.takesItsTurn()) {
                part.allowed = Math.min(part.shipped, left);
                left -= part.allowed;
                excess += part.shipped - part.allowed;
            }
        }
        return excess;
    }

    private void findReasons() {
        long excess = allocate();
        for (ShippedPart part : parts) {
            if (part.row.shipped() == 0) {
                continue;
            }
            dossier.masterData.requireWarehouse(part.shipment.warehouseId);
            tellNotAccepted(part);
            tellSubstitution(part);
            if (!part.counts) {
                block(part, Condition.UOM_MISMATCH, "", 0).say(part.row.uom() + " does not convert into " + agreedUom + " of item " + ordered.itemId());
            }
            boolean looksAtOrderedPrice = !isSubstitute(part) || !part.refused && customer.substitutionPrice() != Contracts.SubstitutionPrice.substitute;
            if (price == null && looksAtOrderedPrice) {
                Reason told = block(part, Condition.UNKNOWN_REFERENCE, "price/" + ordered.itemId(), part.shipped);
                told.say(zeroPrice ? "the price of item " + ordered.itemId() + " is zero, and the order line does not say so"
                        : "item " + ordered.itemId() + " has no price in " + order.currency() + " on " + dossier.businessDay());
                told.itemId = ordered.itemId();
            }
            blocked |= part.blocked && !part.refused && open;
        }
        if (excess > 0) {
            tellOverShipped(excess);
        }
        if (open && !done && order.shipsNoMore && standing == Standing.agreed) {
            tellShortShipped();
        }
    }

    private Reason block(ShippedPart part, String cause, String what, long quantity) {
        part.blocked = true;
        return Reason.add(reasons, cause, what, part, quantity);
    }

    private void tellNotAccepted(ShippedPart part) {
        if (standing != Standing.agreed) {
            block(part, Condition.NOT_ACCEPTED, "", part.shipped)
                    .say(standing == Standing.rejected ? "ERP has rejected the line" : "ERP has not accepted the line yet");
        }
    }

    private void tellSubstitution(ShippedPart part) {
        if (!isSubstitute(part)) {
            return;
        }
        String itemId = part.row.itemId();
        String inPlace = "item " + itemId + " was shipped in place of " + ordered.itemId();
        if (part.refused) {
            Reason told = block(part, Condition.SUBSTITUTION_REFUSED, "item/" + itemId, part.shipped);
            switch (line.row.placed.substitution()) {
                case allowed -> told.say("master data does not name item " + itemId + " as a substitute of " + ordered.itemId());
                case ask -> told.say(inPlace + ", and the customer is to be asked first");
                default -> told.say(inPlace + ", and the order line takes no substitute");
            }
        } else if (customer.substitutionPrice() != Contracts.SubstitutionPrice.original) {
            Rows.Price listed = listed(itemId, part.row.uom());
            if (listed == null || listed.unitPrice() <= 0) {
                block(part, Condition.SUBSTITUTION_UNPRICED, "item/" + itemId, part.shipped).say(listed == null
                        ? inPlace + " and has no price in " + order.currency() + " on " + dossier.businessDay() : inPlace + " and its price is zero");
            }
        }
    }

    private void tellOverShipped(long excess) {
        Reason over = new Reason(Condition.OVER_SHIPPED, "", ordered.itemId(), excess);
        for (ShippedPart part : parts) {
            if (part.takesItsTurn() && part.allowed < part.shipped) {
                over.parts.add(part);
            }
        }
        over.say(Money.quantityText(excess) + " " + unit.uom + " beyond the " + Money.quantityText(orderedQuantity) + " " + unit.uom
                + " ordered and what is tolerated are not billed");
        reasons.add(over);
    }

    private void tellShortShipped() {
        Reason missing = new Reason(Condition.SHORT_SHIPPED, "", ordered.itemId(), orderedQuantity);
        for (ShippedPart part : parts) {
            if (part.takesItsTurn() && part.row.shipped() > 0) {
                missing.parts.add(part);
                missing.quantity -= part.shipped;
            }
        }
        missing.say(Money.quantityText(missing.quantity) + " " + unit.uom + " of " + Money.quantityText(orderedQuantity) + " " + unit.uom
                + " are missing, and the warehouse ships no more");
        reasons.add(missing);
    }

    /** What is to be billed of each part. */
    private void bill(Contracts.InvoicePolicy policy) {
        for (ShippedPart part : parts) {
            long covers = Math.min(policy == Contracts.InvoicePolicy.per_delivery ? part.delivered : part.shipped, part.allowed);
            if (part.blocked || covers == 0) {
                continue;
            }
            Money.Factor back = ratio(unit, part.measure());
            Long inPartsUnit = back == null ? null : Money.convert(covers, back);
            Measure in = inPartsUnit == null ? unit : part.measure();
            Rows.Price per = priceOf(part, in);
            if (per == null) {
                blocked = open;
                block(part, Condition.UOM_MISMATCH, "price", part.shipped).say("its price does not convert to one per " + in.uom);
                continue;
            }
            Rows.Bill bill = new Rows.Bill();
            bill.unit = policy == Contracts.InvoicePolicy.order_complete ? Invoicing.ORDER_UNIT : "shipment/" + part.row.shipmentId();
            bill.shipmentId = part.row.shipmentId();
            bill.partItemId = part.row.itemId();
            bill.partUom = part.row.uom();
            bill.orderedItemId = ordered.itemId();
            bill.quantity = inPartsUnit == null ? covers : inPartsUnit;
            bill.uom = in.uom;
            bill.unitPrice = per.unitPrice();
            bill.priceUnit = per.priceUnit();
            Long amount = Money.extend(bill.quantity, bill.unitPrice, bill.priceUnit, order.currency());
            if (amount == null || amount > Money.LARGEST_AMOUNT / 100) {
                throw new IllegalStateException("order " + dossier.orderId + " has an amount that cannot be billed: the benchmark's distributor has none such");
            }
            bill.amount = amount;
            bill.customerId = customer.customerId();
            bill.currency = order.currency();
            bill.trigger = policy;
            bill.rule = isSubstitute(part) ? policy.name() + ":substitution_" + customer.substitutionPrice().name() : policy.name();
            bill.covers = covers;
            bill.coversUom = unit.uom;
            desired.add(bill);
        }
    }

    /** The price per the unit that is billed: the ordered item's, or for a substitute what the customer's rule says. */
    private Rows.Price priceOf(ShippedPart part, Measure in) {
        Contracts.SubstitutionPrice rule = isSubstitute(part) ? customer.substitutionPrice() : Contracts.SubstitutionPrice.original;
        Rows.Price original = null;
        if (rule != Contracts.SubstitutionPrice.substitute) {
            original = per(price, new Measure(ordered, price.uom()), in);
            if (rule != Contracts.SubstitutionPrice.lower || original == null) {
                return original;
            }
        }
        Rows.Price listed = listed(part.row.itemId(), part.row.uom());
        Rows.Price substitute = per(listed, new Measure(part.item, listed.uom()), in);
        if (substitute == null || original == null || Money.lessPrice(substitute.unitPrice(), substitute.priceUnit(), original.unitPrice(), original.priceUnit())) {
            return substitute;
        }
        return original;
    }

    /** The value of a quantity in the line's unit at the ordered item's price; null where that is not known. */
    Long worth(long quantity) {
        return unitPrice == null ? null : Money.extend(quantity, unitPrice.unitPrice(), unitPrice.priceUnit(), order.currency());
    }

    /** What the header counts of the line once it is billed as given. */
    Rows.Tally tally(List<Rows.Bill> billed) {
        if (!known) {
            return Rows.Tally.NONE;
        }
        long covered = 0;
        for (Rows.Bill bill : billed) {
            Money.Factor factor = ratio(new Measure(unit.item, bill.coversUom), unit);
            Long covers = factor == null ? null : Money.convert(bill.covers, factor);
            covered += covers == null ? 0 : covers;
        }
        long target = 0;
        for (ShippedPart part : parts) {
            target += part.allowed;
        }
        if (open && !done) {
            target = Math.max(orderedQuantity, target);
        }
        Long left = worth(Math.max(0, target - covered));
        return new Rows.Tally(open, done, blocked, left == null ? 0 : left);
    }

    /** What the header counts of the line before anything new is billed. */
    Rows.Tally tallyBeforeBilling() {
        return new Rows.Tally(open, done, blocked, 0);
    }

    private void tellAllocated() {
        for (ShippedPart part : parts) {
            long inWarehouse = part.row.allocated() - part.row.shipped();
            Long quantity = inWarehouse <= 0 ? null : inBaseUnit(part.measure(), inWarehouse);
            if (quantity != null) {
                demand.add(new Rows.DemandRow(part.row.itemId(), part.shipment.warehouseId, 0, quantity));
            }
        }
    }

    /** What is still to be allocated for an open line that is agreed. */
    private void tellCommitted() {
        if (!open || done || standing != Standing.agreed) {
            return;
        }
        long left = orderedQuantity;
        for (ShippedPart part : parts) {
            left -= part.takesItsTurn() ? Math.max(part.allocated, part.shipped) : 0;
        }
        Long quantity = left <= 0 ? null : inBaseUnit(unit, left);
        if (quantity != null) {
            demand.add(new Rows.DemandRow(ordered.itemId(), line.row.placed.warehouseId(), quantity, 0));
        }
    }

    private static Long inBaseUnit(Measure of, long quantity) {
        Money.Factor factor = perBase(of);
        return factor == null ? null : Money.convert(quantity, factor);
    }

    static final Comparator<Rows.DemandRow> BY_POSITION = Comparator.comparing(Rows.DemandRow::itemId).thenComparing(Rows.DemandRow::warehouseId);

    private void sumDemand() {
        if (demand.size() < 2) {
            return;
        }
        demand.sort(BY_POSITION);
        List<Rows.DemandRow> summed = new ArrayList<>(demand.size());
        for (Rows.DemandRow row : demand) {
            int n = summed.size() - 1;
            if (n >= 0 && summed.get(n).isAt(row)) {
                Rows.DemandRow same = summed.get(n);
                summed.set(n, new Rows.DemandRow(row.itemId(), row.warehouseId(), same.committed() + row.committed(), same.allocated() + row.allocated()));
            } else {
                summed.add(row);
            }
        }
        demand.clear();
        demand.addAll(summed);
    }
}
