import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Writes Avro's binary encoding into a buffer that is used again. */
final class AvroWriter {
    private byte[] bytes = new byte[4096];
    private int length;

    AvroWriter clear() {
        length = 0;
        return this;
    }

    /** Begins a value in the registry's wire format: a zero byte and the schema's id. */
    AvroWriter begin(int schemaId) {
        clear();
        room(5);
        bytes[length++] = 0;
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (schemaId >> shift);
        }
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    AvroWriter writeLong(long number) {
        room(10);
        long zigzag = number << 1 ^ number >> 63;
        while ((zigzag & ~0x7FL) != 0) {
            bytes[length++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        bytes[length++] = (byte) zigzag;
        return this;
    }

    AvroWriter writeBoolean(boolean is) {
        room(1);
        bytes[length++] = (byte) (is ? 1 : 0);
        return this;
    }

    AvroWriter writeString(String text) {
        int size = text.length();
        writeLong(size);
        room(size);
        int from = length;
        for (int i = 0; i < size; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length = from - lengthOfLong(size);
                return writeBytes(text.getBytes(StandardCharsets.UTF_8));
            }
            bytes[length++] = (byte) c;
        }
        return this;
    }

    private static int lengthOfLong(long size) {
        int n = 1;
        for (long zigzag = size << 1; (zigzag & ~0x7FL) != 0; zigzag >>>= 7) {
            n++;
        }
        return n;
    }

    private AvroWriter writeBytes(byte[] value) {
        writeLong(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** A decimal in the shortest two's complement of its unscaled value. */
    AvroWriter writeDecimal(long unscaled) {
        int size = 8 - (Long.numberOfLeadingZeros(unscaled < 0 ? ~unscaled : unscaled) - 1) / 8;
        writeLong(size);
        room(8);
        for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (unscaled >> shift);
        }
        return this;
    }

    /** Which of null and another type a union of the two holds. */
    AvroWriter writePresent(boolean is) {
        return writeLong(is ? 1 : 0);
    }

    AvroWriter writeLongOrNull(Long number) {
        writePresent(number != null);
        return number == null ? this : writeLong(number);
    }

    AvroWriter writeDecimalOrNull(Long unscaled) {
        writePresent(unscaled != null);
        return unscaled == null ? this : writeDecimal(unscaled);
    }

    AvroWriter writeStringOrNull(String text) {
        writePresent(text != null);
        return text == null ? this : writeString(text);
    }

    AvroWriter writeSymbol(Enum<?> symbol) {
        return writeLong(symbol.ordinal());
    }

    AvroWriter writeSymbolOrNull(Enum<?> symbol) {
        writePresent(symbol != null);
        return symbol == null ? this : writeSymbol(symbol);
    }

    <T> AvroWriter writeOrNull(T value, BiConsumer<T, AvroWriter> write) {
        writePresent(value != null);
        if (value != null) {
            write.accept(value, this);
        }
        return this;
    }

    <T> AvroWriter writeList(List<T> list, BiConsumer<T, AvroWriter> write) {
        if (!list.isEmpty()) {
            writeLong(list.size());
            for (T entry : list) {
                write.accept(entry, this);
            }
        }
        return writeLong(0);
    }
}
