import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * waybill's stages intake and fulfilment on Kafka Streams, as its own experts would write them: what the benchmark compares
 * waybill with. Both hops are sub-topologies of one application; o2c.orders and o2c.shipments are real topics between them.
 *
 * It keeps the contracts and rules of both stages as far as the benchmark's load needs them, which is what the package
 * distributor writes to commerce.orders, erp.orders and wms.shipments, doubled and out of order, on master data that is
 * there before. So it leaves out what that load never does: it does not check an event field by field or its sender's
 * authority, and it stops with a message at changed and cancelled orders and shipments, returns, corrections of bills,
 * catch weight, a second unit of measure, lines without a price, and master data that is missing. The deadlines of gaps
 * and of unknown orders (15 minutes and more) do not come within a run, so there are no punctuators for them; the holds
 * for missing sequences are there.
 *
 * The JVM's own choice of heap and collector is for larger programs: JDK_JAVA_OPTIONS="-XX:+UseParallelGC -Xms512m -Xmx512m"
 * takes less of everything.
 *
 * Environment: BROKERS, REGISTRY (address with path), STATE_DIR, THREADS (2), COMMIT_MS (100). SIGTERM ends it with 0.
 */
public final class Main {
    private static final String APPLICATION = "streams-peer";
    private static final long MIB = 1024 * 1024;

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        Registry registry = new Registry(setting("REGISTRY", null));
        KafkaStreams streams = new KafkaStreams(topology(registry), settings());
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger code = new AtomicInteger();
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            code.set(1);
            return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.NOT_RUNNING || now == KafkaStreams.State.ERROR) {
                ended.countDown();
            }
        });
        // A process that SIGTERM ends would exit with 143, so the hook ends it itself.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close(CloseOptions.timeout(Duration.ofSeconds(10)).withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            Runtime.getRuntime().halt(code.get());
        }));
        streams.start();
        ended.await();
        System.exit(code.get());
    }

    private static String setting(String name, String fallback) {
        String value = System.getenv().getOrDefault(name, fallback);
        if (value == null) {
            System.err.println("error: set " + name);
            System.exit(2);
        }
        return value;
    }

    private static Topology topology(Registry registry) {
        Topology topology = new Topology();
        int orderSchema = registry.idOf("o2c.orders");
        int shipmentSchema = registry.idOf("o2c.shipments");
        topology.addSource("sources", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "commerce.orders", "erp.orders", "wms.shipments");
        topology.addProcessor("intake", () -> new Intake(registry, orderSchema, shipmentSchema), "sources");
        topology.addStateStore(store(Intake.STORE), "intake");
        sink(topology, "o2c.orders", "intake");
        sink(topology, "o2c.shipments", "intake");

        MasterData masterData = new MasterData();
        global(topology, registry, "o2c.customers", masterData::takeCustomer);
        global(topology, registry, "o2c.items", masterData::takeItem);
        global(topology, registry, "o2c.prices", masterData::takePrice);
        global(topology, registry, "o2c.warehouses", masterData::takeWarehouse);
        Fulfilment.Schemas schemas = new Fulfilment.Schemas(registry.idOf("o2c.invoice-ready"), registry.idOf("o2c.conditions"), registry.idOf("o2c.demand"));
        topology.addSource("canonical", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "o2c.orders", "o2c.shipments");
        topology.addProcessor("fulfilment", () -> new Fulfilment(registry, masterData, schemas), "canonical");
        topology.addStateStore(store(Fulfilment.STORE), "fulfilment");
        sink(topology, "o2c.invoice-ready", "fulfilment");
        sink(topology, "o2c.conditions", "fulfilment");
        sink(topology, "o2c.demand", "fulfilment");
        return topology;
    }

    /** One store a stage: the rows of an entity are side by side, and a task commits one changelog partition. */
    private static StoreBuilder<?> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingEnabled().withLoggingEnabled(Map.of());
    }

    private static void sink(Topology topology, String topic, String processor) {
        topology.addSink(topic, topic, new ByteArraySerializer(), new ByteArraySerializer(), processor);
    }

    private static void global(Topology topology, Registry registry, String topic, Consumer<AvroReader> take) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(topic), Serdes.String(), Serdes.ByteArray()).withLoggingDisabled(),
                "read " + topic, new StringDeserializer(), new ByteArrayDeserializer(), topic, "keep " + topic,
                () -> new MasterData.Keeper(topic, registry.contract(topic), take));
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, setting("BROKERS", null));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, setting("STATE_DIR", null));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, setting("THREADS", "2"));
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, setting("COMMIT_MS", "100"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 128 * MIB);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, Tuning.class);
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2000);
        // Static membership under a name that a restart keeps: a process that was killed comes back to its tasks at once.
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), APPLICATION);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
        // Stores are read one partition after the other, and each waits for the fetch of the one before: half a second by default.
        settings.put(StreamsConfig.globalConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 20);
        settings.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 20);
        // The broker refuses a transaction's first records while it still closes the one before: 100 ms would be a commit's time.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 5);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 * 1024);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64 * MIB);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100); // a commit flushes
        return settings;
    }
}
