import java.util.ArrayList;
import java.util.List;

/** One cause for which something of a line is not billed, or ought not to have been shipped. */
final class Reason {
    private static final int SHOWN_PARTS = 5;

    final String cause; // class of the exception
    final String what; // tells reasons of one class apart
    String itemId;
    final List<Judgement.ShippedPart> parts = new ArrayList<>(1);
    long quantity; // in the line's unit
    private String text;

    Reason(String cause, String what, String itemId, long quantity) {
        this.cause = cause;
        this.what = what;
        this.itemId = itemId;
        this.quantity = quantity;
    }

    /** Notes that a reason concerns a part, and so much of it. */
    static Reason add(List<Reason> reasons, String cause, String what, Judgement.ShippedPart part, long quantity) {
        Reason found = null;
        for (Reason reason : reasons) {
            if (reason.cause.equals(cause) && reason.what.equals(what)) {
                found = reason;
            }
        }
        if (found == null) {
            found = new Reason(cause, what, part.row.itemId(), 0);
            reasons.add(found);
        }
        found.parts.add(part);
        found.quantity += quantity;
        return found;
    }

    /** Gives the reason its words, once. */
    void say(String text) {
        if (this.text == null) {
            this.text = text;
        }
    }

    Condition condition(Judgement of) {
        int lineNo = of.line.lineNo;
        Condition condition = new Condition(Contracts.ConditionKind.raised, cause, Condition.id(cause, of.dossier.orderId, Integer.toString(lineNo), what));
        of.dossier.describe(condition);
        String currency = condition.currency;
        condition.currency = null;
        condition.lineNo = lineNo;
        condition.itemId = itemId;
        condition.message = message();
        condition.shipmentId = parts.isEmpty() ? null : parts.get(0).row.shipmentId();
        condition.warehouseId = parts.isEmpty() ? null : parts.get(0).shipment.warehouseId;
        for (Judgement.ShippedPart part : parts) {
            condition.shipmentId = part.row.shipmentId().equals(condition.shipmentId) ? condition.shipmentId : null;
            condition.warehouseId = part.shipment.warehouseId.equals(condition.warehouseId) ? condition.warehouseId : null;
        }
        if (condition.warehouseId == null && of.line.row.placed != null) {
            condition.warehouseId = of.line.row.placed.warehouseId();
        }
        Long amount = of.worth(quantity);
        if (amount != null && amount > 0) {
            condition.amountAtRisk = amount;
            condition.currency = currency;
        }
        if (quantity > 0) {
            condition.quantity = quantity;
            condition.uom = of.agreedUom;
        }
        List<Contracts.Evidence> causes = new ArrayList<>(2);
        for (Judgement.ShippedPart part : parts) {
            causes.add((part.shipment.shipped != null ? part.shipment.shipped : part.shipment.latest).origin());
        }
        if (causes.isEmpty()) { // of what was not shipped the order itself is all that tells
            causes.add(of.dossier.order.placed.fact().origin());
        }
        condition.causes = Condition.sorted(causes);
        return condition;
    }

    /** What was shipped and what is wrong with it. */
    private String message() {
        if (parts.isEmpty()) {
            return "Nothing was shipped; " + text + ".";
        }
        StringBuilder message = new StringBuilder();
        for (int i = 0; i < Math.min(parts.size(), SHOWN_PARTS); i++) {
            Rows.Part part = parts.get(i).row;
            long shown = part.shipped() == 0 ? part.allocated() : part.shipped();
            message.append(i == 0 ? "" : ", ").append(Money.quantityText(shown)).append(' ').append(part.uom()).append(" of ").append(part.itemId())
                    .append(part.shipped() == 0 ? " allocated in " : " shipped in ").append(part.shipmentId());
        }
        if (parts.size() > SHOWN_PARTS) {
            message.append(", ").append(parts.size() - SHOWN_PARTS).append(" more");
        }
        return message.append("; ").append(text).append('.').toString();
    }
}
