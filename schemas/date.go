package schemas

import (
	"fmt"
	"time"
)

// Date is a calendar day without a time zone: days since 1970-01-01, Avro date.
type Date int32

const secondsPerDay = 24 * 60 * 60

// ParseDate reads YYYY-MM-DD.
func ParseDate(text string) (Date, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("date %q: not a day of the calendar written YYYY-MM-DD", shorten(text))
	}
	return DateOf(at), nil
}

// MustDate is ParseDate for tables and tests; it panics on a text that is not a date.
func MustDate(text string) Date { return must(ParseDate(text)) }

// DateOf is the day that an instant falls on in its own location.
func DateOf(at time.Time) Date {
	year, month, day := at.Date()
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Time is the first instant of the day in UTC.
func (d Date) Time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// AddDays is the day so many days later, or earlier when days is negative.
func (d Date) AddDays(days int) Date { return d + Date(days) }

// String writes YYYY-MM-DD.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes what String writes.
func (d Date) MarshalText() ([]byte, error) { return d.Time().AppendFormat(nil, time.DateOnly), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func shorten(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
