import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An order during one step: the rows that the step touches, and all that follows from what has changed in them. */
final class Dossier {
    /** A line during one step. */
    static final class OpenLine {
        final int lineNo;
        final Rows.LineRow row;
        private final byte[] stored; // null: a new one
        Judgement judgement;

        OpenLine(int lineNo, byte[] stored, Rows.LineRow row) {
            this.lineNo = lineNo;
            this.stored = stored;
            this.row = row;
        }
    }

    final String orderId;
    final Rows.OrderRow order;
    final List<OpenLine> lines = new ArrayList<>(6); // by line number
    final MasterData masterData;
    private final Fulfilment of;
    private final byte[] stored; // null: a new order
    private final boolean shippedNoMore;
    private final int linesBefore;
    private int loaded; // lines that have a row
    private boolean all; // lines are loaded
    private Rows.Terms terms; // the customer's, once they were looked up
    private final Map<String, Rows.ShipmentRow> shipments = new HashMap<>(4);

    Dossier(Fulfilment of, MasterData masterData, String orderId) {
        this.of = of;
        this.masterData = masterData;
        this.orderId = orderId;
        stored = of.orderRow(orderId);
        order = stored == null ? new Rows.OrderRow() : Rows.OrderRow.read(of.rowIn.over(stored));
        shippedNoMore = order.shipsNoMore;
        linesBefore = order.lines;
        all = stored == null;
    }

    void happened(long at) {
        order.asOf = Math.max(order.asOf, at);
    }

    /** A line, made if there is none. */
    OpenLine line(int lineNo) {
        int at = placeOf(lineNo);
        if (at >= 0) {
            return lines.get(at);
        }
        byte[] row = hasAll() ? null : of.lineRow(orderId, lineNo);
        return insert(-at - 1, lineNo, row);
    }

