import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Says what can be invoiced: joins orders with ERP's acceptance, shipments, holds and master data. The rows of an order are
 * side by side in one store, under the order's id and a letter for their kind.
 */
final class Fulfilment implements Processor<byte[], byte[], byte[], byte[]> {
    static final String STORE = "fulfilment";
    private static final BytesSerializer PREFIX = new BytesSerializer();

    final AvroReader rowIn = new AvroReader();
    private final AvroReader in = new AvroReader();
    private final AvroWriter out = new AvroWriter();
    private final AvroWriter rowOut = new AvroWriter();
    private final Registry.Contract orders;
    private final Registry.Contract shipments;
    private final MasterData masterData;
    private final Schemas schemas;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> rows;

    /** The ids under which the outputs are written. */
    record Schemas(int invoiceReady, int conditions, int demand) {}

    Fulfilment(Registry registry, MasterData masterData, Schemas schemas) {
        orders = registry.contract("o2c.orders");
        shipments = registry.contract("o2c.shipments");
        this.masterData = masterData;
        this.schemas = schemas;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        rows = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (context.recordMetadata().orElseThrow().topic().equals("o2c.orders")) {
            take(Contracts.OrderEvent.read(orders.open(record.value(), in)));
        } else {
            take(Contracts.ShipmentEvent.read(shipments.open(record.value(), in)));
        }
    }

    private void take(Contracts.OrderEvent event) {
        Dossier dossier = new Dossier(this, masterData, event.orderId());
        if (event.hold() != null) {
            dossier.takeHold(event.hold());
        } else if (event.order() != null ? place(dossier, event) : accept(dossier, event)) {
            dossier.settle();
        }
    }

    /** Takes the order as it stands. */
    private static boolean place(Dossier dossier, Contracts.OrderEvent event) {
        Contracts.Order order = event.order();
        long sequence = order.meta().sequence();
        Rows.Placed before = dossier.order.placed;
        if (before != null && sequence <= before.sequence()) {
            return false;
        }
        if (before != null || order.status() != Contracts.OrderStatus.placed) {
            throw new IllegalStateException("order " + order.orderId() + " changes: the benchmark's load changes none");
        }
        long at = order.meta().occurredAt();
        dossier.happened(at);
        int day = (int) Math.floorDiv(at, 86_400_000_000L);
        dossier.order.placed = new Rows.Placed(sequence, order.customerId(), order.channel(), order.currency(), order.shipPolicy(), order.invoicePolicy(), day,
                new Rows.Fact(at, event.origin()));
        dossier.loadAll();
        for (Contracts.OrderLine line : order.lines()) {
            dossier.line(line.lineNo()).row.placed = line;
        }
        return true;
    }

    /** Takes ERP's latest word. */
    private static boolean accept(Dossier dossier, Contracts.OrderEvent event) {
        Contracts.Acceptance acceptance = event.acceptance();
        long position = acceptance.meta().position();
        Rows.Accepted before = dossier.order.accepted;
        if (before != null && position <= before.position()) {
            return false;
        }
        if (acceptance.status() == Contracts.AcceptanceStatus.cancelled) {
            throw new IllegalStateException("ERP cancels order " + acceptance.orderId() + ": the benchmark's load cancels none");
        }
        long at = acceptance.meta().occurredAt();
        dossier.happened(at);
        dossier.order.accepted = new Rows.Accepted(position, acceptance.status(), acceptance.currency(), new Rows.Fact(at, event.origin()));
        acceptance.lines().forEach(line -> dossier.line(line.lineNo())); // mostly they are all
        dossier.loadAll();
        dossier.lines.forEach(line -> line.row.accepted = null);
        acceptance.lines().forEach(line -> dossier.line(line.lineNo()).row.accepted = line);
        return true;
    }

    /** Takes a hold, or a milestone, which concerns the lines that the shipment carries, or carried. */
    private void take(Contracts.ShipmentEvent event) {
        Dossier dossier = new Dossier(this, masterData, event.orderId());
        if (event.hold() != null) {
            dossier.takeHold(event.hold());
            return;
        }
        Contracts.Shipment shipment = event.shipment();
        String shipmentId = shipment.shipmentId();
        Rows.ShipmentRow before = dossier.shipment(shipmentId);
        if (before != null && shipment.meta().sequence() <= before.sequence) {
            return; // a duplicate
        }
        boolean left = before != null && before.hasShipped();
        Rows.ShipmentRow next = next(before, event);
        List<Milestones.Reported> reported = Milestones.report(shipment.lines());
        boolean news = false;
        for (int lineNo : Milestones.concerned(before == null ? List.of() : before.lines, reported)) {
            Rows.LineRow row = dossier.line(lineNo).row;
            List<Rows.Part> old = partsOf(row, shipmentId);
            List<Rows.Part> parts = Milestones.advance(shipmentId, left, shipment.milestone(), old, lineNo, reported);
            if (!old.equals(parts)) {
                news = true;
                replaceParts(row, shipmentId, parts);
            }
            if (!parts.isEmpty()) {
                next.lines.add(lineNo);
            }
        }
        boolean sameForAll = before != null && !next.hasShipped() && next.warehouseId.equals(before.warehouseId) && next.lines.equals(before.lines);
        if (!news && sameForAll && dossier.isQuiet()) { // a milestone on the way out has moved it on, and no more
            dossier.putShipment(next);
            return;
        }
        dossier.happened(shipment.meta().occurredAt());
        dossier.order.inProgress += (next.isInProgress() ? 1 : 0) - (before != null && before.isInProgress() ? 1 : 0);
        dossier.order.last += (next.closesOrder() ? 1 : 0) - (before != null && before.closesOrder() ? 1 : 0);
        dossier.putShipment(next);
        dossier.settle();
    }

