package report

import (
	"fmt"
	"os"
	"strings"
)

// Insert puts text into a document, between the lines <!-- bench: NAME --> and <!-- /bench: NAME -->: what stood there goes.
// A document without these lines gets them at its end.
func Insert(file, name, text string) error {
	document, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(file, []byte(inserted(string(document), name, text)), 0o644)
}

func inserted(document, name, text string) string {
	begin, end := fmt.Sprintf("<!-- bench: %s -->\n", name), fmt.Sprintf("<!-- /bench: %s -->\n", name)
	before, rest, marked := strings.Cut(document, begin)
	_, after, closed := strings.Cut(rest, end)
	if !marked || !closed {
		before, after = document, ""
		if before != "" && !strings.HasSuffix(before, "\n\n") {
			before += "\n"
		}
	}
	return before + begin + strings.TrimRight(text, "\n") + "\n" + end + after
}
