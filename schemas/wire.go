package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The Confluent wire format: a zero byte, the writer's schema id (four bytes, big endian), the Avro value.
const (
	wireMagic  = 0
	wireHeader = 5
)

// maxValueBytes bounds what is taken for one value, whatever a topic allows: Kafka's own default is a megabyte, and
// lengths within a value are never trusted beyond it.
const maxValueBytes = 64 << 20

var errNoValue = errors.New("the record has no value")

// SchemaID reads the writer's schema id from a value, without reading the value itself.
func SchemaID(value []byte) (int, error) {
	id, _, failure := splitWire(value)
	if failure != nil {
		return 0, failure
	}
	return id, nil
}

func splitWire(value []byte) (id int, body []byte, failure *DecodeError) {
	switch {
	case len(value) == 0:
		return 0, nil, &DecodeError{Class: ClassTombstone, Err: errNoValue}
	case len(value) > maxValueBytes:
		return 0, nil, &DecodeError{Class: ClassTooLarge, Err: fmt.Errorf("%d bytes, more than %d", len(value), maxValueBytes)}
	case value[0] != wireMagic:
		return 0, nil, &DecodeError{Class: ClassWrongMagic, Err: fmt.Errorf("first byte is 0x%02x, not the registry's wire format", value[0])}
	case len(value) < wireHeader:
		return 0, nil, &DecodeError{Class: ClassTruncated, Err: fmt.Errorf("%d bytes, and no schema id in them", len(value))}
	}
	return int(binary.BigEndian.Uint32(value[1:])), value[wireHeader:], nil
}

func appendWireHeader(dst []byte, id int) []byte {
	return binary.BigEndian.AppendUint32(append(dst, wireMagic), uint32(id))
}
