import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was billed is compared with what ought to be billed, and the difference becomes records of o2c.invoice-ready, one
 * after the other by billing unit and revision. The load takes nothing back, so a difference is always an invoice.
 */
final class Invoicing {
    private Invoicing() {}

    static final String ORDER_UNIT = "order";
    private static final int MAX_LINES = 2000; // of a record

    /** Whether a policy bills in this program; what waits for another one is not billed, and is no exception. */
    static boolean bills(Contracts.InvoicePolicy policy) {
        return policy == Contracts.InvoicePolicy.on_shipment || policy == Contracts.InvoicePolicy.per_delivery || policy == Contracts.InvoicePolicy.order_complete;
    }

    private record Change(Dossier.OpenLine line, Rows.Bill bill) {}

    /** Bills what the loaded lines should have billed and have not. */
    static void bill(Dossier dossier, boolean waits) {
        Map<String, List<Change>> byUnit = Map.of();
        for (Dossier.OpenLine line : dossier.lines) {
            List<Rows.Bill> desired = waits ? List.of() : line.judgement.desired;
            for (Rows.Bill bill : desired) {
                if (dossier.order.holds(bill) || isBilled(dossier, line, bill)) {
                    continue;
                }
                if (byUnit.isEmpty()) {
                    byUnit = new TreeMap<>();
                }
                byUnit.computeIfAbsent(bill.unit, unit -> new ArrayList<>(4)).add(new Change(line, bill));
                line.row.billed.add(bill);
                dossier.keepTerms(line, bill);
            }
            if (line.row.billed.size() > desired.size() && dossier.order.holds.isEmpty()) {
                throw unexpected(dossier, line);
            }
        }
        byUnit.forEach((unit, changes) -> writeUnit(dossier, unit, changes));
    }

    private static boolean isBilled(Dossier dossier, Dossier.OpenLine line, Rows.Bill bill) {
        for (Rows.Bill before : line.row.billed) {
            if (before.isOf(bill)) {
                if (!before.billsAs(bill)) {
                    throw unexpected(dossier, line);
                }
                return true;
            }
        }
        return false;
    }

    private static IllegalStateException unexpected(Dossier dossier, Dossier.OpenLine line) {
        return new IllegalStateException("order " + dossier.orderId + " line " + line.lineNo + " would be corrected: the benchmark's load changes nothing that was billed");
    }

    private static void writeUnit(Dossier dossier, String unit, List<Change> changes) {
        int revision = dossier.revision(unit);
        for (int from = 0; from < changes.size(); from += MAX_LINES) {
            revision++;
            write(dossier, unit, revision, changes.subList(from, Math.min(from + MAX_LINES, changes.size())));
        }
        dossier.putRevision(unit, revision);
    }

    private static void write(Dossier dossier, String unit, int revision, List<Change> changes) {
        String id = "ir-" + Condition.hash(new Key().text(dossier.orderId).text(unit).number(revision));
        List<Contracts.BilledLine> lines = new ArrayList<>(changes.size());
        List<Contracts.Evidence> evidence = new ArrayList<>(4);
        Map<String, Boolean> grounds = new HashMap<>(4); // shipments whose facts are among the evidence
        long total = 0;
        long readyAt = 0;
        String rule = "";
        for (Change change : changes) {
            Rows.Bill bill = change.bill;
            bill.invoiceReadyId = id;
            bill.revision = revision;
            lines.add(new Contracts.BilledLine(change.line.lineNo, bill.orderedItemId, bill.partItemId, bill.quantity, bill.uom, bill.unitPrice,
                    bill.priceUnit, bill.amount, bill.shipmentId));
            total += bill.amount;
            rule = bill.rule.compareTo(rule) > 0 ? bill.rule : rule; // of the lines' the one that says more
            if (grounds.put(bill.shipmentId, true) == null) {
                for (Rows.Fact fact : dossier.grounds(bill)) {
                    evidence.add(fact.origin());
                    readyAt = Math.max(readyAt, fact.at());
                }
            }
        }
        Rows.Bill first = changes.get(0).bill;
        dossier.emit(new Contracts.InvoiceReady(id, revision, dossier.orderId, first.customerId, first.trigger, first.currency, lines, total,
                Condition.sorted(evidence), rule, readyAt));
    }
}
