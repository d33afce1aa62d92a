package schemas

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/avro"
)

// typeOfTopic is the Go type of every topic's value.
var typeOfTopic = map[string]reflect.Type{
	"commerce.orders":    reflect.TypeFor[Order](),
	"erp.orders":         reflect.TypeFor[OrderAcceptance](),
	"erp.invoices":       reflect.TypeFor[Invoice](),
	"wms.shipments":      reflect.TypeFor[Shipment](),
	"wms.inventory":      reflect.TypeFor[StockMovement](),
	"ar.payments":        reflect.TypeFor[Payment](),
	"ar.disputes":        reflect.TypeFor[Dispute](),
	"master.customers":   reflect.TypeFor[Customer](),
	"master.items":       reflect.TypeFor[Item](),
	"master.prices":      reflect.TypeFor[ItemPrice](),
	"master.warehouses":  reflect.TypeFor[Warehouse](),
	"o2c.commands":       reflect.TypeFor[Command](),
	"o2c.repairs":        reflect.TypeFor[Repair](),
	"o2c.orders":         reflect.TypeFor[OrderEvent](),
	"o2c.shipments":      reflect.TypeFor[ShipmentEvent](),
	"o2c.stock":          reflect.TypeFor[StockEvent](),
	"o2c.billing":        reflect.TypeFor[BillingEvent](),
	"o2c.order-invoices": reflect.TypeFor[OrderInvoice](),
	"o2c.payments":       reflect.TypeFor[PaymentEvent](),
	"o2c.actions":        reflect.TypeFor[Action](),
	"o2c.conditions":     reflect.TypeFor[Condition](),
	"o2c.replays":        reflect.TypeFor[Replay](),
	"o2c.overrides":      reflect.TypeFor[Override](),
	"o2c.demand":         reflect.TypeFor[Demand](),
	"o2c.credit":         reflect.TypeFor[Exposure](),
	"o2c.order-facts":    reflect.TypeFor[OrderFact](),
	"o2c.customers":      reflect.TypeFor[Customer](),
	"o2c.items":          reflect.TypeFor[Item](),
	"o2c.prices":         reflect.TypeFor[ItemPrice](),
	"o2c.warehouses":     reflect.TypeFor[Warehouse](),
	"o2c.consolidation":  reflect.TypeFor[InvoiceReady](),
	"o2c.invoice-ready":  reflect.TypeFor[InvoiceReady](),
	"o2c.exceptions":     reflect.TypeFor[Exception](),
	"o2c.order-status":   reflect.TypeFor[OrderState](),
	"o2c.availability":   reflect.TypeFor[Availability](),
	"o2c.receivables":    reflect.TypeFor[Receivable](),
	"o2c.figures":        reflect.TypeFor[Figure](),
}

func rootOf(t *testing.T, topic string) *avro.SchemaNode {
	t.Helper()
	contract, err := contractOf(topic)
	if err != nil {
		t.Fatal(err)
	}
	return contract.schema.Root()
}

func TestEveryContractIsItsGoTypeFieldByField(t *testing.T) {
	if topics := sortedKeys(typeOfTopic); !slices.Equal(topics, ContractTopics()) {
		t.Fatalf("contracts of %v, Go types of %v", ContractTopics(), topics)
	}
	for topic, goType := range typeOfTopic {
		for _, problem := range conform(topic, rootOf(t, topic).ExpandReferences(), goType) {
			t.Error(problem)
		}
	}
}

