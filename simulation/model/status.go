package model

// OrderStatus is where an order stands.
type OrderStatus struct{}

func (e *Expectation) tellStatuses(f *facts, m *masterData, orders map[string]*order, b *books) {}

func (c *comparison) statuses() {}
