import java.util.ArrayList;
import java.util.List;

/**
 * The state of an order: a header, a row a line, a row a shipment, a row a billing unit. What a row holds of many things (a
 * line's shipments, a shipment's lines) is what its own events are about, never the whole order.
 */
final class Rows {
    private Rows() {}

    /** An input record and when what it tells happened. */
    record Fact(long at, Contracts.Evidence origin) {
        static Fact read(AvroReader in) {
            return new Fact(in.readLong(), Contracts.Evidence.read(in));
        }

        void write(AvroWriter out) {
            out.writeLong(at);
            origin.write(out);
        }
    }

    record Placed(long sequence, String customerId, String channel, String currency, Contracts.ShipPolicy shipPolicy,
            Contracts.InvoicePolicy invoicePolicy, int businessDate, Fact fact) {
        static Placed read(AvroReader in) {
            return new Placed(in.readLong(), in.readString(), in.readString(), in.readString(), in.readSymbolOrNull(Contracts.SHIP_POLICIES),
                    in.readSymbolOrNull(Contracts.INVOICE_POLICIES), in.readInt(), Fact.read(in));
        }

        void write(AvroWriter out) {
            out.writeLong(sequence).writeString(customerId).writeString(channel).writeString(currency).writeSymbolOrNull(shipPolicy);
            out.writeSymbolOrNull(invoicePolicy).writeLong(businessDate);
            fact.write(out);
        }
    }

    record Accepted(long position, Contracts.AcceptanceStatus status, String currency, Fact fact) {
        static Accepted read(AvroReader in) {
            return new Accepted(in.readLong(), in.readSymbol(Contracts.ACCEPTANCE_STATUSES), in.readString(), Fact.read(in));
        }

        void write(AvroWriter out) {
            out.writeLong(position).writeSymbol(status).writeString(currency);
            fact.write(out);
        }
    }

    /** What decides of a customer; as of the first bill it stays. */
    record Terms(String customerId, Contracts.InvoicePolicy invoicePolicy, Contracts.ShipPolicy shipPolicy, long overTolerance, long underTolerance,
            Contracts.SubstitutionPrice substitutionPrice) {
        static Terms of(Contracts.Customer customer) {
            return new Terms(customer.customerId(), customer.invoicePolicy(), customer.shipPolicy(), customer.overTolerance(), customer.underTolerance(),
                    customer.substitutionPrice());
        }

        static Terms read(AvroReader in) {
            return new Terms(in.readString(), in.readSymbol(Contracts.INVOICE_POLICIES), in.readSymbol(Contracts.SHIP_POLICIES), in.readDecimal(),
                    in.readDecimal(), in.readSymbol(Contracts.SUBSTITUTION_PRICES));
        }

        void write(AvroWriter out) {
            out.writeString(customerId).writeSymbol(invoicePolicy).writeSymbol(shipPolicy).writeDecimal(overTolerance).writeDecimal(underTolerance);
            out.writeSymbol(substitutionPrice);
        }
    }

    /** What an assessment tells of an order. */
    record Summary(String customerId, String channel, String segment, String currency, long amount) {
        static Summary read(AvroReader in) {
            return new Summary(in.readStringOrNull(), in.readStringOrNull(), in.readStringOrNull(), in.readStringOrNull(), in.readLong());
        }

        void write(AvroWriter out) {
            out.writeStringOrNull(customerId).writeStringOrNull(channel).writeStringOrNull(segment).writeStringOrNull(currency).writeLong(amount);
        }
    }

    /** An active hold of the order, or of a shipment; assessed is what was last told, null when nothing was. */
    record HoldRow(String holdId, String cause, String shipmentId, boolean sequenceKnown, Summary assessed) {
        static HoldRow read(AvroReader in) {
            return new HoldRow(in.readString(), in.readString(), in.readStringOrNull(), in.readBoolean(), in.readOrNull(Summary::read));
        }

