import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/** The bytes of a key: they sort as its parts do, and no part is a prefix of another by accident. */
final class Key {
    private byte[] bytes = new byte[64];
    private int length;

    private void append(byte next) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = next;
    }

    /** A text, closed by 0x00 0x01; a 0x00 in it becomes 0x00 0xFF. */
    Key text(String text) {
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            append(next);
            if (next == 0) {
                append((byte) 0xFF);
            }
        }
        append((byte) 0);
        append((byte) 1);
        return this;
    }

    /** A number in eight bytes, negative ones first. */
    Key number(long number) {
        long sortable = number ^ Long.MIN_VALUE;
        for (int shift = 56; shift >= 0; shift -= 8) {
            append((byte) (sortable >> shift));
        }
        return this;
    }

    /** One byte that tells kinds of rows apart. */
    Key kind(char kind) {
        append((byte) kind);
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    Bytes wrap() {
        return Bytes.wrap(toBytes());
    }
}
