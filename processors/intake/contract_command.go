package intake

import (
	"encoding/json"

	"waybill/schemas"
)

// checkCommand: every command says who asks and why, for the audit trail. A payload is a JSON object, or nothing.
func checkCommand(in *inspection, command *schemas.Command) {
	in.text(whole, "command_id", command.CommandID)
	in.text(whole, "actor", command.Actor)
	known(in, whole, "kind", command.Kind)
	in.text(whole, "target", command.Target)
	in.text(whole, "reason", command.Reason)
	if command.Payload == "" {
		return
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(command.Payload), &object); err != nil || object == nil {
		in.find(BadPayload, whole, "payload", "is no JSON object")
	}
}
