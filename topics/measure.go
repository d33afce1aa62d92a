package topics

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

var dayCount = regexp.MustCompile(`^(\d+)d`)

// ParseDuration reads 30d, 1d12h, 15m, 30s: days of 24 hours, then what Go's durations have.
func ParseDuration(text string) (time.Duration, error) {
	var days time.Duration
	rest := text
	if found := dayCount.FindStringSubmatch(text); found != nil {
		count, err := strconv.ParseInt(found[1], 10, 32)
		if err != nil || count > 100_000 {
			return 0, fmt.Errorf("%q is too long", text)
		}
		days, rest = time.Duration(count)*day, strings.TrimPrefix(text, found[0])
	}
	if rest == "" && text != "" {
		return days, nil
	}
	duration, err := time.ParseDuration(rest)
	if err != nil || duration < 0 {
		return 0, fmt.Errorf("%q is not a duration: write for example 15m, 2h or 30d", text)
	}
	return days + duration, nil
}

// parseRetention reads a duration or forever.
func parseRetention(text string) (time.Duration, error) {
	if text == "forever" {
		return Forever, nil
	}
	retention, err := ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w, or forever", err)
	case retention < time.Minute:
		return 0, fmt.Errorf("%q is under a minute: records would be gone before they are read", text)
	}
	return retention, nil
}

// FormatDuration writes a duration as the catalogue's files have it.
func FormatDuration(duration time.Duration) string {
	if duration == Forever {
		return "forever"
	}
	days := duration / day
	rest := duration % day
	text := ""
	if days > 0 {
		text = fmt.Sprintf("%dd", days)
	}
	if rest > 0 || days == 0 {
		text += shortened(rest)
	}
	return text
}

// shortened leaves out what is zero at the end: 15m, not 15m0s.
func shortened(duration time.Duration) string {
	text := duration.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

const (
	kibibyte = 1 << 10
	mebibyte = 1 << 20
)

var byteCount = regexp.MustCompile(`^(\d+)(KiB|MiB)?$`)

// parseBytes reads 1MiB, 512KiB or a plain number of bytes.
func parseBytes(text string) (int, error) {
	found := byteCount.FindStringSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("%q is not a size: write for example 512KiB or 1MiB", text)
	}
	count, err := strconv.Atoi(found[1])
	if err != nil || count > brokerBytes {
		return 0, fmt.Errorf("%q is more than %s, the largest record that is carried", text, FormatBytes(brokerBytes))
	}
	switch found[2] {
	case "KiB":
		count *= kibibyte
	case "MiB":
		count *= mebibyte
	}
	if count <= 0 || count > brokerBytes {
		return 0, fmt.Errorf("%q is not between 1 byte and %s, the largest record that is carried", text, FormatBytes(brokerBytes))
	}
	return count, nil
}

// FormatBytes writes a size as the catalogue's files have it.
func FormatBytes(count int) string {
	switch {
	case count >= mebibyte && count%mebibyte == 0:
		return fmt.Sprintf("%dMiB", count/mebibyte)
	case count >= kibibyte && count%kibibyte == 0:
		return fmt.Sprintf("%dKiB", count/kibibyte)
	}
	return strconv.Itoa(count)
}
