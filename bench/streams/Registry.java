import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** The schema registry, by its HTTP interface, and the contracts of the topics that this program was written for. */
final class Registry {
    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, Schema> writers = new ConcurrentHashMap<>();

    Registry(String address) {
        this.address = address;
    }

    /** The contract of a topic as this program knows it. */
    Contract contract(String topic) {
        try (InputStream resource = Registry.class.getResourceAsStream("/" + topic + ".avsc")) {
            return new Contract(new Schema.Parser().parse(resource));
        } catch (IOException e) {
            throw new IllegalStateException("the contract of " + topic + " is not among the classes", e);
        }
    }

    /** The id under which a topic's values are written; the latest registered schema has to be this program's. */
    int idOf(String topic) {
        JsonNode latest = get("/subjects/" + topic + "-value/versions/latest");
        Schema registered = new Schema.Parser().parse(latest.get("schema").asText());
        if (!formOf(registered).equals(contract(topic).form)) {
            throw new IllegalStateException("the registry's latest schema of " + topic + " is not the one that this program writes");
        }
        return latest.get("id").asInt();
    }

    private Schema writer(int id) {
        return writers.computeIfAbsent(id, n -> new Schema.Parser().parse(get("/schemas/ids/" + n).get("schema").asText()));
    }

    private JsonNode get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path)).build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("the registry answers " + response.statusCode() + " to " + path);
            }
            return json.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException("the registry does not answer " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String formOf(Schema schema) {
        return SchemaNormalization.toParsingForm(schema);
    }

    /** A topic's contract: takes values of any writer's schema to bytes that are encoded by its own. */
    final class Contract {
        private static final int HEADER = 5;
        private final Schema reader;
        private final String form;
        private final Map<Integer, Optional<Schema>> foreign = new ConcurrentHashMap<>(); // empty: written as we read
        private int familiar = -1; // the writer's id that was met last and needs no translation

        private Contract(Schema reader) {
            this.reader = reader;
            this.form = formOf(reader);
        }

        /** Positions a reader at the beginning of a value. */
        AvroReader open(byte[] value, AvroReader in) {
            if (value == null || value.length < HEADER || value[0] != 0) {
                throw new IllegalArgumentException("a value that is not in the registry's wire format: the benchmark writes none");
            }
            int id = ByteBuffer.wrap(value, 1, 4).getInt();
            if (id == familiar) {
                return in.over(value, HEADER);
            }
            Optional<Schema> other = foreign.computeIfAbsent(id, n -> Optional.of(writer(n)).filter(schema -> !formOf(schema).equals(form)));
            if (other.isEmpty()) {
                familiar = id;
                return in.over(value, HEADER);
            }
            return in.over(translate(other.get(), value));
        }

        private byte[] translate(Schema writer, byte[] value) {
            try {
                Object datum = new GenericDatumReader<>(writer, reader).read(null, DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, null));
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
                new GenericDatumWriter<>(reader).write(datum, encoder);
                encoder.flush();
                return out.toByteArray();
            } catch (IOException e) {
                throw new IllegalArgumentException("a value that its writer's schema does not read: the benchmark writes none", e);
            }
        }
    }
}
