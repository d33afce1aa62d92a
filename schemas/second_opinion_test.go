package schemas

import (
	"reflect"
	"testing"
	"time"

	"github.com/linkedin/goavro/v2"
	"github.com/twmb/avro"
	"pgregory.net/rapid"
)

// goavro is another implementation of Avro by other people: what both read and write alike is Avro, not our idea of it.
func TestGoavroReadsWhatWeWriteAndWeReadWhatItWrites(t *testing.T) {
	for _, topic := range ContractTopics() {
		t.Run(topic, func(t *testing.T) {
			contract, err := contractOf(topic)
			if err != nil {
				t.Fatal(err)
			}
			other, err := goavro.NewCodec(contract.text)
			if err != nil {
				t.Fatal(err)
			}
			codec := codecOfTopic(t, topic)
			rapid.Check(t, func(t *rapid.T) {
				value := reflect.New(typeOfTopic[topic])
				drawInto(t, topic, contract.schema.Root().ExpandReferences(), value.Elem())
				ours := codec.append(t, value.Interface())

				native, rest, err := other.NativeFromBinary(ours[wireHeader:])
				if err != nil || len(rest) > 0 {
					t.Fatalf("goavro does not read ours: %v, %d bytes left, of\n%+v", err, len(rest), value.Elem())
				}
				theirs, err := other.BinaryFromNative(nil, native)
				if err != nil {
					t.Fatalf("goavro does not write what it read: %v", err)
				}
				for name, body := range map[string][]byte{"ours": ours[wireHeader:], "goavro's": theirs} {
					got := codec.decode(t, append(ours[:wireHeader:wireHeader], body...))
					if !reflect.DeepEqual(got, value.Interface()) {
						t.Fatalf("%s comes back as\n%+v, not\n%+v", name, reflect.ValueOf(got).Elem(), value.Elem())
					}
				}
			})
		})
	}
}

// anyCodec is a codec whose type is known at run time only.
type anyCodec struct {
	contract *contract
	reader   *reader
	goType   reflect.Type
}

func codecOfTopic(t *testing.T, topic string) anyCodec {
	t.Helper()
	contract, err := contractOf(topic)
	if err != nil {
		t.Fatal(err)
	}
	reader := contract.readerOf(contract.text, 1)
	if reader.err != nil {
		t.Fatal(reader.err)
	}
	return anyCodec{contract, reader, typeOfTopic[topic]}
}

func (c anyCodec) append(t *rapid.T, value any) []byte {
	written, err := c.contract.append(nil, 1, value)
	if err != nil {
		t.Fatal(err)
	}
	return written
}

func (c anyCodec) decode(t *rapid.T, value []byte) any {
	decoded := reflect.New(c.goType).Interface()
	if failure := c.reader.decode(value[wireHeader:], 1, decoded); failure != nil {
		t.Fatal(failure)
	}
	return decoded
}

// drawInto fills a Go value with anything that its schema allows. Lists are short, and empty ones are empty, not nil.
func drawInto(t *rapid.T, path string, node *avro.SchemaNode, v reflect.Value) {
	if inner, mayBeNull := nullable(node); mayBeNull {
		if rapid.Bool().Draw(t, path+" is there") {
			v.Set(reflect.New(v.Type().Elem()))
			drawInto(t, path, inner, v.Elem())
		}
		return
	}
	switch unitOf(node) {
	case "date":
		v.SetInt(int64(rapid.Int32Range(-700_000, 2_900_000).Draw(t, path)))
		return
	case "timestamp-micros":
		v.Set(reflect.ValueOf(time.UnixMicro(rapid.Int64Range(-2e15, 4e15).Draw(t, path)).UTC()))
		return
	case "":
	default:
		bound := decimalForm(node.Precision, node.Scale).bound
		v.SetInt(rapid.Int64Range(-bound+1, bound-1).Draw(t, path))
		return
	}
	switch node.Type {
	case "boolean":
		v.SetBool(rapid.Bool().Draw(t, path))
	case "int":
		v.SetInt(int64(rapid.Int32().Draw(t, path)))
	case "long":
		v.SetInt(rapid.Int64().Draw(t, path))
	case "string":
		v.SetString(rapid.StringN(0, 12, -1).Draw(t, path))
	case "enum":
		v.SetString(rapid.SampledFrom(node.Symbols).Draw(t, path))
	case "array":
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, path), 3))
		for i := range v.Len() {
			drawInto(t, path+"[]", node.Items, v.Index(i))
		}
	case "record":
		for i := range node.Fields {
			drawInto(t, join(path, node.Fields[i].Name), &node.Fields[i].Type, v.Field(i))
		}
	default:
		t.Fatalf("%s: no contract has a %s yet: draw it too", path, node.Type)
	}
}
