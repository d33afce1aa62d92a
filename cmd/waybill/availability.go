package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	"waybill/schemas"
)

func newAvailability() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "availability ITEM[@WAREHOUSE]",
		Short: "What can be promised of an item, where, and how old the answer is",
		Long: `Shows what can be promised of an item in each warehouse, in its base unit: what is on hand, less what is allocated,
reserved, committed to accepted orders and in quarantine. What is on its way from another warehouse is shown, and not
promised. The age is that of the latest fact that is in the answer; the lag is how late the warehouse wrote its last
movement. While it lags beyond its bound, no oversell is raised, and the line says so.`,
		Example: `  waybill availability T-0042
  waybill availability T-0042@east --output json | jq '.[].available_to_promise'`,
		Args: arguments("ITEM, or ITEM@WAREHOUSE", 1),
		RunE: func(command *cobra.Command, args []string) error {
			item, warehouse := args[0], ""
			if at := strings.LastIndex(item, "@"); at > 0 {
				item, warehouse = item[:at], item[at+1:]
			}
			return answer(command, output, func(view inspect.View) ([]schemas.Availability, error) {
				return view.Availability(command.Context(), item, warehouse)
			}, func(p *printer, found []schemas.Availability) { printAvailability(p, found, time.Now()) })
		},
	}
	configFlags(command, connectionKeys...)
	outputFlag(command, &output)
	return command
}

func printAvailability(p *printer, found []schemas.Availability, now time.Time) {
	quantities := []string{"on hand", "allocated", "reserved", "committed", "quarantined", "in transit", "to promise"}
	t := p.table("", append(append([]string{"warehouse"}, quantities...), "age", "lag", ""), quantities...)
	for _, a := range found {
		word := ""
		switch {
		case a.Suppressed:
			word = p.uneasy("the warehouse lags beyond its bound: no oversell is raised")
		case a.AvailableToPromise < 0:
			word = p.bad("oversold")
		}
		t.row(a.WarehouseID, some(a.OnHand), some(a.Allocated), some(a.Reserved), some(a.Committed), some(a.Quarantined), some(a.InTransit),
			a.AvailableToPromise, span(now.Sub(a.AsOf)), span(time.Duration(a.SourceLagSeconds)*time.Second), word)
	}
	t.print()
}
