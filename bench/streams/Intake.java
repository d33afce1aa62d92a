import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Makes of what the systems of authority send, at least once and in any order, events that are clean, in order and once.
 *
 * An order and a shipment are dense: their events are numbered 1, 2, 3 …; one that comes early waits in the store, and the
 * orders that it is about are held until what is missing has come. ERP's word on an order is monotonic: the latest position
 * wins.
 */
final class Intake implements Processor<byte[], byte[], byte[], byte[]> {
    static final String STORE = "intake";

    private final AvroReader in = new AvroReader();
    private final AvroReader rowIn = new AvroReader();
    private final AvroWriter out = new AvroWriter();
    private final AvroWriter rowOut = new AvroWriter();
    private final Registry.Contract acceptances;
    private final Dense<Contracts.Order> orders;
    private final Dense<Contracts.Shipment> shipments;
    private final int orderSchema;
    private final int shipmentSchema;

    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> rows;

    Intake(Registry registry, int orderSchema, int shipmentSchema) {
        this.orderSchema = orderSchema;
        this.shipmentSchema = shipmentSchema;
        acceptances = registry.contract("erp.orders");
        orders = new Orders(registry);
        shipments = new Shipments(registry);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        rows = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata place = context.recordMetadata().orElseThrow();
        switch (place.topic()) {
            case "commerce.orders" -> orders.take(record, place);
            case "wms.shipments" -> shipments.take(record, place);
            default -> takeAcceptance(record, place);
        }
    }

    private void takeAcceptance(Record<byte[], byte[]> record, RecordMetadata place) {
        Contracts.Acceptance acceptance = Contracts.Acceptance.read(acceptances.open(record.value(), in));
        String orderId = acceptance.orderId();
        requireKey(record, orderId, place);
        long position = acceptance.meta().position();
        Bytes key = new Key().kind('a').text(orderId).wrap();
        byte[] stored = rows.get(key);
        if (stored != null && position <= rowIn.over(stored).readLong()) {
            return; // a duplicate
        }
        forward(new Contracts.OrderEvent(evidence(place, acceptance.meta()), orderId, null, acceptance, null));
        rows.put(key, rowOut.clear().writeLong(position).toBytes());
    }