    /** The shipment's row after a milestone, all but its lines. */
    private static Rows.ShipmentRow next(Rows.ShipmentRow before, Contracts.ShipmentEvent event) {
        Contracts.Shipment shipment = event.shipment();
        Rows.ShipmentRow next = new Rows.ShipmentRow();
        Rows.Fact fact = new Rows.Fact(shipment.meta().occurredAt(), event.origin());
        next.shipmentId = shipment.shipmentId();
        next.warehouseId = shipment.warehouseId();
        next.sequence = shipment.meta().sequence();
        next.last = shipment.lastForOrder();
        next.latest = fact;
        if (before != null) {
            next.reached = before.reached;
            next.shippedAt = before.shippedAt;
            next.shipped = before.shipped;
            next.delivered = before.delivered;
        }
        if (shipment.milestone().compareTo(next.reached) > 0) {
            next.reached = shipment.milestone();
        }
        if (shipment.milestone() == Contracts.Milestone.shipped) {
            next.shipped = fact;
        } else if (shipment.milestone() == Contracts.Milestone.delivered) {
            next.delivered = fact;
            next.shipped = next.shipped == null ? fact : next.shipped;
        }
        if (next.hasShipped() && (before == null || !before.hasShipped())) {
            next.shippedAt = fact.at();
        }
        return next;
    }

    private static List<Rows.Part> partsOf(Rows.LineRow row, String shipmentId) {
        List<Rows.Part> parts = new ArrayList<>(1);
        for (Rows.Part part : row.parts) {
            if (part.shipmentId().equals(shipmentId)) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** Sets what a shipment carries of the line, and keeps the parts in their order. */
    private static void replaceParts(Rows.LineRow row, String shipmentId, List<Rows.Part> parts) {
        row.parts.removeIf(part -> part.shipmentId().equals(shipmentId));
        int at = 0;
        while (at < row.parts.size() && row.parts.get(at).shipmentId().compareTo(shipmentId) < 0) {
            at++;
        }
        row.parts.addAll(at, parts);
    }

    private static Key key(String orderId, char kind) {
        return new Key().text(orderId).kind(kind);
    }

    byte[] orderRow(String orderId) {
        return rows.get(key(orderId, 'o').wrap());
    }

    void putOrder(String orderId, byte[] stored, Rows.OrderRow row) {
        byte[] now = row.bytes(rowOut);
        if (!Arrays.equals(stored, now)) {
            rows.put(key(orderId, 'o').wrap(), now);
        }
    }

    byte[] lineRow(String orderId, int lineNo) {
        return rows.get(key(orderId, 'l').number(lineNo).wrap());
    }

    void putLine(String orderId, int lineNo, byte[] stored, Rows.LineRow row) {
        byte[] now = row.bytes(rowOut);
        if (!Arrays.equals(stored, now)) {
            rows.put(key(orderId, 'l').number(lineNo).wrap(), now);
        }
    }

    interface LineVisitor {
        void take(int lineNo, byte[] row);
    }

    void forEachLine(String orderId, LineVisitor visit) {
        try (KeyValueIterator<Bytes, byte[]> lines = rows.prefixScan(key(orderId, 'l').wrap(), PREFIX)) {
            while (lines.hasNext()) {
                KeyValue<Bytes, byte[]> line = lines.next();
                byte[] key = line.key.get();
                visit.take((int) (ByteBuffer.wrap(key, key.length - 8, 8).getLong() ^ Long.MIN_VALUE), line.value);
            }
        }
    }

    byte[] shipmentRow(String orderId, String shipmentId) {
        return rows.get(key(orderId, 's').text(shipmentId).wrap());
    }

    void putShipment(String orderId, Rows.ShipmentRow row) {
        rows.put(key(orderId, 's').text(row.shipmentId).wrap(), row.bytes(rowOut));
    }

    int revision(String orderId, String unit) {
        byte[] stored = rows.get(key(orderId, 'u').text(unit).wrap());
        return stored == null ? 0 : rowIn.over(stored).readInt();
    }

    void putRevision(String orderId, String unit, int revision) {
        rows.put(key(orderId, 'u').text(unit).wrap(), rowOut.clear().writeLong(revision).toBytes());
    }

    /** Says that a condition stands as given. What stands so already is not written again. */
    void raise(String orderId, Condition condition) {
        condition.write(rowOut.clear());
        byte[] now = rowOut.toBytes(); // without the time
        Bytes key = key(orderId, 'x').text(condition.exceptionId).wrap();
        if (!Arrays.equals(rows.get(key), now)) {
            rows.put(key, now);
            emit(condition);
        }
    }

    /** Says that a condition that was raised does not stand any more. */
    void clear(String orderId, String cause, String exceptionId) {
        rows.delete(key(orderId, 'x').text(exceptionId).wrap());
        Condition condition = new Condition(Contracts.ConditionKind.cleared, cause, exceptionId);
        condition.resolution = "its cause is gone";
        emit(condition);
    }

    void emit(Condition condition) {
        condition.at = context.currentSystemTimeMs() * 1000;
        condition.write(out.begin(schemas.conditions));
        forward(condition.exceptionId, "o2c.conditions");
    }

    void emit(Contracts.InvoiceReady bill) {
        bill.write(out.begin(schemas.invoiceReady));
        forward(bill.orderId(), "o2c.invoice-ready");
    }

    void emit(Contracts.Demand demand) {
        demand.write(out.begin(schemas.demand));
        forward(demand.itemId() + "@" + demand.warehouseId(), "o2c.demand");
    }

    private void forward(String key, String topic) {
        context.forward(new Record<>(key.getBytes(StandardCharsets.UTF_8), out.toBytes(), context.currentSystemTimeMs()), topic);
    }
}
