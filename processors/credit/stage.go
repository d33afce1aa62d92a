// Package credit is the stage that holds what customers use of their credit against their limit: the open balance of their
// invoices, what ERP has yet to invoice of their orders, and, taken off, what they paid that is on no invoice.
//
// It blocks nothing: whether an order is stopped is ERP's to say. Three stages tell what is used, and for a moment an invoice
// and what it leaves of its order, or a payment and the invoice that it is applied to, do not agree. So what changes is told when
// it has settled.
package credit

import (
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/topics"
)

// Policy is what operators may set.
type Policy struct {
	Settles time.Duration // how long after a change it is told where a customer stands
}

// DefaultPolicy is a minute.
func DefaultPolicy() Policy { return Policy{Settles: time.Minute} }

const stageName = "credit"

type credit struct {
	policy     Policy
	accounts   *stream.Table[state.Text, Account]
	documents  *stream.Table[state.TextPair, Document] // by customer and document
	customers  *stream.Reference[schemas.Customer]
	settling   *stream.Timers // by customer
	conditions *conditions.Board
}

// Stage declares the stage.
func Stage(policy Policy) *stream.Stage {
	stage := stream.NewStage(stageName)
	c := &credit{policy: policy}
	c.accounts = stream.NewTable[state.Text, Account](stage, 1, "accounts")
	c.documents = stream.NewTable[state.TextPair, Document](stage, 2, "documents")
	c.conditions = conditions.NewBoard(stage, 3, stream.EmitLatest(stage, topics.Conditions))
	c.customers = stream.NewReference(stage, 1, topics.Customers)
	c.settling = stream.OnTimer(stage, 1, "settled", stream.WallClock, c.settled)
	stream.On(stage, topics.Credit, c.take)
	stage.OnWake(c.onCustomer)
	return stage
}

// take puts what is told of a document now in the place of what was told before.
func (c *credit) take(s *stream.Step, e *schemas.Exposure) error {
	s.Observe(e.At)
	s.Count("applied")
	kind := kindOf(e.Document)
	key := state.TextPair{e.CustomerID, string(kind) + "/" + e.DocumentID}
	account, document := c.account(s, e.CustomerID), Document{Kind: kind}
	if row := c.documents.Get(s, key); row != nil {
		document = *row
	}
	account = account.with(&document, -1)
	document = document.with(e)
	account = account.with(&document, 1)
	account.Origin = e.Origin
	if document.gone() {
		c.documents.Delete(s, key)
	} else {
		c.documents.Put(s, key, &document)
	}
	c.judge(s, account, false)
	return nil
}

// onCustomer judges a customer by a limit or currency that came or changed.
func (c *credit) onCustomer(s *stream.Step, customerID string) error {
	return c.again(s, customerID, false)
}

// settled tells where a customer stands.
func (c *credit) settled(s *stream.Step, customerID string) error {
	return c.again(s, customerID, true)
}

func (c *credit) again(s *stream.Step, customerID string, settled bool) error {
	c.judge(s, c.account(s, customerID), settled)
	return nil
}

// account is a customer's; there is a row only while something is used.
func (c *credit) account(s *stream.Step, customerID string) Account {
	if row := c.accounts.Get(s, state.Text(customerID)); row != nil {
		return *row
	}
	return Account{CustomerID: customerID}
}

// judge keeps an account and tells whether its customer is over the limit. Who has none may use any amount.
func (c *credit) judge(s *stream.Step, account Account, settled bool) {
	id := conditions.ID(conditions.CreditExceeded, account.CustomerID)
	var customer *schemas.Customer
	if len(account.Used) > 0 {
		c.customers.Await(s, account.CustomerID, account.CustomerID)
		customer = c.customers.Get(s, account.CustomerID)
	} else {
		c.customers.Forgo(s, account.CustomerID, account.CustomerID)
	}
	switch over := account.over(customer); {
	case over.Amount == 0 && !c.conditions.Stands(s, id):
		c.settling.Cancel(s, account.CustomerID)
	case !settled:
		c.settling.SetIfNone(s, account.CustomerID, s.Now().Add(c.policy.Settles))
	case over.Amount == 0:
		c.conditions.Clear(s, conditions.CreditExceeded, id, "within the limit again")
	default:
		condition := conditions.Raise(s.Now(), stageName, conditions.CreditExceeded, id, account.message(customer))
		condition.CustomerID, condition.Segment, condition.AmountAtRisk, condition.Currency = &account.CustomerID, &customer.Segment, &over.Amount, &over.Currency
		condition.Causes = append(condition.Causes, account.Origin)
		c.conditions.Raise(s, condition)
	}
	if len(account.Used) == 0 {
		c.accounts.Delete(s, state.Text(account.CustomerID))
		return
	}
	c.accounts.Put(s, state.Text(account.CustomerID), &account)
}
