import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads Avro's binary encoding of one value after the other from byte arrays, without reflection and without copies. */
final class AvroReader {
    private byte[] bytes;
    private int at;

    AvroReader over(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
        return this;
    }

    AvroReader over(byte[] bytes) {
        return over(bytes, 0);
    }

    long readLong() {
        long zigzag = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at++];
            zigzag |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return zigzag >>> 1 ^ -(zigzag & 1);
            }
        }
    }

    int readInt() {
        return (int) readLong();
    }

    boolean readBoolean() {
        return bytes[at++] != 0;
    }

    String readString() {
        int length = readInt();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    /** The unscaled value of a decimal of up to eighteen digits. */
    long readDecimal() {
        int length = readInt();
        long unscaled = length == 0 ? 0 : bytes[at++];
        for (int i = 1; i < length; i++) {
            unscaled = unscaled << 8 | bytes[at++] & 0xFF;
        }
        return unscaled;
    }

    /** Whether a union of null and one other type holds the other. */
    boolean isPresent() {
        return readLong() != 0;
    }

    Long readLongOrNull() {
        return isPresent() ? readLong() : null;
    }

    Long readDecimalOrNull() {
        return isPresent() ? readDecimal() : null;
    }

    String readStringOrNull() {
        return isPresent() ? readString() : null;
    }

    <E extends Enum<E>> E readSymbol(E[] symbols) {
        return symbols[readInt()];
    }

    <E extends Enum<E>> E readSymbolOrNull(E[] symbols) {
        return isPresent() ? readSymbol(symbols) : null;
    }

    <T> T readOrNull(Function<AvroReader, T> read) {
        return isPresent() ? read.apply(this) : null;
    }

    <T> List<T> readList(Function<AvroReader, T> read) {
        List<T> list = new ArrayList<>(4);
        for (long count = readLong(); count != 0; count = readLong()) {
            if (count < 0) { // the block's size in bytes follows
                count = -count;
                readLong();
            }
            for (long i = 0; i < count; i++) {
                list.add(read.apply(this));
            }
        }
        return list;
    }
}
