package distributor

import (
	"time"
)

// hourly is how much of a day's orders comes in each hour, daily how much of a week's on each day from Sunday: most in the
// morning of a weekday and before the last truck leaves, few on Saturdays, those of machines at night.
var (
	hourly = [24]int{1, 1, 1, 1, 1, 2, 6, 14, 20, 22, 20, 16, 10, 14, 18, 20, 16, 9, 5, 4, 3, 2, 2, 1}
	daily  = [7]int{1, 22, 20, 19, 18, 16, 4}
)

// busy is how many orders come at a time, in no unit: it compares times with each other.
func busy(at time.Time) int { return hourly[at.Hour()] * daily[at.Weekday()] }

// Season plans orders over some days, as customers place them.
func (d *Distributor) Season(from time.Time, days, orders int) {
	total := 0
	for hour := range days * 24 {
		total += busy(from.Add(time.Duration(hour) * time.Hour))
	}
	seen, planned := 0, 0
	for hour := range days * 24 {
		at := from.Add(time.Duration(hour) * time.Hour)
		seen += busy(at)
		for ; planned < orders*seen/total; planned++ {
			d.Order(at.Add(time.Duration(d.random.Int64N(int64(time.Hour)))))
		}
	}
}
