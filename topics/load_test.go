package topics

import "testing"

func TestBuiltInCatalogueIsValid(t *testing.T) {
	if _, err := Load(Embedded()); err != nil {
		t.Fatal(err)
	}
}