    private int placeOf(int lineNo) {
        int low = 0;
        int high = lines.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int compared = Integer.compare(lines.get(middle).lineNo, lineNo);
            if (compared == 0) {
                return middle;
            }
            if (compared < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private OpenLine insert(int at, int lineNo, byte[] row) {
        loaded += row == null ? 0 : 1;
        OpenLine line = new OpenLine(lineNo, row, row == null ? new Rows.LineRow() : Rows.LineRow.read(of.rowIn.over(row)));
        lines.add(at, line);
        return line;
    }

    private boolean hasAll() {
        return all || loaded == linesBefore;
    }

    /** Takes all lines of the order in: for what concerns the order as a whole. */
    void loadAll() {
        if (!hasAll()) {
            of.forEachLine(orderId, (lineNo, row) -> {
                int at = placeOf(lineNo);
                if (at < 0) {
                    insert(-at - 1, lineNo, row);
                }
            });
        }
        all = true;
    }

    Rows.ShipmentRow shipment(String shipmentId) {
        Rows.ShipmentRow row = shipments.get(shipmentId);
        if (row == null && stored != null) {
            byte[] kept = of.shipmentRow(orderId, shipmentId);
            if (kept != null) {
                row = Rows.ShipmentRow.read(of.rowIn.over(kept));
                shipments.put(shipmentId, row);
            }
        }
        return row;
    }

    void putShipment(Rows.ShipmentRow row) {
        shipments.put(row.shipmentId, row);
        of.putShipment(orderId, row);
    }

    /** The terms that hold for the order: those that it was first billed by, else master data's; null before it is placed. */
    Rows.Terms customer() {
        if (order.placed == null) {
            return null;
        }
        if (order.agreed != null) {
            return order.agreed;
        }
        if (terms == null) {
            terms = Rows.Terms.of(masterData.customer(order.placed.customerId()));
        }
        return terms;
    }

    Contracts.InvoicePolicy invoicePolicy() {
        return order.placed.invoicePolicy() != null ? order.placed.invoicePolicy() : customer().invoicePolicy();
    }

    /** By the catalogue's channels: ERP answers the orders of one of them. */
    boolean acceptanceIsRequired() {
        return order.placed.channel().equals("edi");
    }

    String businessDay() {
        return LocalDate.ofEpochDay(order.placed.businessDate()).toString();
    }

    /** Whether nothing is raised or held that would name the latest event of a shipment. */
    boolean isQuiet() {
        return order.holds.isEmpty() && lines.stream().allMatch(line -> line.row.raised.isEmpty());
    }

    /** Draws all consequences of what has changed in the rows, and writes them. */
    void settle() {
        order.shipsNoMore = order.last > 0 && order.inProgress == 0;
        if (stored != null && order.shipsNoMore != shippedNoMore) {
            loadAll();
        }
        judge();
        boolean asOne = order.placed != null && invoicePolicy() == Contracts.InvoicePolicy.order_complete;
        boolean complete = order.open == order.done && order.blocked == 0;
        if (asOne && order.holds.isEmpty() && complete != order.complete) {
            order.complete = complete;
            loadAll();
            judge();
        }
        if (!asOne) {
            order.complete = false;
        }
        if (order.placed != null && !order.isStopped()) {
            Invoicing.bill(this, asOne && !order.complete);
        }
        for (OpenLine line : lines) {
            raise(line);
            tellDemand(line);
            count(line, line.judgement.tally(line.row.billed));
        }
        assess();
        write();
    }

    private void judge() {
        for (OpenLine line : lines) {
            if (line.judgement == null) {
                line.judgement = new Judgement(this, line);
                count(line, line.judgement.tallyBeforeBilling());
            }
        }
    }

    private void count(OpenLine line, Rows.Tally now) {
        line.row.tally.countIn(order, -1);
        now.countIn(order, 1);
        line.row.tally = now;
    }

    private void write() {
        order.lines = linesBefore;
        for (OpenLine line : lines) {
            order.lines += line.stored == null ? 1 : 0;
            of.putLine(orderId, line.lineNo, line.stored, line.row);
        }
        of.putOrder(orderId, stored, order);
    }

    /** The records that a bill rests on. */
    List<Rows.Fact> grounds(Rows.Bill bill) {
        List<Rows.Fact> facts = new ArrayList<>(4);
        facts.add(order.placed.fact());
        if (order.accepted != null) {
            facts.add(order.accepted.fact());
        }
        Rows.ShipmentRow shipment = shipment(bill.shipmentId);
        facts.add(shipment.shipped);
        if (bill.trigger == Contracts.InvoicePolicy.per_delivery) {
            facts.add(shipment.delivered);
        }
        return facts;
    }

    /** Makes the master data stay by which a bill was made: a later correction does not change what was billed. */
    void keepTerms(OpenLine line, Rows.Bill bill) {
        order.agreed = customer();
        keep(line, line.judgement.ordered, line.judgement.agreedUom);
        if (!bill.partItemId.equals(bill.orderedItemId)) {
            keep(line, masterData.item(bill.partItemId), bill.partUom);
        }
    }

    private static void keep(OpenLine line, Contracts.Item item, String wantedUom) {
        Rows.LineRow row = line.row;
        for (Rows.ListedPrice found : line.judgement.looked) {
            if (found.itemId().equals(item.itemId()) && found.wantedUom().equals(wantedUom) && !row.prices.contains(found)) {
                row.prices.add(found);
            }
        }
        if (row.terms.stream().noneMatch(kept -> kept.itemId().equals(item.itemId()))) {
            row.terms.add(item);
            row.terms.sort(Comparator.comparing(Contracts.Item::itemId));
        }
    }

    int revision(String unit) {
        return stored == null ? 0 : of.revision(orderId, unit);
    }

    void putRevision(String unit, int revision) {
        of.putRevision(orderId, unit, revision);
    }

    void emit(Contracts.InvoiceReady bill) {
        of.emit(bill);
    }

    /** What every condition says of the order. */
    void describe(Condition condition) {
        condition.orderId = orderId;
        if (order.placed != null) {
            condition.customerId = order.placed.customerId();
            condition.channel = order.placed.channel();
            condition.segment = masterData.customer(condition.customerId).segment();
            condition.currency = order.currency();
        }
    }

    /** Tells the line's reasons, and that those which stood before are gone. */
    private void raise(OpenLine line) {
        List<Reason> reasons = line.judgement.reasons;
        if (reasons.isEmpty() && line.row.raised.isEmpty()) {
            return;
        }
        List<Rows.Raised> now = new ArrayList<>(reasons.size());
        for (Reason reason : reasons) {
            Condition condition = reason.condition(line.judgement);
            of.raise(orderId, condition);
            now.add(new Rows.Raised(condition.exceptionId, condition.cause));
        }
        for (Rows.Raised before : line.row.raised) {
            if (!now.contains(before)) {
                of.clear(orderId, before.cause(), before.exceptionId());
            }
        }
        now.sort(Comparator.comparing(Rows.Raised::exceptionId));
        line.row.raised = now;
    }

    /** Tells the demand that is not as it was last told: a position that the line has left is told zeros. */
    private void tellDemand(OpenLine line) {
        List<Rows.DemandRow> before = line.row.demand;
        List<Rows.DemandRow> now = line.judgement.demand;
        if (before.equals(now)) {
            return;
        }
        List<Rows.DemandRow> changes = new ArrayList<>(2);
        for (Rows.DemandRow row : before) {
            if (now.stream().noneMatch(row::isAt)) {
                changes.add(new Rows.DemandRow(row.itemId(), row.warehouseId(), 0, 0));
            }
        }
        for (Rows.DemandRow row : now) {
            if (!before.contains(row)) {
                changes.add(row);
            }
        }
        changes.sort(Judgement.BY_POSITION);
        for (Rows.DemandRow row : changes) {
            of.emit(new Contracts.Demand(orderId, line.lineNo, row.itemId(), row.warehouseId(), row.committed(), row.allocated(), order.asOf));
        }
        line.row.demand = now;
    }

    /** Puts a hold among the order's, by its id, or takes it away; then settles. */
    void takeHold(Contracts.Hold hold) {
        Rows.HoldRow before = null;
        for (Rows.HoldRow row : order.holds) {
            before = row.holdId().equals(hold.holdId()) ? row : before;
        }
        Rows.HoldRow now = new Rows.HoldRow(hold.holdId(), hold.cause(), hold.shipmentId(), hold.sequence() != null, before == null ? null : before.assessed());
        if (hold.active() ? now.equals(before) : before == null) {
            return;
        }
        order.holds.remove(before);
        if (hold.active()) {
            order.holds.add(now);
            order.holds.sort(Comparator.comparing(Rows.HoldRow::holdId));
        }
        if (before != null) {
            loadHeld(before);
        }
        settle();
    }

    /** Takes in the lines whose billing a hold kept back: all, where the order was billed as one. */
    private void loadHeld(Rows.HoldRow hold) {
        if (hold.stopsOrder() || order.agreed != null && revision(Invoicing.ORDER_UNIT) > 0) {
            loadAll();
            return;
        }
        Rows.ShipmentRow shipment = shipment(hold.shipmentId());
        if (shipment != null) {
            shipment.lines.forEach(this::line);
        }
    }

    /** Tells each hold's value at risk where it is not as it was last told. */
    private void assess() {
        for (int at = 0; at < order.holds.size(); at++) {
            Rows.HoldRow hold = order.holds.get(at);
            Condition condition = new Condition(Contracts.ConditionKind.assessed, hold.cause(), hold.holdId());
            describe(condition);
            condition.shipmentId = hold.shipmentId();
            long amount = Math.min(Math.max(hold.stopsOrder() ? order.unbilled : unbilledBehind(hold), 0), Money.LARGEST_AMOUNT);
            condition.amountAtRisk = condition.currency == null ? null : (Long) amount;
            Rows.Summary summary = new Rows.Summary(condition.customerId, condition.channel, condition.segment, condition.currency, amount);
            if (summary.equals(hold.assessed())) {
                continue;
            }
            of.emit(condition);
            order.holds.set(at, new Rows.HoldRow(hold.holdId(), hold.cause(), hold.shipmentId(), hold.sequenceKnown(), summary));
        }
    }

    /** The value not yet billed of the lines that the shipment carries; as long as nothing is known of it, of the order. */
    private long unbilledBehind(Rows.HoldRow hold) {
        Rows.ShipmentRow shipment = shipment(hold.shipmentId());
        if (shipment == null || !shipment.carries()) {
            return order.unbilled;
        }
        if (hold.assessed() != null && shipment.lines.stream().noneMatch(lineNo -> placeOf(lineNo) >= 0)) {
            return hold.assessed().amount();
        }
        long sum = 0;
        for (int lineNo : shipment.lines) {
            int at = placeOf(lineNo);
            byte[] row = at >= 0 ? null : of.lineRow(orderId, lineNo);
            sum += at >= 0 ? lines.get(at).row.tally.unbilled() : row == null ? 0 : Rows.LineRow.read(of.rowIn.over(row)).tally.unbilled();
        }
        return sum;
    }
}
