package intake

import (
	"waybill/schemas"
)

// checkInvoice: an invoice bills what is positive; a credit memo's or cancellation's sign is its system's custom. One
// document may bill an order line several times, for several shipments. A cancellation under an id of its own says which
// lines it frees, since the invoice that it is about may be another task's.
func checkInvoice(in *inspection, invoice *schemas.Invoice) {
	in.text(whole, "invoice_id", invoice.InvoiceID)
	known(in, whole, "kind", invoice.Kind)
	if invoice.RefersTo != nil {
		in.text(whole, "refers_to", *invoice.RefersTo)
	}
	in.text(whole, "customer_id", invoice.CustomerID)
	in.currency(invoice.Currency)
	in.date(whole, "issued_on", invoice.IssuedOn)
	in.date(whole, "due_on", invoice.DueOn)
	if len(invoice.Lines) == 0 && !cancelsItself(invoice) {
		in.find(NoLines, whole, "lines", "a document of kind %s needs lines", invoice.Kind)
	}
	bills := invoice.Kind == schemas.InvoiceKindInvoice
	for i := range invoice.Lines {
		at, of := place{"lines", i}, &invoice.Lines[i]
		in.text(at, "order_id", of.OrderID)
		in.lineNo(at, of.LineNo)
		in.text(at, "item_id", of.ItemID)
		if bills {
			in.quantity(at, "quantity", of.Quantity)
		}
		in.text(at, "uom", of.UOM)
		in.price(at, of.UnitPrice, of.PriceUnit)
		if bills {
			in.amount(at, "amount", of.Amount)
		}
	}
	if bills {
		in.amount(whole, "total", invoice.Total)
	}
}

// cancelsItself tells a later state of an invoice, which is cancelled, from a document that cancels another one.
func cancelsItself(invoice *schemas.Invoice) bool {
	return invoice.Kind == schemas.InvoiceKindCancellation && billedInvoice(invoice) == invoice.InvoiceID
}

func checkPayment(in *inspection, payment *schemas.Payment) {
	in.text(whole, "payment_id", payment.PaymentID)
	in.amount(whole, "amount", payment.Amount)
	in.currency(payment.Currency)
	in.date(whole, "received_on", payment.ReceivedOn)
	for i := range payment.Applications {
		at, of := place{"applications", i}, &payment.Applications[i]
		in.text(at, "invoice_id", of.InvoiceID)
		in.amount(at, "amount", of.Amount)
		in.amount(at, "discount", of.Discount)
	}
}

func checkDispute(in *inspection, dispute *schemas.Dispute) {
	in.text(whole, "dispute_id", dispute.DisputeID)
	in.text(whole, "invoice_id", dispute.InvoiceID)
	if dispute.LineNo != nil {
		in.lineNo(whole, *dispute.LineNo)
	}
	in.amount(whole, "amount", dispute.Amount)
	in.text(whole, "reason", dispute.Reason)
	known(in, whole, "status", dispute.Status)
}
