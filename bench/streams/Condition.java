import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A record of o2c.conditions: that the cause of an exception stands or is gone. */
final class Condition {
    static final String SEQUENCE_GAP = "sequence_gap";
    static final String NOT_ACCEPTED = "not_accepted";
    static final String OVER_SHIPPED = "over_shipped";
    static final String SHORT_SHIPPED = "short_shipped";
    static final String SUBSTITUTION_REFUSED = "substitution_refused";
    static final String SUBSTITUTION_UNPRICED = "substitution_unpriced";

    String exceptionId;
    Contracts.ConditionKind kind;
    String cause; // its class
    String orderId;
    Integer lineNo;
    String customerId;
    String warehouseId;
    String itemId;
    String shipmentId;
    String channel;
    String segment;
    Long amountAtRisk;
    String currency;
    Long quantity; // of the goods concerned
    String uom;
    long at;
    String message = "";
    String resolution;
    List<Contracts.Evidence> causes = List.of();

    Condition(Contracts.ConditionKind kind, String cause, String exceptionId) {
        this.kind = kind;
        this.cause = cause;
        this.exceptionId = exceptionId;
    }

    void write(AvroWriter out) {
        out.writeString(exceptionId).writeSymbol(kind).writeString("fulfilment").writeString(cause).writeStringOrNull(null).writeStringOrNull(orderId);
        out.writePresent(lineNo != null);
        if (lineNo != null) {
            out.writeLong(lineNo);
        }
        out.writeStringOrNull(customerId).writeStringOrNull(warehouseId).writeStringOrNull(itemId).writeStringOrNull(shipmentId).writeStringOrNull(null);
        out.writeStringOrNull(channel).writeStringOrNull(segment).writeDecimalOrNull(amountAtRisk).writeStringOrNull(currency);
        out.writeDecimalOrNull(quantity).writeStringOrNull(uom).writeLong(at).writeString(message).writeStringOrNull(resolution).writeList(causes, Contracts.Evidence::write);
    }

    /** Names an exception by its class and the business keys of its cause. */
    static String id(String cause, String... parts) {
        Key key = new Key().text(cause);
        for (String part : parts) {
            key.text(part);
        }
        return "ex-" + hash(key);
    }

    /** The first 130 bits of a key's SHA-256, in base 32. */
    static String hash(Key key) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(key.toBytes());
            char[] text = new char[26];
            long bits = 0;
            int held = 0;
            for (int i = 0, next = 0; i < text.length; i++) {
                if (held < 5) {
                    bits = bits << 8 | sum[next++] & 0xFF;
                    held += 8;
                }
                held -= 5;
                text[i] = "abcdefghijklmnopqrstuvwxyz234567".charAt((int) (bits >> held) & 31);
            }
            return new String(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final Comparator<Contracts.Evidence> BY_PLACE = Comparator.comparing(Contracts.Evidence::topic)
            .thenComparingInt(Contracts.Evidence::partition).thenComparingLong(Contracts.Evidence::offset);

    /** Sorts records by where they are and drops those that are there twice. */
    static List<Contracts.Evidence> sorted(List<Contracts.Evidence> records) {
        records.sort(BY_PLACE);
        List<Contracts.Evidence> once = new ArrayList<>(records.size());
        for (Contracts.Evidence record : records) {
            if (once.isEmpty() || !once.get(once.size() - 1).equals(record)) {
                once.add(record);
            }
        }
        return once;
    }
}
