package schemas

// Every enumeration has the symbol unknown as its Avro default: what a newer writer calls by a name that this release
// does not know resolves to it, and the contract check refuses the event by field instead of guessing.

type (
	OrderStatus       string
	OrderLineStatus   string
	ShipPolicy        string
	InvoicePolicy     string
	Substitution      string
	AcceptanceStatus  string
	Milestone         string
	MovementKind      string
	InvoiceKind       string
	DisputeStatus     string
	SubstitutionPrice string
	CommandKind       string
	CreditDocument    string
	RepairAction      string
	BillKind          string
	Severity          string
	ExceptionStatus   string
	LineStage         string
	ConditionKind     string
	ReceivableState   string
)

// Unknown is the default symbol of every enumeration.
const Unknown = "unknown"

const (
	OrderPlaced    OrderStatus = "placed"
	OrderChanged   OrderStatus = "changed"
	OrderCancelled OrderStatus = "cancelled"

	LineOpen      OrderLineStatus = "open"
	LineCancelled OrderLineStatus = "cancelled"

	ShipComplete               ShipPolicy = "complete"
	ShipPartial                ShipPolicy = "partial"
	ShipPartialCancelBackorder ShipPolicy = "partial_cancel_backorder"

	OnShipment      InvoicePolicy = "on_shipment"
	PerDelivery     InvoicePolicy = "per_delivery"
	OrderComplete   InvoicePolicy = "order_complete"
	ProofOfDelivery InvoicePolicy = "proof_of_delivery"
	Consolidated    InvoicePolicy = "consolidated"
	OnOrder         InvoicePolicy = "on_order"
	Manual          InvoicePolicy = "manual"

	SubstitutionNever   Substitution = "never"
	SubstitutionAsk     Substitution = "ask"
	SubstitutionAllowed Substitution = "allowed"

	Accepted            AcceptanceStatus = "accepted"
	AcceptanceChanged   AcceptanceStatus = "changed"
	AcceptanceRejected  AcceptanceStatus = "rejected"
	AcceptanceCancelled AcceptanceStatus = "cancelled"

	MilestoneAllocated Milestone = "allocated"
	MilestonePicked    Milestone = "picked"
	MilestonePacked    Milestone = "packed"
	MilestoneShipped   Milestone = "shipped"
	MilestoneDelivered Milestone = "delivered"
	MilestoneReturned  Milestone = "returned"
	MilestoneCancelled Milestone = "cancelled"

	MovementReceipt     MovementKind = "receipt"
	MovementIssue       MovementKind = "issue"
	MovementAdjust      MovementKind = "adjust"
	MovementTransferOut MovementKind = "transfer_out"
	MovementTransferIn  MovementKind = "transfer_in"
	MovementReserve     MovementKind = "reserve"
	MovementRelease     MovementKind = "release"
	MovementQuarantine  MovementKind = "quarantine"
	MovementCount       MovementKind = "count"

	InvoiceKindInvoice      InvoiceKind = "invoice"
	InvoiceKindCreditMemo   InvoiceKind = "credit_memo"
	InvoiceKindCancellation InvoiceKind = "cancellation"

	DisputeOpen      DisputeStatus = "open"
	DisputeAccepted  DisputeStatus = "accepted"
	DisputeRejected  DisputeStatus = "rejected"
	DisputeWithdrawn DisputeStatus = "withdrawn"

	PriceOriginal   SubstitutionPrice = "original"
	PriceSubstitute SubstitutionPrice = "substitute"
	PriceLower      SubstitutionPrice = "lower"

	CreditOrder         CreditDocument = "order"
	CreditOrderInvoiced CreditDocument = "order_invoiced"
	CreditInvoice       CreditDocument = "invoice"
	CreditPayment       CreditDocument = "payment"

	CommandAssign   CommandKind = "assign"
	CommandResolve  CommandKind = "resolve"
	CommandReplay   CommandKind = "replay"
	CommandOverride CommandKind = "override"
	CommandHold     CommandKind = "hold"
	CommandRelease  CommandKind = "release"

	RepairRename  RepairAction = "rename"
	RepairSet     RepairAction = "set"
	RepairDrop    RepairAction = "drop"
	RepairDefault RepairAction = "default"

	BillInvoice         BillKind = "invoice"
	BillCreditAndRebill BillKind = "credit_and_rebill"
	BillCreditAndClose  BillKind = "credit_and_close"

	SeverityLow      Severity = "low"
	SeverityMedium   Severity = "medium"
	SeverityHigh     Severity = "high"
	SeverityCritical Severity = "critical"

	ExceptionOpen     ExceptionStatus = "open"
	ExceptionAssigned ExceptionStatus = "assigned"
	ExceptionResolved ExceptionStatus = "resolved"

	StagePlaced       LineStage = "placed"
	StageAccepted     LineStage = "accepted"
	StageAllocated    LineStage = "allocated"
	StagePicked       LineStage = "picked"
	StagePacked       LineStage = "packed"
	StageShipped      LineStage = "shipped"
	StageDelivered    LineStage = "delivered"
	StageInvoiceReady LineStage = "invoice_ready"
	StageInvoiced     LineStage = "invoiced"
	StageDisputed     LineStage = "disputed"
	StagePaid         LineStage = "paid"
	StageCancelled    LineStage = "cancelled"

	ConditionRaised   ConditionKind = "raised"   // the cause stands
	ConditionCleared  ConditionKind = "cleared"  // the cause is gone
	ConditionAssessed ConditionKind = "assessed" // one order's share of an exception that another stage raised

	ReceivableOpen      ReceivableState = "open"
	ReceivablePartial   ReceivableState = "partially_paid"
	ReceivablePaid      ReceivableState = "paid"
	ReceivableDisputed  ReceivableState = "disputed"
	ReceivableCredited  ReceivableState = "credited"
	ReceivableCancelled ReceivableState = "cancelled"
)
