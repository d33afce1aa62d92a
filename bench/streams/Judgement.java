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

    /** A part of a line with what is found out about it; all of them are in the line's unit of measure. */
    static final class ShippedPart {
        final Rows.Part row;
        final Rows.ShipmentRow shipment;
        final Contracts.Item item; // what is in the box
        long allowed; // of what was shipped
        boolean refused;
        boolean blocked;

        ShippedPart(Rows.Part row, Rows.ShipmentRow shipment, Contracts.Item item) {
            this.row = row;
            this.shipment = shipment;
            this.item = item;
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
    private Rows.Price price; // of the ordered item

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
        for (ShippedPart part : parts) {
            requireUnit(part.row.uom(), agreedUom);
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
        if (price == null || price.unitPrice() == 0) {
            throw new IllegalStateException("item " + itemId + " has no price: the benchmark's distributor prices every line");
        }
        requireUnit(price.uom(), agreedUom);
    }

    private static void requireUnit(String uom, String expected) {
        if (!uom.equals(expected)) {
            throw new IllegalStateException(uom + " where " + expected + " was expected: the benchmark's distributor counts an item in one unit");
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
            shipped += part.refused ? 0 : part.row.shipped();
        }
        if (shipped >= agreedQuantity) {
            return true;
        }
        if (!order.shipsNoMore) {
            return false;
        }
        Contracts.ShipPolicy policy = order.placed.shipPolicy() != null ? order.placed.shipPolicy() : customer.shipPolicy();
        return policy == Contracts.ShipPolicy.partial_cancel_backorder
                || shipped >= Money.below(agreedQuantity, tolerance(customer.underTolerance(), ordered.underTolerance()));
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
        long left = Money.above(agreedQuantity, tolerance(customer.overTolerance(), ordered.overTolerance()));
        long excess = 0;
        for (ShippedPart part : inTurn) {
            if (!part.refused) {
                part.allowed = Math.min(part.row.shipped(), left);
                left -= part.allowed;
                excess += part.row.shipped() - part.allowed;
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
            block(part, Condition.NOT_ACCEPTED, "", part.row.shipped())
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
            Reason told = block(part, Condition.SUBSTITUTION_REFUSED, "item/" + itemId, part.row.shipped());
            switch (line.row.placed.substitution()) {
                case allowed -> told.say("master data does not name item " + itemId + " as a substitute of " + ordered.itemId());
                case ask -> told.say(inPlace + ", and the customer is to be asked first");
                default -> told.say(inPlace + ", and the order line takes no substitute");
            }
        } else if (customer.substitutionPrice() != Contracts.SubstitutionPrice.original) {
            Rows.Price listed = listed(itemId, part.row.uom());
            if (listed == null || listed.unitPrice() <= 0) {
                block(part, Condition.SUBSTITUTION_UNPRICED, "item/" + itemId, part.row.shipped()).say(listed == null
                        ? inPlace + " and has no price in " + order.currency() + " on " + dossier.businessDay() : inPlace + " and its price is zero");
            }
        }
    }

    private void tellOverShipped(long excess) {
        Reason over = new Reason(Condition.OVER_SHIPPED, "", ordered.itemId(), excess);
        for (ShippedPart part : parts) {
            if (!part.refused && part.allowed < part.row.shipped()) {
                over.parts.add(part);
            }
        }
        over.say(Money.quantityText(excess) + " " + agreedUom + " beyond the " + Money.quantityText(agreedQuantity) + " " + agreedUom
                + " ordered and what is tolerated are not billed");
        reasons.add(over);
    }

    private void tellShortShipped() {
        Reason missing = new Reason(Condition.SHORT_SHIPPED, "", ordered.itemId(), agreedQuantity);
        for (ShippedPart part : parts) {
            if (!part.refused && part.row.shipped() > 0) {
                missing.parts.add(part);
                missing.quantity -= part.row.shipped();
            }
        }
        missing.say(Money.quantityText(missing.quantity) + " " + agreedUom + " of " + Money.quantityText(agreedQuantity) + " " + agreedUom
                + " are missing, and the warehouse ships no more");
        reasons.add(missing);
    }

    /** What is to be billed of each part. */
    private void bill(Contracts.InvoicePolicy policy) {
        for (ShippedPart part : parts) {
            long quantity = Math.min(policy == Contracts.InvoicePolicy.per_delivery ? part.row.delivered() : part.row.shipped(), part.allowed);
            if (part.blocked || quantity == 0) {
                continue;
            }
            Rows.Price per = priceOf(part);
            Rows.Bill bill = new Rows.Bill();
            bill.unit = policy == Contracts.InvoicePolicy.order_complete ? Invoicing.ORDER_UNIT : "shipment/" + part.row.shipmentId();
            bill.shipmentId = part.row.shipmentId();
            bill.partItemId = part.row.itemId();
            bill.partUom = part.row.uom();
            bill.orderedItemId = ordered.itemId();
            bill.quantity = quantity;
            bill.uom = agreedUom;
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
            desired.add(bill);
        }
    }

    /** The price that is billed: the ordered item's, or for a substitute what the customer's rule says. */
    private Rows.Price priceOf(ShippedPart part) {
        if (!isSubstitute(part) || customer.substitutionPrice() == Contracts.SubstitutionPrice.original) {
            return price;
        }
        Rows.Price substitute = listed(part.row.itemId(), agreedUom);
        requireUnit(substitute.uom(), agreedUom);
        boolean takesIt = customer.substitutionPrice() == Contracts.SubstitutionPrice.substitute
                || Money.lessPrice(substitute.unitPrice(), substitute.priceUnit(), price.unitPrice(), price.priceUnit());
        return takesIt ? substitute : price;
    }

    /** The value of a quantity at the ordered item's price; null where it is too large to be stated. */
    Long worth(long quantity) {
        return price == null ? null : Money.extend(quantity, price.unitPrice(), price.priceUnit(), order.currency());
    }

    /** What the header counts of the line once it is billed as given. */
    Rows.Tally tally(List<Rows.Bill> billed) {
        if (!known) {
            return Rows.Tally.NONE;
        }
        long covered = 0;
        for (Rows.Bill bill : billed) {
            covered += bill.quantity;
        }
        long target = 0;
        for (ShippedPart part : parts) {
            target += part.allowed;
        }
        if (open && !done) {
            target = Math.max(agreedQuantity, target);
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
            if (inWarehouse > 0) {
                requireUnit(part.row.uom(), part.item.baseUom());
                demand.add(new Rows.DemandRow(part.row.itemId(), part.shipment.warehouseId, 0, inWarehouse));
            }
        }
    }

    /** What is still to be allocated for an open line that is agreed. */
    private void tellCommitted() {
        if (!open || done || standing != Standing.agreed) {
            return;
        }
        long left = agreedQuantity;
        for (ShippedPart part : parts) {
            left -= part.refused ? 0 : Math.max(part.row.allocated(), part.row.shipped());
        }
        if (left > 0) {
            requireUnit(agreedUom, ordered.baseUom());
            demand.add(new Rows.DemandRow(ordered.itemId(), line.row.placed.warehouseId(), left, 0));
        }
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
