package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waybill/feed"
	"waybill/processors/conditions"
	"waybill/schemas"
)

func newExceptionsOverride() *cobra.Command {
	a := asking{kind: schemas.CommandOverride}
	var quantity, price string
	command := &cobra.Command{
		Use:   "override [ID…]",
		Short: "Let go what keeps something from being billed, or take that back",
		Long: fmt.Sprintf(`Lets a reason go that keeps a line from being billed, with who does and why. What that does depends on the class:

%s
Exceptions of other classes are refused: another system owns what is missing, and the answer says where to mend it.

--quantity says how much of an excess is let go, with its unit; left out it is as much as the exception says now. More that
is shipped later is an exception again. --price is what one of a substitute costs, on this line alone, and needs one
exception. --undo takes an override back: what was billed by it is credited, and the exception opens again. Of several
overrides the one that was given last counts.`, overridable()) + askingHelp,
		Example: `  waybill exceptions override ex-k3jq --reason "the customer keeps them, mail of 3 March"
  waybill exceptions override ex-k3jq --quantity "4 each" --reason "pays for four of the six"
  waybill exceptions override ex-7b2m --price "7.50 USD per each" --reason "agreed with sales"
  waybill exceptions override ex-k3jq --undo --reason "was the wrong order"`,
		RunE: func(command *cobra.Command, args []string) error {
			var of feed.Amount
			var err error
			switch {
			case quantity != "" && price != "", a.undo && quantity+price != "":
				return usage{errors.New("one of --quantity, --price and --undo")}
			case quantity+price != "" && len(args) != 1:
				return usage{errors.New("--quantity and --price: are of one exception: name it")}
			case quantity != "":
				if of, err = feed.ParseQuantity(quantity); err != nil {
					return usage{fmt.Errorf("--quantity: %w", err)}
				}
			case price != "":
				if of, err = feed.ParsePrice(price); err != nil {
					return usage{fmt.Errorf("--price: %w", err)}
				}
			}
			a.letsGo = of
			return a.ask(command, args)
		},
	}
	command.Flags().StringVar(&quantity, "quantity", "", `how much of an excess is let go, for example "4 each"`)
	command.Flags().StringVar(&price, "price", "", `what a substitute costs, for example "7.50 USD per each"`)
	command.Flags().BoolVar(&a.undo, "undo", false, "take an override back")
	a.declare(command)
	return command
}

// overridable lists the classes that can be overridden, and what that does.
func overridable() string {
	var lines strings.Builder
	for _, class := range conditions.Table() {
		if does := class.OverrideDoes(); does != "" {
			fmt.Fprintf(&lines, "  %-22s %s\n", class.Name, does)
		}
	}
	return lines.String()
}

// payloadOf is what a command says of an exception beyond its kind and reason.
func (a *asking) payloadOf(e *schemas.Exception) (string, error) {
	if a.kind != schemas.CommandOverride {
		return a.payload, nil
	}
	if a.undo {
		return feed.UndoPayload(), nil
	}
	class, _ := conditions.Of(e.Class)
	of := a.letsGo
	if class.OverrideNeeds() == "quantity" && of.Quantity == nil && of.Price == nil { // as the person sees it
		of.Quantity = e.Quantity
	}
	if of.UOM == "" {
		of.UOM = value(e.UOM)
	}
	return feed.OverridePayload(of)
}

// refusesOverride says why an exception cannot be overridden as it was asked; empty when it can.
func (a *asking) refusesOverride(e *schemas.Exception) string {
	class, _ := conditions.Of(e.Class)
	switch needs := class.OverrideNeeds(); {
	case class.Overriding() == conditions.NoOverride:
		return "cannot be overridden. " + class.NextAction
	case a.undo:
		return ""
	case needs == "price" && a.letsGo.Price == nil:
		return "needs a price: --price \"7.50 USD per each\""
	case needs != "price" && a.letsGo.Price != nil:
		return "takes no price: an override " + class.OverrideDoes()
	case needs != "quantity" && a.letsGo.Quantity != nil:
		return "takes no quantity: an override " + class.OverrideDoes()
	case needs == "quantity" && a.letsGo.Quantity == nil && e.Quantity == nil:
		return "does not say how much it is about: --quantity \"4 each\""
	}
	return ""
}
