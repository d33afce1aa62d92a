package schemas

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// Bounds of a walk over bytes that nobody vouches for.
const (
	maxDepth      = 128     // nested values
	maxEmptyItems = 1 << 16 // items that take no bytes at all, in one list
)

// walk goes over the bytes of one Avro value and copies them with its decimals rewritten: from their wire form to a
// long of the smallest units (narrow), or back (widen). So the Avro library sees nothing but what it reads and writes
// fastest, and everything hostile in the bytes is found here, with the path to it, before anything is allocated for it.
type walk struct {
	src    []byte
	at     int // next byte to read
	copied int // bytes before it are in dst
	dst    []byte
	widen  bool
	empty  int // items without bytes so far
}

var (
	errShort    = errors.New("the value ends too early")
	errVarint   = errors.New("integer longer than its type")
	errTrailing = errors.New("bytes follow the value")
	errDeep     = fmt.Errorf("nested deeper than %d", maxDepth)
	errEmpty    = fmt.Errorf("more than %d items without bytes", maxEmptyItems)
	errText     = errors.New("text is not UTF-8")
	errBoolean  = errors.New("boolean is neither 0 nor 1")
)

// narrow appends src, one whole value of the shape, to dst with decimals as longs.
func (s *shape) narrow(dst, src []byte) ([]byte, *DecodeError) { return s.rewrite(dst, src, false) }

// widenInto appends src, one whole value with decimals as longs, to dst in its wire form.
func (s *shape) widenInto(dst, src []byte) ([]byte, *DecodeError) { return s.rewrite(dst, src, true) }

func (s *shape) rewrite(dst, src []byte, widen bool) ([]byte, *DecodeError) {
	w := walk{src: src, dst: dst, widen: widen}
	if failure := w.value(s, 0); failure != nil {
		return dst, failure
	}
	if w.at != len(src) {
		return dst, invalid(fmt.Errorf("%w: %d of %d", errTrailing, len(src)-w.at, len(src)))
	}
	return append(w.dst, src[w.copied:]...), nil
}

// verify says whether src is one whole value of the shape.
func (s *shape) verify(src []byte) *DecodeError {
	_, failure := s.rewrite(nil, src, false)
	return failure
}

func invalid(err error) *DecodeError { return &DecodeError{Class: ClassInvalidValue, Err: err} }

func short() *DecodeError { return &DecodeError{Class: ClassTruncated, Err: errShort} }

// within puts a field's or an item's name before the path of a failure inside it.
func (e *DecodeError) within(name string) *DecodeError {
	switch {
	case e.Field == "" || e.Field[0] == '[':
		e.Field = name + e.Field
	default:
		e.Field = name + "." + e.Field
	}
	return e
}

func (w *walk) value(s *shape, depth int) *DecodeError {
	switch s.kind {
	case shapeNull:
		return nil
	case shapeBoolean:
		if w.at < len(w.src) && w.src[w.at] > 1 {
			return invalid(errBoolean)
		}
		return w.skip(1)
	case shapeInt:
		_, failure := w.int()
		return failure
	case shapeLong:
		_, failure := w.long()
		return failure
	case shapeFloat:
		return w.skip(4)
	case shapeDouble:
		return w.skip(8)
	case shapeFixed:
		return w.skip(s.size)
	case shapeBytes:
		_, failure := w.bytes()
		return failure
	case shapeString:
		text, failure := w.bytes()
		if failure == nil && !utf8.Valid(text) {
			return invalid(errText)
		}
		return failure
	case shapeDecimal:
		return w.decimal(s.decimal)
	case shapeEnum:
		ordinal, failure := w.int()
		if failure == nil && (ordinal < 0 || ordinal >= int64(s.size)) {
			return invalid(fmt.Errorf("enum %s has no symbol number %d", s.name, ordinal))
		}
		return failure
	case shapeUnion:
		index, failure := w.long()
		if failure != nil {
			return failure
		}
		if index < 0 || index >= int64(len(s.branches)) {
			return invalid(fmt.Errorf("union has no branch number %d", index))
		}
		s = s.branches[index]
		if s.kind == shapeUnion || depth >= maxDepth {
			return invalid(errDeep)
		}
		return w.value(s, depth+1)
	case shapeArray, shapeMap:
		return w.series(s, depth)
	default:
		return w.record(s, depth)
	}
}