    private static void requireKey(Record<byte[], byte[]> record, String entity, RecordMetadata place) {
        if (record.key() == null || !entity.equals(new String(record.key(), StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException(place + ": the value says " + entity + ", and the record key is another: the benchmark writes none such");
        }
    }

    private static Contracts.Evidence evidence(RecordMetadata place, Contracts.Meta meta) {
        return new Contracts.Evidence(place.topic(), place.partition(), place.offset(), meta.eventId());
    }

    // Outputs carry the time at which they are written: retention counts from it, and events say when they happened.
    private void forward(Contracts.OrderEvent event) {
        event.write(out.begin(orderSchema));
        context.forward(new Record<>(event.orderId().getBytes(StandardCharsets.UTF_8), out.toBytes(), context.currentSystemTimeMs()), "o2c.orders");
    }

    private void forward(Contracts.ShipmentEvent event) {
        event.write(out.begin(shipmentSchema));
        context.forward(new Record<>(event.orderId().getBytes(StandardCharsets.UTF_8), out.toBytes(), context.currentSystemTimeMs()), "o2c.shipments");
    }

    /**
     * How far the events of one entity have come: up to last they are taken, last+1 … next−1 are here and wait, next is
     * missing when something behind it is here, and highest is the last that is here.
     */
    private static final class Track {
        long last;
        long next;
        long highest;
        long gap; // the missing sequence that the orders are held for; 0: none
        Contracts.Evidence gapShownBy; // its event showed that one is missing
        long gapSince;
        TreeSet<String> orders = new TreeSet<>(); // that the entity's events are about

        static Track read(AvroReader in) {
            Track track = new Track();
            track.last = in.readLong();
            track.next = in.readLong();
            track.highest = in.readLong();
            track.gap = in.readLong();
            if (track.gap != 0) {
                track.gapShownBy = Contracts.Evidence.read(in);
                track.gapSince = in.readLong();
            }
            track.orders.addAll(in.readList(AvroReader::readString));
            return track;
        }

        byte[] bytes(AvroWriter out) {
            out.clear().writeLong(last).writeLong(next).writeLong(highest).writeLong(gap);
            if (gap != 0) {
                gapShownBy.write(out);
                out.writeLong(gapSince);
            }
            return out.writeList(List.copyOf(orders), (id, to) -> to.writeString(id)).toBytes();
        }

        long missing() {
            return next < highest ? next : 0;
        }
    }

    /** The sequencer of a topic whose events are numbered by entity. */
    private abstract class Dense<E> {
        final String topic;
        final char kind; // of its rows
        final Registry.Contract contract;

        Dense(String topic, char kind, Registry registry) {
            this.topic = topic;
            this.kind = kind;
            contract = registry.contract(topic);
        }

        abstract E read(AvroReader in);

        abstract void write(E event, AvroWriter out);

        abstract Contracts.Meta meta(E event);

        abstract String entity(E event);

        abstract void learn(String entity, Track track, E event);

        abstract void deliver(E event, Contracts.Evidence origin);

        abstract void hold(String orderId, Contracts.Evidence origin, Contracts.Hold hold);

        Key key(String entity) {
            return new Key().kind(kind).text(entity);
        }

        Bytes waitingKey(String entity, long sequence) {
            return key(entity).number(sequence).wrap();
        }

        void take(Record<byte[], byte[]> record, RecordMetadata place) {
            E event = read(contract.open(record.value(), in));
            String entity = entity(event);
            requireKey(record, entity, place);
            long sequence = meta(event).sequence();
            Bytes key = key(entity).wrap();
            byte[] stored = rows.get(key);
            Track track = stored == null ? new Track() : Track.read(rowIn.over(stored));
            if (sequence <= track.last
                    || sequence <= track.highest && (sequence < track.next || rows.get(waitingKey(entity, sequence)) != null)) {
                return; // a duplicate
            }
            Contracts.Evidence origin = evidence(place, meta(event));
            learn(entity, track, event);
            if (sequence > track.last + 1) {
                origin.write(rowOut.clear());
                write(event, rowOut);
                rows.put(waitingKey(entity, sequence), rowOut.toBytes());
                track.highest = Math.max(track.highest, sequence);
            } else {
                deliver(event, origin);
                track.last = sequence;
                release(entity, track);
            }
            advance(entity, track);
            watchGap(entity, track, origin);
            rows.put(key, track.bytes(rowOut));
        }

        /** What waited right behind what was taken follows it. */
        private void release(String entity, Track track) {
            while (track.highest > track.last) {
                Bytes key = waitingKey(entity, track.last + 1);
                byte[] waiting = rows.get(key);
                if (waiting == null) {
                    return;
                }
                rows.delete(key);
                track.last++;
                Contracts.Evidence origin = Contracts.Evidence.read(rowIn.over(waiting));
                deliver(read(rowIn), origin);
            }
        }

        private void advance(String entity, Track track) {
            track.highest = Math.max(track.highest, track.last);
            track.next = Math.max(track.next, track.last + 1);
            while (track.next <= track.highest && rows.get(waitingKey(entity, track.next)) != null) {
                track.next++;
            }
        }

        /** Keeps the holds of what is missing true; the event of the origin has changed what it is. */
        private void watchGap(String entity, Track track, Contracts.Evidence origin) {
            long was = track.gap;
            long is = track.missing();
            if (was == is) {
                return;
            }
            Contracts.Evidence wasShownBy = track.gapShownBy;
            long wasSince = track.gapSince;
            track.gap = is;
            if (is != 0) {
                track.gapShownBy = origin;
                track.gapSince = context.currentSystemTimeMs() * 1000;
                for (String orderId : track.orders) {
                    hold(entity, orderId, is, track.gapShownBy, track.gapSince, true);
                }
            }
            if (was != 0) {
                for (String orderId : track.orders) {
                    hold(entity, orderId, was, wasShownBy, wasSince, false);
                }
            }
        }

        void hold(String entity, String orderId, long missing, Contracts.Evidence shownBy, long since, boolean active) {
            String id = Condition.id(Condition.SEQUENCE_GAP, topic, entity, Long.toString(missing));
            hold(orderId, shownBy, new Contracts.Hold(id, kind == 's' ? entity : null, missing, active, Condition.SEQUENCE_GAP, since));
        }
    }

    private final class Orders extends Dense<Contracts.Order> {
        Orders(Registry registry) {
            super("commerce.orders", 'o', registry);
        }

        @Override
        Contracts.Order read(AvroReader in) {
            return Contracts.Order.read(in);
        }

        @Override
        void write(Contracts.Order order, AvroWriter out) {
            order.write(out);
        }

        @Override
        Contracts.Meta meta(Contracts.Order order) {
            return order.meta();
        }

        @Override
        String entity(Contracts.Order order) {
            return order.orderId();
        }

        @Override
        void learn(String entity, Track track, Contracts.Order order) {
            track.orders.add(entity);
        }

        @Override
        void deliver(Contracts.Order order, Contracts.Evidence origin) {
            forward(new Contracts.OrderEvent(origin, order.orderId(), order, null, null));
        }

        @Override
        void hold(String orderId, Contracts.Evidence origin, Contracts.Hold hold) {
            forward(new Contracts.OrderEvent(origin, orderId, null, null, hold));
        }
    }

    private final class Shipments extends Dense<Contracts.Shipment> {
        Shipments(Registry registry) {
            super("wms.shipments", 's', registry);
        }

        @Override
        Contracts.Shipment read(AvroReader in) {
            return Contracts.Shipment.read(in);
        }

        @Override
        void write(Contracts.Shipment shipment, AvroWriter out) {
            shipment.write(out);
        }

        @Override
        Contracts.Meta meta(Contracts.Shipment shipment) {
            return shipment.meta();
        }

        @Override
        String entity(Contracts.Shipment shipment) {
            return shipment.shipmentId();
        }

        /** An order that is new to the shipment is held as those before it are. */
        @Override
        void learn(String entity, Track track, Contracts.Shipment shipment) {
            for (Contracts.ShipmentLine line : shipment.lines()) {
                if (track.orders.add(line.orderId()) && track.gap != 0) {
                    hold(entity, line.orderId(), track.gap, track.gapShownBy, track.gapSince, true);
                }
            }
        }

        /** Sends one record of each order in the shipment, with its lines. */
        @Override
        void deliver(Contracts.Shipment shipment, Contracts.Evidence origin) {
            Map<String, List<Contracts.ShipmentLine>> byOrder = new TreeMap<>();
            for (Contracts.ShipmentLine line : shipment.lines()) {
                byOrder.computeIfAbsent(line.orderId(), id -> new ArrayList<>(shipment.lines().size())).add(line);
            }
            byOrder.forEach((orderId, lines) -> forward(new Contracts.ShipmentEvent(origin, orderId, shipment.with(lines), null)));
        }

        @Override
        void hold(String orderId, Contracts.Evidence origin, Contracts.Hold hold) {
            forward(new Contracts.ShipmentEvent(origin, orderId, null, hold));
        }
    }
}
