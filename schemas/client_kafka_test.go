//go:build kafka

package schemas

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// srfake checks no schemas and knows no compatibility; Apicurio, which stands beside the real Kafka, does.
func TestTheRegistryBesideKafkaTakesEveryContractAndRefusesABreak(t *testing.T) {
	ctx := t.Context()
	address := os.Getenv("WAYBILL_TEST_REGISTRY")
	if address == "" {
		t.Fatal("WAYBILL_TEST_REGISTRY is not set: run the test by `make test-kafka`, or export what deploy/kafka/start.sh prints")
	}
	client := clientOf(t, RegistryOptions{URLs: []string{address}})
	if _, err := client.Schema(ctx, 987654321); !errors.Is(err, ErrUnknownSchema) {
		t.Errorf("an unknown id: %v", err)
	}
	for _, topic := range ContractTopics() {
		subject := Subject("contract-test." + topic)
		text, _ := Contract(topic)
		if _, err := client.ID(ctx, subject, text); !errors.Is(err, ErrNotRegistered) {
			t.Fatalf("%s before it is registered: %v", subject, err)
		}
		id, err := client.Register(ctx, subject, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.SetCompatibility(ctx, subject, "BACKWARD_TRANSITIVE"); err != nil {
			t.Fatal(err)
		}
		if found, err := client.ID(ctx, subject, text); err != nil || found != id {
			t.Errorf("%s: looked up as %d (%v), registered as %d", subject, found, err, id)
		}
		if latest, stored, err := client.Latest(ctx, subject); err != nil || latest != id || stored != text {
			t.Errorf("%s: latest is %d (%v), not %d as it was registered", subject, latest, err, id)
		}
		if stored, err := client.Schema(ctx, id); err != nil || stored != text {
			t.Errorf("%s: schema %d is not what was registered (%v)", subject, id, err)
		}
		if level, err := client.Compatibility(ctx, subject); err != nil || level != "BACKWARD_TRANSITIVE" {
			t.Errorf("%s: compatibility %q (%v)", subject, level, err)
		}
	}
	subject := Subject("contract-test.wms.shipments")
	broken := shipmentContract(t, `"name": "quantity"`, `"name": "qty"`)
	if fits, _, err := client.Compatible(ctx, subject, broken); fits || err != nil {
		t.Errorf("a broken contract: fits %t, %v", fits, err)
	}
	if _, err := client.Register(ctx, subject, broken); !errors.Is(err, ErrIncompatible) || !strings.Contains(err.Error(), "qty") {
		t.Errorf("a broken contract: %v", err)
	}
}