        void write(AvroWriter out) {
            out.writeString(holdId).writeString(cause).writeStringOrNull(shipmentId).writeBoolean(sequenceKnown).writeOrNull(assessed, Summary::write);
        }

        boolean stopsOrder() {
            return shipmentId == null;
        }

        /** Of an event whose place in the sequence is known only what comes behind it is in doubt, and intake keeps that. */
        boolean stopsShipment(String id) {
            return id.equals(shipmentId) && !sequenceKnown;
        }
    }

    /** The header of an order. It is there before the order is, when something else came first. */
    static final class OrderRow {
        Placed placed; // null: the order has not arrived
        Accepted accepted; // null: ERP has said nothing
        Terms agreed; // the customer's as of the first bill
        int inProgress; // shipments that are allocated, picked or packed
        int last; // shipments that left, and the WMS said that they were the last
        boolean shipsNoMore;
        int lines; // rows
        int open; // lines: neither cancelled nor refused by ERP
        int done; // of them: nothing more is to be shipped
        int blocked; // of them: something of what was shipped may not be billed
        long unbilled; // value of what is still to be billed
        boolean complete; // under order_complete: the order was billed
        List<HoldRow> holds = new ArrayList<>(0); // by id
        long asOf; // latest occurred_at

        static OrderRow read(AvroReader in) {
            OrderRow row = new OrderRow();
            row.placed = in.readOrNull(Placed::read);
            row.accepted = in.readOrNull(Accepted::read);
            row.agreed = in.readOrNull(Terms::read);
            row.inProgress = in.readInt();
            row.last = in.readInt();
            row.shipsNoMore = in.readBoolean();
            row.lines = in.readInt();
            row.open = in.readInt();
            row.done = in.readInt();
            row.blocked = in.readInt();
            row.unbilled = in.readLong();
            row.complete = in.readBoolean();
            row.holds = in.readList(HoldRow::read);
            row.asOf = in.readLong();
            return row;
        }

        byte[] bytes(AvroWriter out) {
            out.clear().writeOrNull(placed, Placed::write).writeOrNull(accepted, Accepted::write).writeOrNull(agreed, Terms::write);
            out.writeLong(inProgress).writeLong(last).writeBoolean(shipsNoMore).writeLong(lines).writeLong(open).writeLong(done).writeLong(blocked);
            return out.writeLong(unbilled).writeBoolean(complete).writeList(holds, HoldRow::write).writeLong(asOf).toBytes();
        }

        String currency() {
            return accepted != null && !accepted.currency().isEmpty() ? accepted.currency() : placed.currency();
        }

        boolean isStopped() {
            return holds.stream().anyMatch(HoldRow::stopsOrder);
        }

