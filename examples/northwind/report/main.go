// Report reads what `waybill dev --once … --output json` prints, and prints the billed value by customer and every
// exception that is open.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"waybill/schemas"
	"waybill/topics"
)

func main() {
	if err := report(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// account is what was billed to a customer, credits taken off.
type account struct {
	orders map[string]bool
	lines  map[line]schemas.Amount
	total  schemas.Amount
}

// line names an order line.
type line struct {
	order string
	no    int32
}

// billedLines counts the lines on which something is billed after credits.
func (a *account) billedLines() int {
	count := 0
	for _, amount := range a.lines {
		if amount != 0 {
			count++
		}
	}
	return count
}

func report(from io.Reader, to io.Writer) error {
	accounts := map[string]*account{}
	exceptions := map[string]schemas.Exception{} // the latest state of each
	records := json.NewDecoder(from)
	for number := 1; ; number++ {
		var record struct {
			Topic string
			Value json.RawMessage
		}
		if err := records.Decode(&record); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("record %d: %w", number, err)
		}
		var err error
		switch record.Topic {
		case topics.InvoiceReady.Name():
			var bill schemas.InvoiceReady
			if err = json.Unmarshal(record.Value, &bill); err == nil {
				add(accounts, bill)
			}
		case topics.Exceptions.Name():
			var exception schemas.Exception
			if err = json.Unmarshal(record.Value, &exception); err == nil {
				exceptions[exception.ExceptionID] = exception
			}
		}
		if err != nil {
			return fmt.Errorf("record %d of %s: %w", number, record.Topic, err)
		}
	}
	if err := printAccounts(to, accounts); err != nil {
		return err
	}
	return printExceptions(to, exceptions)
}

func add(accounts map[string]*account, bill schemas.InvoiceReady) {
	of := accounts[bill.CustomerID]
	if of == nil {
		of = &account{orders: map[string]bool{}, lines: map[line]schemas.Amount{}}
		accounts[bill.CustomerID] = of
	}
	of.orders[bill.OrderID] = true
	for _, billed := range bill.Lines {
		of.lines[line{bill.OrderID, billed.LineNo}] += billed.Amount
	}
	of.total += bill.Total
}

func printAccounts(to io.Writer, accounts map[string]*account) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "customer\torders\tlines\tbilled\t")
	orders, lines, total := 0, 0, schemas.Amount(0)
	for _, customer := range slices.Sorted(maps.Keys(accounts)) {
		of := accounts[customer]
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t\n", customer, len(of.orders), of.billedLines(), of.total)
		orders, lines, total = orders+len(of.orders), lines+of.billedLines(), total+of.total
	}
	fmt.Fprintf(table, "all\t%d\t%d\t%s\t\n", orders, lines, total)
	return table.Flush()
}

func printExceptions(to io.Writer, exceptions map[string]schemas.Exception) error {
	open := slices.DeleteFunc(slices.Collect(maps.Values(exceptions)), func(exception schemas.Exception) bool {
		return exception.Status == schemas.ExceptionResolved
	})
	slices.SortFunc(open, func(a, b schemas.Exception) int {
		if a.Class != b.Class {
			return strings.Compare(a.Class, b.Class)
		}
		return strings.Compare(a.ExceptionID, b.ExceptionID)
	})
	fmt.Fprintf(to, "\n%d open exceptions\n", len(open))
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, exception := range open {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", exception.Class, exception.Owner, exception.ExceptionID, exception.Message)
	}
	return table.Flush()
}
