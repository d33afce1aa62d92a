import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * How a shipment's milestones advance what it carries of an order's lines. Every milestone tells the whole shipment as of
 * then, so the latest wins; but what has left the warehouse has left it.
 */
final class Milestones {
    private Milestones() {}

    /** What a milestone says of a line, in one item and unit of measure. */
    record Reported(int lineNo, String itemId, String uom, long quantity) {
        boolean isLike(Reported other) {
            return lineNo == other.lineNo && itemId.equals(other.itemId) && uom.equals(other.uom);
        }
    }

    private static final Comparator<Reported> BY_LINE = Comparator.comparingInt(Reported::lineNo).thenComparing(Reported::itemId).thenComparing(Reported::uom);

    /** Sums up a milestone's lines by line number, item and unit of measure; lots come together. */
    static List<Reported> report(List<Contracts.ShipmentLine> lines) {
        List<Reported> all = new ArrayList<>(lines.size());
        for (Contracts.ShipmentLine line : lines) {
            all.add(new Reported(line.lineNo(), line.itemId(), line.uom(), line.quantity()));
        }
        all.sort(BY_LINE);
        List<Reported> merged = new ArrayList<>(all.size());
        for (Reported next : all) {
            int n = merged.size() - 1;
            if (n >= 0 && merged.get(n).isLike(next)) {
                merged.set(n, new Reported(next.lineNo, next.itemId, next.uom, merged.get(n).quantity + next.quantity));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }

    /** The lines that the shipment carried and those that are reported now, ascending. */
    static Iterable<Integer> concerned(List<Integer> carried, List<Reported> reported) {
        TreeSet<Integer> lines = new TreeSet<>(carried);
        for (Reported part : reported) {
            lines.add(part.lineNo);
        }
        return lines;
    }

    /** What a shipment carries of a line after a milestone, given what it carried before and whether it had left. */
    static List<Rows.Part> advance(String shipmentId, boolean left, Contracts.Milestone milestone, List<Rows.Part> before, int lineNo, List<Reported> reported) {
        if (left && milestone.compareTo(Contracts.Milestone.shipped) < 0) {
            return before; // a late word from the warehouse says nothing new
        }
        List<Rows.Part> parts = new ArrayList<>(1);
        for (Reported said : reported) {
            if (said.lineNo == lineNo) {
                parts.add(advanced(shipmentId, milestone, find(before, said), said));
            }
        }
        if (milestone == Contracts.Milestone.delivered && left && parts.isEmpty()) {
            before.forEach(part -> parts.add(new Rows.Part(shipmentId, part.itemId(), part.uom(), part.allocated(), part.shipped(), 0)));
        }
        return parts;
    }

    private static Rows.Part advanced(String shipmentId, Contracts.Milestone milestone, Rows.Part before, Reported said) {
        long quantity = said.quantity;
        return switch (milestone) {
            case allocated, picked, packed -> new Rows.Part(shipmentId, said.itemId, said.uom, quantity, 0, 0);
            case shipped -> new Rows.Part(shipmentId, said.itemId, said.uom, quantity, quantity, before == null ? 0 : before.delivered());
            case delivered -> {
                long shipped = Math.max(before == null ? 0 : before.shipped(), quantity);
                yield new Rows.Part(shipmentId, said.itemId, said.uom, shipped, shipped, quantity);
            }
            default -> throw new IllegalStateException("shipment " + shipmentId + " is " + milestone + ": the benchmark's distributor takes nothing back");
        };
    }

    private static Rows.Part find(List<Rows.Part> parts, Reported said) {
        for (Rows.Part part : parts) {
            if (part.itemId().equals(said.itemId) && part.uom().equals(said.uom)) {
                return part;
            }
        }
        return null;
    }
}