        boolean holds(Bill bill) {
            for (HoldRow hold : holds) {
                if (hold.stopsOrder() || bill.unit.equals(Invoicing.ORDER_UNIT) || hold.stopsShipment(bill.shipmentId)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** What one shipment carries of a line in one item and unit of measure. */
    record Part(String shipmentId, String itemId, String uom, long allocated, long shipped, long delivered) {
        static Part read(AvroReader in) {
            return new Part(in.readString(), in.readString(), in.readString(), in.readDecimal(), in.readDecimal(), in.readDecimal());
        }

        void write(AvroWriter out) {
            out.writeString(shipmentId).writeString(itemId).writeString(uom).writeDecimal(allocated).writeDecimal(shipped).writeDecimal(delivered);
        }
    }

    record Price(long unitPrice, long priceUnit, String uom) {}

    /** A price of the price list, and what it was looked up for. */
    record ListedPrice(String itemId, String wantedUom, String customerId, String currency, Price price) {
        static ListedPrice read(AvroReader in) {
            return new ListedPrice(in.readString(), in.readString(), in.readString(), in.readString(),
                    new Price(in.readDecimal(), in.readLong(), in.readString()));
        }

        void write(AvroWriter out) {
            out.writeString(itemId).writeString(wantedUom).writeString(customerId).writeString(currency);
            out.writeDecimal(price.unitPrice()).writeLong(price.priceUnit()).writeString(price.uom());
        }
    }

    record Raised(String exceptionId, String cause) {
        static Raised read(AvroReader in) {
            return new Raised(in.readString(), in.readString());
        }

        void write(AvroWriter out) {
            out.writeString(exceptionId).writeString(cause);
        }
    }

    /** What a line asks of an item in a warehouse, in the item's base unit. */
    record DemandRow(String itemId, String warehouseId, long committed, long allocated) {
        static DemandRow read(AvroReader in) {
            return new DemandRow(in.readString(), in.readString(), in.readDecimal(), in.readDecimal());
        }

        void write(AvroWriter out) {
            out.writeString(itemId).writeString(warehouseId).writeDecimal(committed).writeDecimal(allocated);
        }

        boolean isAt(DemandRow other) {
            return itemId.equals(other.itemId) && warehouseId.equals(other.warehouseId);
        }
    }

    /** What the header counts of a line. */
    record Tally(boolean open, boolean done, boolean blocked, long unbilled) {
        static final Tally NONE = new Tally(false, false, false, 0);

        static Tally read(AvroReader in) {
            return new Tally(in.readBoolean(), in.readBoolean(), in.readBoolean(), in.readLong());
        }

        void write(AvroWriter out) {
            out.writeBoolean(open).writeBoolean(done).writeBoolean(blocked).writeLong(unbilled);
        }

        void countIn(OrderRow order, int sign) {
            order.open += open ? sign : 0;
            order.done += done ? sign : 0;
            order.blocked += blocked ? sign : 0;
            order.unbilled += sign * unbilled;
        }
    }

    /** An order line. It is there before the order is, when something else came first. */
    static final class LineRow {
        Contracts.OrderLine placed; // null: the order does not have it
        Contracts.AcceptedLine accepted; // null: ERP does not name it
        List<Part> parts = new ArrayList<>(1); // by shipment, item, unit of measure
        List<Contracts.Item> terms = new ArrayList<>(1); // master data as of the first bill: it stays
        List<ListedPrice> prices = new ArrayList<>(0); // and what the price list said then
        List<Bill> billed = new ArrayList<>(1);
        List<Raised> raised = new ArrayList<>(0);
        List<DemandRow> demand = new ArrayList<>(1); // as last told, zeros left out
        Tally tally = Tally.NONE;

        static LineRow read(AvroReader in) {
            LineRow row = new LineRow();
            row.placed = in.readOrNull(Contracts.OrderLine::read);
            row.accepted = in.readOrNull(Contracts.AcceptedLine::read);
            row.parts = in.readList(Part::read);
            row.terms = in.readList(Contracts.Item::readTerms);
            row.prices = in.readList(ListedPrice::read);
            row.billed = in.readList(Bill::read);
            row.raised = in.readList(Raised::read);
            row.demand = in.readList(DemandRow::read);
            row.tally = Tally.read(in);
            return row;
        }

        byte[] bytes(AvroWriter out) {
            out.clear().writeOrNull(placed, Contracts.OrderLine::write).writeOrNull(accepted, Contracts.AcceptedLine::write);
            out.writeList(parts, Part::write).writeList(terms, Contracts.Item::writeTerms).writeList(prices, ListedPrice::write);
            out.writeList(billed, Bill::write).writeList(raised, Raised::write).writeList(demand, DemandRow::write);
            tally.write(out);
            return out.toBytes();
        }
    }

    /** A shipment as far as the order is concerned. */
    static final class ShipmentRow {
        String shipmentId;
        String warehouseId;
        long sequence;
        Contracts.Milestone reached = Contracts.Milestone.unknown; // the furthest; unknown: nowhere yet
        boolean last; // as the latest milestone said
        List<Integer> lines = new ArrayList<>(4); // that it carries, ascending
        long shippedAt; // first
        Fact shipped; // what last told the shipped quantities
        Fact delivered; // what last told the delivered quantities
        Fact latest;

        static ShipmentRow read(AvroReader in) {
            ShipmentRow row = new ShipmentRow();
            row.shipmentId = in.readString();
            row.warehouseId = in.readString();
            row.sequence = in.readLong();
            row.reached = in.readSymbol(Contracts.MILESTONES);
            row.last = in.readBoolean();
            row.lines = in.readList(AvroReader::readInt);
            row.shippedAt = in.readLong();
            row.shipped = in.readOrNull(Fact::read);
            row.delivered = in.readOrNull(Fact::read);
            row.latest = Fact.read(in);
            return row;
        }

        byte[] bytes(AvroWriter out) {
            out.clear().writeString(shipmentId).writeString(warehouseId).writeLong(sequence).writeSymbol(reached).writeBoolean(last);
            out.writeList(lines, (no, to) -> to.writeLong(no)).writeLong(shippedAt).writeOrNull(shipped, Fact::write).writeOrNull(delivered, Fact::write);
            latest.write(out);
            return out.toBytes();
        }

        boolean hasShipped() {
            return reached.compareTo(Contracts.Milestone.shipped) >= 0;
        }

        boolean carries() {
            return !lines.isEmpty();
        }

        boolean isInProgress() {
            return carries() && !hasShipped();
        }

        boolean closesOrder() {
            return carries() && hasShipped() && last;
        }
    }

    /** A billed part of a line; its identity within the line is unit, shipment, part's item and part's unit of measure. */
    static final class Bill {
        String unit;
        String shipmentId;
        String partItemId;
        String partUom;
        String orderedItemId;
        long quantity;
        String uom;
        long unitPrice;
        long priceUnit;
        long amount;
        String customerId;
        String currency;
        Contracts.InvoicePolicy trigger;
        String rule;
        String invoiceReadyId = "";
        int revision;

        static Bill read(AvroReader in) {
            Bill bill = new Bill();
            bill.unit = in.readString();
            bill.shipmentId = in.readString();
            bill.partItemId = in.readString();
            bill.partUom = in.readString();
            bill.orderedItemId = in.readString();
            bill.quantity = in.readDecimal();
            bill.uom = in.readString();
            bill.unitPrice = in.readDecimal();
            bill.priceUnit = in.readLong();
            bill.amount = in.readDecimal();
            bill.customerId = in.readString();
            bill.currency = in.readString();
            bill.trigger = in.readSymbol(Contracts.INVOICE_POLICIES);
            bill.rule = in.readString();
            bill.invoiceReadyId = in.readString();
            bill.revision = in.readInt();
            return bill;
        }

        void write(AvroWriter out) {
            out.writeString(unit).writeString(shipmentId).writeString(partItemId).writeString(partUom).writeString(orderedItemId).writeDecimal(quantity);
            out.writeString(uom).writeDecimal(unitPrice).writeLong(priceUnit).writeDecimal(amount).writeString(customerId).writeString(currency);
            out.writeSymbol(trigger).writeString(rule).writeString(invoiceReadyId).writeLong(revision);
        }

        boolean isOf(Bill other) {
            return unit.equals(other.unit) && shipmentId.equals(other.shipmentId) && partItemId.equals(other.partItemId) && partUom.equals(other.partUom);
        }

        boolean billsAs(Bill other) {
            return orderedItemId.equals(other.orderedItemId) && quantity == other.quantity && uom.equals(other.uom) && unitPrice == other.unitPrice
                    && priceUnit == other.priceUnit && amount == other.amount && customerId.equals(other.customerId) && currency.equals(other.currency)
                    && trigger == other.trigger;
        }
    }
}
