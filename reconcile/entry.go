package reconcile

import (
	"encoding/binary"
	"time"

	"waybill/state"
)

// entry is what one side says of a row: a row of the extract, or a record here.
type entry struct {
	key     []byte // by keyOf; nil: a row of the extract that does not say which it is
	here    bool
	at      time.Time // here: when what it says happened; there: changed_at, zero when it is not said
	line    int64     // of the extract
	figures [mostFigures]int64
	given   uint8 // which figures are said, a bit each
	labels  [mostLabels]string
	problem string // of the extract's row: why it cannot be read
}

// sides of a row, in the order in which they come out of the sorter.
const (
	sideThere = iota
	sideHere
)

// sortKey is the entry's place: by row; the extract's side first, by line; then ours, in the order of the records or, where
// records are changes, of the time at which they happened.
func (e *entry) sortKey(dst []byte, record int64, byTime bool) []byte {
	dst = append(dst, e.key...)
	switch {
	case !e.here:
		return state.AppendInt(append(dst, sideThere), e.line)
	case byTime:
		return state.AppendInt(state.AppendInt(append(dst, sideHere), e.at.UnixMicro()), record)
	}
	return state.AppendInt(append(dst, sideHere), record)
}

// appendValue writes the entry as a sorter keeps it: the length of its key first, as keys are followed by the place.
func (e *entry) appendValue(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(e.key)))
	flags := e.given << 1
	if e.here {
		flags |= 1
	}
	dst = append(dst, flags)
	micros := int64(0)
	if !e.at.IsZero() {
		micros = e.at.UnixMicro()
	}
	dst = binary.AppendVarint(binary.AppendVarint(dst, micros), e.line)
	for i := range e.figures {
		dst = binary.AppendVarint(dst, e.figures[i])
	}
	for _, text := range [...]string{e.labels[0], e.labels[1], e.labels[2], e.problem} {
		dst = append(binary.AppendUvarint(dst, uint64(len(text))), text...)
	}
	return dst
}

// entryOf reads an entry as a sorter gives it; its key is a part of sorted.
func entryOf(sorted, value []byte) (e entry) {
	uvarint := func() uint64 {
		number, n := binary.Uvarint(value)
		value = value[n:]
		return number
	}
	varint := func() int64 {
		number, n := binary.Varint(value)
		value = value[n:]
		return number
	}
	text := func() string {
		n := uvarint()
		text := string(value[:n])
		value = value[n:]
		return text
	}
	e.key = sorted[:uvarint()]
	e.here, e.given = value[0]&1 != 0, value[0]>>1
	value = value[1:]
	if micros := varint(); micros != 0 {
		e.at = time.UnixMicro(micros).UTC()
	}
	e.line = varint()
	for i := range e.figures {
		e.figures[i] = varint()
	}
	for i := range e.labels {
		e.labels[i] = text()
	}
	e.problem = text()
	return e
}
