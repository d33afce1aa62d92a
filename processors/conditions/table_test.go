package conditions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"waybill/schemas"
)

func TestEveryClassConstantHasItsRowAndEveryRowItsConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "classes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok {
			name, _ := strconv.Unquote(literal.Value)
			constants[name] = true
		}
		return true
	})
	rows := map[string]bool{}
	for _, class := range Table() {
		if rows[class.Name] {
			t.Errorf("%s has two rows", class.Name)
		}
		rows[class.Name] = true
		if !constants[class.Name] {
			t.Errorf("%s has a row but no constant", class.Name)
		}
	}
	for name := range constants {
		if !rows[name] {
			t.Errorf("%s has a constant but no row", name)
		}
	}
	if len(rows) < 25 {
		t.Errorf("the table has %d classes; the domain names 25", len(rows))
	}
}

func TestEveryRowIsComplete(t *testing.T) {
	severities := map[schemas.Severity]bool{
		schemas.SeverityLow: true, schemas.SeverityMedium: true, schemas.SeverityHigh: true, schemas.SeverityCritical: true,
	}
	for _, class := range Table() {
		if class.Raised == "" || class.Owner == "" || class.ClosesWhen == "" || class.TargetAge < hours || !severities[class.Severity] {
			t.Errorf("%s lacks something: %+v", class.Name, class)
		}
		if !strings.HasSuffix(class.NextAction, ".") || len(class.NextAction) < 20 {
			t.Errorf("%s: the next action %q is not a sentence that a clerk can follow", class.Name, class.NextAction)
		}
	}
}

func TestSeverityAndOwnerAreTheDomains(t *testing.T) {
	for _, test := range []struct {
		name     string
		severity schemas.Severity
		rule     OwnerRule
		owner    string
		closing  Closing
	}{
		{Unreadable, schemas.SeverityHigh, BySource, "integration", ByDrop},
		{SequenceGap, schemas.SeverityHigh, BySource, "integration", ByDrop},
		{UnknownOrder, schemas.SeverityHigh, ByClass, "order management", ByCause},
		{UnknownReference, schemas.SeverityHigh, ByClass, "master data", ByCause},
		{NotAccepted, schemas.SeverityHigh, ByClass, "order management", ByCause},
		{WrongAuthority, schemas.SeverityMedium, ByClass, "integration", ByCommand},
		{ShortShipped, schemas.SeverityMedium, ByClass, "customer service", ByCause},
		{OverShipped, schemas.SeverityHigh, ByWarehouse, "warehouse", ByCause},
		{SubstitutionRefused, schemas.SeverityHigh, ByClass, "sales", ByCause},
		{SubstitutionUnpriced, schemas.SeverityHigh, ByClass, "pricing", ByCause},
		{UOMMismatch, schemas.SeverityHigh, ByClass, "master data", ByCause},
		{MissingWeight, schemas.SeverityMedium, ByWarehouse, "warehouse", ByCause},
		{ShippedAfterCancel, schemas.SeverityHigh, ByClass, "customer service", ByCause},
		{Oversold, schemas.SeverityHigh, ByClass, "inventory control", ByCause},
		{StockUnexplained, schemas.SeverityMedium, ByClass, "inventory control", ByCause},
		{StaleSource, schemas.SeverityHigh, BySource, "integration", ByCause},
		{OverdueShipment, schemas.SeverityLow, ByWarehouse, "warehouse", ByCause},
		{Unbilled, schemas.SeverityHigh, ByClass, "billing", ByCause},
		{InvoiceMismatch, schemas.SeverityCritical, ByClass, "billing", ByCause},
		{InvoicedNotShipped, schemas.SeverityCritical, ByClass, "billing", ByCause},
		{DoubleInvoiced, schemas.SeverityCritical, ByClass, "billing", ByCause},
		{ShortPay, schemas.SeverityMedium, ByClass, "receivables", ByCommand},
		{UnappliedPayment, schemas.SeverityMedium, ByClass, "receivables", ByCommand},
		{Disputed, schemas.SeverityHigh, ByClass, "receivables", ByCause},
		{CreditExceeded, schemas.SeverityHigh, ByClass, "credit", ByCause},
		{Held, schemas.SeverityMedium, ByClass, "billing", ByCause},
	} {
		class, ok := Of(test.name)
		if !ok || class.Severity != test.severity || class.OwnedBy != test.rule || class.Owner != test.owner || class.Closing != test.closing {
			t.Errorf("%s: got %+v, want %+v", test.name, class, test)
		}
	}
}

func TestAClassOfANewerReleaseIsRoutedToIntegration(t *testing.T) {
	class, ok := Of("not_invented_yet")
	if ok || class.Name != "not_invented_yet" || class.Owner != "integration" || class.Closing != ByCause || class.TargetAge <= 0 {
		t.Errorf("got %+v, %v", class, ok)
	}
}

func TestTheTableHandedOutIsACopy(t *testing.T) {
	Table()[0].Owner = "somebody else"
	if class, _ := Of(Table()[0].Name); Table()[0].Owner != "integration" || class.Owner != "integration" {
		t.Error("a caller changed the table")
	}
}

func TestMarkdownHasOneRowPerClass(t *testing.T) {
	page := Markdown()
	lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
	if len(lines) != len(classes)+2 {
		t.Fatalf("%d lines for %d classes", len(lines), len(classes))
	}
	for i, line := range lines {
		if strings.Count(line, "|") != 9 {
			t.Errorf("line %d has not eight columns: %s", i+1, line)
		}
	}
	for _, want := range []string{
		"| `unreadable` | an event fails its contract or schema | high | source system's owner, else integration | 4 h | ",
		"| medium | warehouse's owner, else warehouse | 24 h | the weight arrives | is refused | Have the warehouse enter the weight of the line. |",
		"| `disputed` | a customer's dispute is open | high | receivables | 5 days | ",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestOnlyMissingMasterDataAndSourcesThatCatchUpAreGivenAMoment(t *testing.T) {
	for _, class := range Table() {
		if waits := class.ShowsAfter() > 0; waits != (class.Name == UnknownReference || class.Name == StaleSource) {
			t.Errorf("%s shows after %s", class.Name, class.ShowsAfter())
		}
		if fades := class.Fades() > 0; fades != (class.Name == StaleSource) || class.Fades() > class.ShowsAfter() {
			t.Errorf("%s fades after %s: what is said once is never an exception", class.Name, class.Fades())
		}
	}
}

func TestOnlyWhatAnotherSystemDoesNotOwnCanBeOverridden(t *testing.T) {
	overridden := map[string]Overriding{
		OverShipped: OverrideBills, ShortShipped: OverrideBills, SubstitutionRefused: OverrideBills, SubstitutionUnpriced: OverrideBills,
		ShippedAfterCancel: OverrideBills, CreditExceeded: OverrideAccepts,
	}
	for _, class := range Table() {
		if class.Overriding() != overridden[class.Name] || (class.OverrideDoes() != "") != (overridden[class.Name] != NoOverride) {
			t.Errorf("%s: an override %q (%d)", class.Name, class.OverrideDoes(), class.Overriding())
		}
		if promised := strings.Contains(class.ClosesWhen, "override"); promised != (class.Overriding() != NoOverride) {
			t.Errorf("%s closes when %q, and an override %q", class.Name, class.ClosesWhen, class.OverrideDoes())
		}
	}
}
