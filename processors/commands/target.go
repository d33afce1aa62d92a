package commands

import (
	"strings"

	"waybill/processors/conditions"
	"waybill/schemas"
)

// OfOrder tells whether a command is one for an order: to hold or to release it. Every other is for the exceptions stage.
func OfOrder(command *schemas.Command) bool {
	asks := command.Kind == schemas.CommandHold || command.Kind == schemas.CommandRelease
	return asks && !strings.HasPrefix(command.Target, conditions.IDPrefix)
}
