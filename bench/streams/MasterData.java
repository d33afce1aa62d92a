import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Customers, items, prices and warehouses, decoded once as they arrive in their global stores. All threads read it. The
 * benchmark writes them before the program starts, and global stores are read to their end before any task runs, so that
 * a row that is missing is a broken load.
 */
final class MasterData {
    private final Map<String, Contracts.Customer> customers = new ConcurrentHashMap<>();
    private final Map<String, Contracts.Item> items = new ConcurrentHashMap<>();
    private final Map<String, List<Contracts.ItemPrice>> prices = new ConcurrentHashMap<>(); // by item
    private final Map<String, String> warehouses = new ConcurrentHashMap<>();

    Contracts.Customer customer(String customerId) {
        return found(customers.get(customerId), "customer", customerId);
    }

    Contracts.Item item(String itemId) {
        return found(items.get(itemId), "item", itemId);
    }

    void requireWarehouse(String warehouseId) {
        found(warehouses.get(warehouseId), "warehouse", warehouseId);
    }

    List<Contracts.ItemPrice> prices(String itemId) {
        return prices.getOrDefault(itemId, List.of());
    }

    private static <T> T found(T row, String kind, String id) {
        if (row == null) {
            throw new IllegalStateException(kind + " " + id + " is not in master data: the benchmark writes it first");
        }
        return row;
    }

    void takeCustomer(AvroReader in) {
        Contracts.Customer customer = Contracts.Customer.read(in);
        customers.put(customer.customerId(), customer);
    }

    void takeItem(AvroReader in) {
        Contracts.Item item = Contracts.Item.read(in);
        if (item.catchWeight()) {
            throw new IllegalStateException("item " + item.itemId() + " is billed by weight: the benchmark's distributor has none such");
        }
        items.put(item.itemId(), item);
    }

    void takePrice(AvroReader in) {
        Contracts.ItemPrice price = Contracts.ItemPrice.read(in);
        prices.compute(price.itemId(), (itemId, before) -> {
            List<Contracts.ItemPrice> now = new ArrayList<>();
            if (before != null) {
                before.stream().filter(other -> !other.priceId().equals(price.priceId())).forEach(now::add);
            }
            now.add(price);
            return now;
        });
    }

    void takeWarehouse(AvroReader in) {
        Contracts.Meta.read(in);
        String warehouseId = in.readString();
        warehouses.put(warehouseId, warehouseId);
    }

    /** Keeps a global store and tells what arrives in it, after a restart too. */
    static final class Keeper implements Processor<String, byte[], Void, Void> {
        private final String store;
        private final Registry.Contract contract;
        private final Consumer<AvroReader> take;
        private final AvroReader in = new AvroReader();
        private KeyValueStore<String, byte[]> rows;

        Keeper(String store, Registry.Contract contract, Consumer<AvroReader> take) {
            this.store = store;
            this.contract = contract;
            this.take = take;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            rows = context.getStateStore(store);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            rows.put(record.key(), record.value());
            if (record.value() == null) {
                throw new IllegalStateException(store + " " + record.key() + " is deleted: the benchmark deletes no master data");
            }
            take.accept(contract.open(record.value(), in));
        }
    }
}
