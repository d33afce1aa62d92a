package conditions

import (
	"fmt"
	"strings"
	"time"
)

// Markdown prints the table of classes for the documentation.
func Markdown() string {
	var page strings.Builder
	page.WriteString("| class | raised when | severity | owner | due after | closes when | an override | next action |\n|---|---|---|---|---|---|---|---|\n")
	for _, class := range classes {
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n",
			class.Name, class.Raised, class.Severity, class.ownerText(), ageText(class.TargetAge), class.ClosesWhen, class.overrideText(), class.NextAction)
	}
	return page.String()
}

func (class Class) ownerText() string {
	switch class.OwnedBy {
	case BySource:
		return "source system's owner, else " + class.Owner
	case ByWarehouse:
		return "warehouse's owner, else " + class.Owner
	}
	return class.Owner
}

func (class Class) overrideText() string {
	if does := class.OverrideDoes(); does != "" {
		return does
	}
	return "is refused"
}

func ageText(age time.Duration) string {
	if age%days == 0 && age > days {
		return fmt.Sprintf("%d days", age/days)
	}
	return fmt.Sprintf("%d h", age/hours)
}
