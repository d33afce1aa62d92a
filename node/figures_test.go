package node

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"waybill/schemas"
)

var noon = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)

// part is what a partition adds to a figure on a day so many days before noon's.
func part(figure, by, of string, days int, counted, met int64) *schemas.Figure {
	return &schemas.Figure{Figure: figure, Dimension: by, Value: of, Day: new(schemas.DateOf(noon).AddDays(-days)), Counted: counted, Met: met, AsOf: noon}
}

// shown are the metrics of the parts, a line each.
func shown(t *testing.T, parts ...*schemas.Figure) []string {
	t.Helper()
	m := newFigureMetrics(follower{}, func() time.Time { return noon })
	for i, part := range parts {
		part.Partition = int32(i)
		m.take(fmt.Sprint("part-", i), part)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(m)
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	var lines []string
	for line := range strings.Lines(answer.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if answer.Code != http.StatusOK {
		t.Fatal(answer.Code, lines)
	}
	return lines
}

func TestFiguresAreShownAsMetrics(t *testing.T) {
	took := part("shipment_to_invoice", "", "", 3, 2, 2)
	took.Seconds = []schemas.Bucket{{Index: 5, Count: 1}, {Index: 9, Count: 1}}
	unbilled := part("unbilled_value", "cause", "erp", 9, 2, 0)
	unbilled.Currency, unbilled.Amount = "EUR", schemas.MustAmount("12.50")
	billed := part("dso", "", "", 9, 2, 0)
	billed.Currency, billed.Amount = "EUR", schemas.MustAmount("900")
	open := part("dso", "", "", 0, 1, 0)
	open.Currency, open.Amount, open.Day = "EUR", schemas.MustAmount("100"), nil
	oversold := part("oversold_units", "warehouse", "east", 0, 1, 0)
	oversold.Quantity, oversold.Day = schemas.MustQuantity("2.5"), nil
	got := strings.Join(shown(t, took, unbilled, billed, open, oversold,
		part("otif_requested", "", "", 3, 1, 1), part("otif_requested", "", "", 3, 3, 1),
		part("dispute_rate", "", "", 3, 2, 1), part("dispute_rate", "", "", 30, 2, 0), part("dispute_rate", "", "", 300, 2, 0)), "\n")
	for _, want := range []string{
		fmt.Sprintf("waybill_figure_as_of_seconds %v", float64(noon.Unix())),
		`waybill_figure_days{by="",currency="EUR",figure="dso",of=""} 10`,
		`waybill_figure_seconds{by="",figure="shipment_to_invoice",of="",quantile="0.5"} 5`,
		`waybill_figure_seconds{by="",figure="shipment_to_invoice",of="",quantile="0.95"} 9`,
		`waybill_figure_share{by="",figure="dispute_rate",of=""} 0.25`,
		`waybill_figure_share{by="",figure="otif_requested",of=""} 0.5`,
		`waybill_figure_standing{age="8-30",by="cause",figure="unbilled_value",of="erp"} 2`,
		`waybill_figure_value{age="8-30",by="cause",currency="EUR",figure="unbilled_value",of="erp"} 12.5`,
		`waybill_figure_units{by="warehouse",figure="oversold_units",of="east"} 2.5`,
	} {
		if !strings.Contains("\n"+got+"\n", "\n"+want+"\n") {
			t.Errorf("there is no %s in\n%s", want, got)
		}
	}
}

func TestTheValuesOfALabelAreBounded(t *testing.T) {
	var parts []*schemas.Figure
	for n := range 30 {
		parts = append(parts, part("otif_requested", "warehouse", fmt.Sprint("w-", n), 3, int64(100-n), 0))
	}
	parts[29].Met = 71 // of the least that counts: it is among the others
	var told []string
	for _, line := range shown(t, parts...) {
		if strings.HasPrefix(line, "waybill_figure_share{") {
			told = append(told, line)
		}
	}
	if len(told) != mostValues+1 {
		t.Errorf("%d values are told, and not %d", len(told), mostValues+1)
	}
	if others := fmt.Sprintf(`waybill_figure_share{by="warehouse",figure="otif_requested",of="other"} %v`, 71.0/float64(80+79+78+77+76+75+74+73+72+71)); !slices.Contains(told, others) {
		t.Errorf("%q has no %s", told, others)
	}
}

func TestWithoutAnyFactThereAreNoFigures(t *testing.T) {
	for _, line := range shown(t) {
		if strings.HasPrefix(line, "waybill_figure_as_of") || strings.HasPrefix(line, "waybill_figure_share") {
			t.Error(line)
		}
	}
}
