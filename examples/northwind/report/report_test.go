package main

import (
	"strings"
	"testing"
)

func TestReportTakesCreditsOffAndLeavesResolvedExceptionsOut(t *testing.T) {
	const records = `
{"topic":"o2c.invoice-ready","value":{"order_id":"1","customer_id":"ALFKI","lines":[{"line_no":1,"amount":"10.50"},{"line_no":2,"amount":"2.00"}],"total":"12.50"}}
{"topic":"o2c.exceptions","value":{"exception_id":"ex-a","class":"unreadable","owner":"warehouse systems","status":"open","message":"lines[0].qty"}}
{"topic":"o2c.order-status","value":{"order_id":"1"}}
{"topic":"o2c.invoice-ready","value":{"order_id":"1","customer_id":"ALFKI","lines":[{"line_no":2,"amount":"-2.00"}],"total":"-2.00"}}
{"topic":"o2c.exceptions","value":{"exception_id":"ex-b","class":"disputed","owner":"receivables","status":"open","message":"line 2"}}
{"topic":"o2c.exceptions","value":{"exception_id":"ex-a","class":"unreadable","owner":"warehouse systems","status":"resolved","message":"lines[0].qty"}}
{"topic":"o2c.invoice-ready","value":{"order_id":"2","customer_id":"BOLID","lines":[{"line_no":1,"amount":"1.00"}],"total":"1.00"}}`
	var out strings.Builder
	if err := report(strings.NewReader(records), &out); err != nil {
		t.Fatal(err)
	}
	const want = `  customer  orders  lines  billed
     ALFKI       1      1   10.50
     BOLID       1      1    1.00
       all       2      2   11.50

1 open exceptions
disputed  receivables  ex-b  line 2
`
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
}

func TestReportNamesTheRecordThatItCannotRead(t *testing.T) {
	var out strings.Builder
	err := report(strings.NewReader(`{"topic":"o2c.exceptions","value":{"opened_at":"yesterday"}}`), &out)
	if err == nil || !strings.Contains(err.Error(), "record 1 of o2c.exceptions") {
		t.Errorf("got %v", err)
	}
}
