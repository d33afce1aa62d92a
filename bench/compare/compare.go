// Package compare reads what a contestant has written and tells whether another one has written the same: a figure of a
// program that does something else is no figure.
package compare

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/cluster"
	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/topics"
)

// Content is what may not differ: every bill with all its fields, the causes of exceptions that stand at the end with the last
// assessment of each, and the demand that there is at the end. Times at which a stage saw something are left out; a bill
// has none. What stood for a moment depends on which of two topics is read first, and is left out too; so is stale_source, for
// the load is as old as it was when it was written.
type Content struct {
	Bills    map[string]int    // by their text: how often
	Last     map[string]string // by what it is about
	assessed map[string]string // by what it is about; of causes that may be gone, for the two come from different stages
}

// Read reads a contestant's outputs.
func Read(ctx context.Context, c *cluster.Cluster) (*Content, error) {
	bills := schemas.NewCodec[schemas.InvoiceReady](c.Schemas, topics.InvoiceReady.Name())
	conditionCodec := schemas.NewCodec[schemas.Condition](c.Schemas, topics.Conditions.Name())
	demand := schemas.NewCodec[schemas.Demand](c.Schemas, topics.Demand.Name())
	content := &Content{Bills: map[string]int{}, Last: map[string]string{}, assessed: map[string]string{}}
	err := c.ReadAll(ctx, func(record *kgo.Record) error {
		var err error
		switch record.Topic {
		case topics.InvoiceReady.Name():
			var bill *schemas.InvoiceReady
			if bill, err = bills.Decode(ctx, record.Value); err == nil {
				slices.SortFunc(bill.Evidence, evidence)
				err = content.bill(record.Key, bill)
			}
		case topics.Conditions.Name():
			var condition *schemas.Condition
			if condition, err = conditionCodec.Decode(ctx, record.Value); err == nil {
				err = content.condition(record.Key, condition)
			}
		case topics.Demand.Name():
			var asked *schemas.Demand
			if asked, err = demand.Decode(ctx, record.Value); err == nil {
				err = content.demand(record.Key, asked)
			}
		}
		if err != nil {
			return fmt.Errorf("%s partition %d offset %d: %w", record.Topic, record.Partition, record.Offset, err)
		}
		return nil
	}, topics.InvoiceReady.Name(), topics.Conditions.Name(), topics.Demand.Name())
	for about, text := range content.assessed {
		if _, stands := content.Last[about]; stands {
			content.Last[about] += " assessed " + text
		}
	}
	return content, err
}

func evidence(a, b schemas.Evidence) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.EventID, b.EventID))
}

func (c *Content) bill(key []byte, bill *schemas.InvoiceReady) error {
	text, err := json.Marshal(bill)
	c.Bills["bill "+bill.InvoiceReadyID+": "+string(key)+" "+string(text)]++
	return err
}

func (c *Content) condition(key []byte, condition *schemas.Condition) error {
	slices.SortFunc(condition.Causes, evidence)
	condition.At = time.Time{}
	about := "condition " + condition.ExceptionID
	if condition.Class == conditions.StaleSource {
		return nil
	}
	if condition.Kind == schemas.ConditionAssessed {
		return last(c.assessed, about, key, condition, false)
	}
	return last(c.Last, about, key, condition, condition.Kind == schemas.ConditionCleared)
}

func (c *Content) demand(key []byte, asked *schemas.Demand) error {
	asked.At = time.Time{}
	about := fmt.Sprintf("demand of order %s line %d for %s@%s", asked.OrderID, asked.LineNo, asked.ItemID, asked.WarehouseID)
	return last(c.Last, about, key, asked, asked.Committed == 0 && asked.Allocated == 0)
}

func last(of map[string]string, about string, key []byte, value any, over bool) error {
	if over {
		delete(of, about)
		return nil
	}
	text, err := json.Marshal(value)
	of[about] = string(key) + " " + string(text)
	return err
}

// Size says how much was compared.
func (c *Content) Size() string {
	bills := 0
	for _, times := range c.Bills {
		bills += times
	}
	return fmt.Sprintf("%d bills, %d last states of demand and conditions", bills, len(c.Last))
}

// shown is how many differences are told.
const shown = 10

// Difference tells what only one of two has, the first differences only; empty when they are the same. − is the first
// one's, + the second one's.
func Difference(a, b *Content) string {
	var lines []string
	for text, times := range a.Bills {
		if more := times - b.Bills[text]; more > 0 {
			lines = append(lines, fmt.Sprintf("%s − %d×", text, more))
		}
	}
	for text, times := range b.Bills {
		if more := times - a.Bills[text]; more > 0 {
			lines = append(lines, fmt.Sprintf("%s + %d×", text, more))
		}
	}
	for about, text := range a.Last {
		if other, there := b.Last[about]; text != other {
			lines = append(lines, fmt.Sprintf("%s: − %s", about, text))
			if there {
				lines = append(lines, fmt.Sprintf("%s: + %s", about, other))
			}
		}
	}
	for about, text := range b.Last {
		if _, there := a.Last[about]; !there {
			lines = append(lines, fmt.Sprintf("%s: + %s", about, text))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	slices.Sort(lines)
	more := max(len(lines)-2*shown, 0)
	return fmt.Sprintf("%s\nand %d more", strings.Join(lines[:len(lines)-more], "\n"), more)
}