func (w *walk) record(s *shape, depth int) *DecodeError {
	if depth >= maxDepth {
		return invalid(errDeep)
	}
	for i := range s.fields {
		field := &s.fields[i]
		if field.mayBeNull && w.at < len(w.src) && w.src[w.at] == 0 { // most of what may be null is
			w.at++
			continue
		}
		if failure := w.value(field.shape, depth+1); failure != nil {
			return failure.within(field.name)
		}
	}
	return nil
}

// series walks an array or map: blocks of items, each preceded by their number, until a block of none. A negative
// number is followed by the block's length in bytes, which no longer holds after rewriting and is left out.
func (w *walk) series(s *shape, depth int) *DecodeError {
	if depth >= maxDepth {
		return invalid(errDeep)
	}
	for item := 0; ; {
		begin := w.at
		count, failure := w.long()
		if failure != nil {
			return failure
		}
		if count == 0 {
			return nil
		}
		if count < 0 {
			if count == math.MinInt64 {
				return invalid(errVarint)
			}
			count = -count
			if _, failure = w.long(); failure != nil {
				return failure
			}
			w.dst = append(w.dst, w.src[w.copied:begin]...)
			w.dst = appendLong(w.dst, count)
			w.copied = w.at
		}
		least := s.items.least
		if s.kind == shapeMap {
			least++
		}
		if least == 0 {
			if count > int64(maxEmptyItems-w.empty) {
				return invalid(errEmpty)
			}
			w.empty += int(count)
		} else if count > int64((len(w.src)-w.at)/least) {
			return short()
		}
		for range count {
			if failure := w.item(s, depth); failure != nil {
				return failure.within("[" + strconv.Itoa(item) + "]")
			}
			item++
		}
	}
}

func (w *walk) item(s *shape, depth int) *DecodeError {
	if s.kind == shapeMap {
		key, failure := w.bytes()
		if failure != nil {
			return failure
		}
		if !utf8.Valid(key) {
			return invalid(errText)
		}
	}
	return w.value(s.items, depth+1)
}

func (w *walk) decimal(f form) *DecodeError {
	begin := w.at
	if w.widen {
		units, failure := w.long()
		if failure != nil {
			return failure
		}
		if !f.fits(units) {
			return invalid(fmt.Errorf("decimal %s: %w: at most %d digits", f.text(units), ErrDecimalRange, f.precision))
		}
		w.dst = append(w.dst, w.src[w.copied:begin]...)
		w.dst = append(w.dst, byte(unscaledLen(units)<<1)) // the length is at most 8: a varint of one byte
		w.dst = appendUnscaled(w.dst, units)
		w.copied = w.at
		return nil
	}
	unscaled, failure := w.bytes()
	if failure != nil {
		return failure
	}
	units, err := f.unscaled(unscaled)
	if err != nil {
		return invalid(err)
	}
	w.dst = append(w.dst, w.src[w.copied:begin]...)
	w.dst = appendLong(w.dst, units)
	w.copied = w.at
	return nil
}

func (w *walk) skip(n int) *DecodeError {
	if n > len(w.src)-w.at {
		return short()
	}
	w.at += n
	return nil
}

// bytes reads a length and that many bytes; it may not go beyond the value.
func (w *walk) bytes() ([]byte, *DecodeError) {
	n, failure := w.long()
	switch {
	case failure != nil:
		return nil, failure
	case n < 0:
		return nil, invalid(fmt.Errorf("negative length %d", n))
	case n > int64(len(w.src)-w.at):
		return nil, short()
	}
	from := w.at
	w.at += int(n)
	return w.src[from:w.at], nil
}

func (w *walk) int() (int64, *DecodeError) {
	n, failure := w.long()
	if failure == nil && (n < math.MinInt32 || n > math.MaxInt32) {
		return 0, invalid(errVarint)
	}
	return n, failure
}

func (w *walk) long() (int64, *DecodeError) {
	if w.at < len(w.src) && w.src[w.at] < 0x80 { // most are short
		u := uint64(w.src[w.at])
		w.at++
		return int64(u>>1) ^ -int64(u&1), nil
	}
	var u uint64
	for shift := 0; ; shift += 7 {
		if w.at >= len(w.src) {
			return 0, short()
		}
		c := w.src[w.at]
		if shift == 63 && c > 1 {
			return 0, invalid(errVarint)
		}
		w.at++
		u |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return int64(u>>1) ^ -int64(u&1), nil
		}
	}
}

func appendLong(dst []byte, n int64) []byte {
	u := uint64(n<<1) ^ uint64(n>>63)
	for u >= 0x80 {
		dst = append(dst, byte(u)|0x80)
		u >>= 7
	}
	return append(dst, byte(u))
}
