package state

import "encoding/binary"

// Key is anything that names a row of a table. Its bytes sort as the rows are to be scanned.
type Key interface {
	// AppendKey appends the key's bytes to dst. Every part but the last must end where a reader can tell, so that no
	// key is a prefix of another by accident: use AppendString and AppendInt.
	AppendKey(dst []byte) []byte
}

// AppendString appends a text so that it sorts as text, and ends: 0x00 becomes 0x00 0xFF, and 0x00 0x01 closes it.
func AppendString(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] == 0 {
			dst = append(dst, 0, 0xFF)
			continue
		}
		dst = append(dst, text[i])
	}
	return append(dst, 0, 1)
}

// AppendInt appends a number in eight bytes that sort as numbers do, negative ones first.
func AppendInt(dst []byte, number int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(number)^(1<<63))
}

// CutString reads what AppendString wrote at the beginning of a key, and gives what follows.
func CutString(key []byte) (text string, rest []byte) {
	var read []byte
	for ; key[0] != 0 || key[1] != 1; key = key[1:] {
		if read = append(read, key[0]); key[0] == 0 {
			key = key[1:] // 0x00 0xFF stands for 0x00
		}
	}
	return string(read), key[2:]
}

// CutInt does so for AppendInt.
func CutInt(key []byte) (number int64, rest []byte) {
	return int64(binary.BigEndian.Uint64(key) ^ (1 << 63)), key[8:]
}

// Text is the key that is one text.
type Text string

// AppendKey appends the text.
func (t Text) AppendKey(dst []byte) []byte { return AppendString(dst, string(t)) }

// TextPair is the key that is two texts; its first alone, as Text, is the prefix of all that share it.
type TextPair [2]string

// AppendKey appends both texts.
func (p TextPair) AppendKey(dst []byte) []byte {
	return AppendString(AppendString(dst, p[0]), p[1])
}

// TextNumber is the key that is a text and a number; its text alone, as Text, is the prefix of all that share it.
type TextNumber struct {
	Text   string
	Number int64
}

// AppendKey appends the text, then the number.
func (n TextNumber) AppendKey(dst []byte) []byte {
	return AppendInt(AppendString(dst, n.Text), n.Number)
}

// After returns the first key behind all keys that begin with prefix, or nil when there is none.
func After(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