func TestADifferenceBetweenGoTypeAndContractIsFound(t *testing.T) {
	contract := func(fields string) *avro.SchemaNode {
		return avro.MustParse(`{"type":"record","name":"Row","fields":[` + fields + `]}`).Root()
	}
	type Row struct {
		ID       string    `avro:"id"`
		Quantity *Quantity `avro:"quantity"`
	}
	decimal := `{"type":"bytes","logicalType":"decimal","precision":18,"scale":6}`
	if problems := conform("t", contract(`{"name":"id","type":"string"},{"name":"quantity","type":["null",`+decimal+`]}`), reflect.TypeFor[Row]()); len(problems) > 0 {
		t.Errorf("equal, but: %v", problems)
	}
	for name, fields := range map[string]string{
		"order":       `{"name":"quantity","type":["null",` + decimal + `]},{"name":"id","type":"string"}`,
		"missing":     `{"name":"id","type":"string"}`,
		"further":     `{"name":"id","type":"string"},{"name":"quantity","type":["null",` + decimal + `]},{"name":"x","type":"int"}`,
		"type":        `{"name":"id","type":"long"},{"name":"quantity","type":["null",` + decimal + `]}`,
		"scale":       `{"name":"id","type":"string"},{"name":"quantity","type":["null",` + strings.Replace(decimal, `"scale":6`, `"scale":4`, 1) + `]}`,
		"nullability": `{"name":"id","type":"string"},{"name":"quantity","type":` + decimal + `}`,
		"name":        `{"name":"ident","type":"string"},{"name":"quantity","type":["null",` + decimal + `]}`,
	} {
		if problems := conform("t", contract(fields), reflect.TypeFor[Row]()); len(problems) == 0 {
			t.Errorf("%s: no difference found", name)
		}
	}
}

func TestContractsLeaveRoomToEvolve(t *testing.T) {
	for topic := range typeOfTopic {
		root := rootOf(t, topic)
		if root.Namespace != "waybill" || root.Doc == "" {
			t.Errorf("%s: namespace %q, doc %q", topic, root.Namespace, root.Doc)
		}
		eachNode(topic, root, func(path string, node *avro.SchemaNode) {
			if node.Type == "enum" && (node.EnumDefault != Unknown || !slices.Contains(node.Symbols, Unknown)) {
				t.Errorf("%s: symbols unknown to a reader do not resolve to %s", path, Unknown)
			}
			for i := range node.Fields {
				field := &node.Fields[i]
				_, mayBeNull := nullable(&field.Type)
				if (mayBeNull || field.Type.Type == "array") && !field.HasDefault {
					t.Errorf("%s.%s: optional fields and lists have a default", path, field.Name)
				}
				if mayBeNull && field.Default != nil {
					t.Errorf("%s.%s: default %v, not null", path, field.Name, field.Default)
				}
			}
		})
	}
}

// The files are self-contained, so a type stands in several of them.
func TestATypeIsTheSameInAllContracts(t *testing.T) {
	first := map[string]*avro.SchemaNode{}
	where := map[string]string{}
	for _, topic := range ContractTopics() {
		eachNode(topic, rootOf(t, topic).ExpandReferences(), func(path string, node *avro.SchemaNode) {
			if node.Name == "" {
				return
			}
			if known := first[node.Name]; known == nil {
				first[node.Name], where[node.Name] = node, path
			} else if other := where[node.Name]; !sameText(t, known, node) {
				t.Errorf("%s is not the same at %s and %s", node.Name, other, path)
			}
		})
	}
}

func sameText(t *testing.T, a, b *avro.SchemaNode) bool {
	t.Helper()
	first, err := a.Schema()
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Schema()
	if err != nil {
		t.Fatal(err)
	}
	return first.String() == second.String()
}

func eachNode(path string, node *avro.SchemaNode, visit func(string, *avro.SchemaNode)) {
	visit(path, node)
	for i := range node.Fields {
		eachNode(path+"."+node.Fields[i].Name, &node.Fields[i].Type, visit)
	}
	for i := range node.Branches {
		eachNode(path, &node.Branches[i], visit)
	}
	if node.Items != nil {
		eachNode(path+"[]", node.Items, visit)
	}
}

func TestACodecOfTheWrongTypeOrTopicIsRefusedAtOnce(t *testing.T) {
	for name, make := range map[string]func(){
		"wrong type":  func() { NewCodec[Order](NewLocalRegistry(), "wms.shipments") },
		"no contract": func() { NewCodec[Order](NewLocalRegistry(), "nowhere") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			make()
		}()
	}
}
