package distributor

import "testing"

// TestFewCustomersAreOverTheirLimit: a reader of the generated distributor is not to see credit alone. Some have no limit, and
// one stands at it exactly.
func TestFewCustomersAreOverTheirLimit(t *testing.T) {
	limited, over, atLimit, customers := 0, 0, 0, 0
	for seed := range uint64(10) {
		d, _ := fullSeason(seed, 1500)
		customers += len(d.customers)
		for _, of := range d.Truth().Credit {
			limited++
			if of.Over() > 0 {
				over++
			}
			if of.Used == of.Limit && of.Used > 0 {
				atLimit++
			}
		}
	}
	if limited == customers || over*100 < customers || over*100 > 8*customers || atLimit == 0 {
		t.Errorf("of %d customers, %d have a limit, %d are over it and %d have used it up", customers, limited, over, atLimit)
	}
}
