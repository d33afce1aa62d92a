import java.util.List;

/**
 * The contracts of the topics, each with its reader and its writer in the order of the schema's fields. Quantities and
 * prices count millionths, amounts and percentages ten-thousandths, instants microseconds, dates days.
 */
final class Contracts {
    private Contracts() {}

    // Symbols in the order of the schemas. All but "unknown", which nothing in the load is, are named as on the wire.
    enum OrderStatus { unknown, placed, changed, cancelled }

    enum ShipPolicy { unknown, complete, partial, partial_cancel_backorder }

    enum InvoicePolicy { unknown, on_shipment, per_delivery, order_complete, proof_of_delivery, consolidated, on_order, manual }

    enum Substitution { unknown, never, ask, allowed }

    enum LineStatus { unknown, open, cancelled }

    enum AcceptanceStatus { unknown, accepted, changed, rejected, cancelled }

    enum Milestone { unknown, allocated, picked, packed, shipped, delivered, returned, cancelled }

    enum SubstitutionPrice { unknown, original, substitute, lower }

    enum BillKind { unknown, invoice, credit_and_rebill, credit_and_close }

    enum ConditionKind { unknown, raised, cleared, assessed }

    static final OrderStatus[] ORDER_STATUSES = OrderStatus.values();
    static final ShipPolicy[] SHIP_POLICIES = ShipPolicy.values();
    static final InvoicePolicy[] INVOICE_POLICIES = InvoicePolicy.values();
    static final Substitution[] SUBSTITUTIONS = Substitution.values();
    static final LineStatus[] LINE_STATUSES = LineStatus.values();
    static final AcceptanceStatus[] ACCEPTANCE_STATUSES = AcceptanceStatus.values();
    static final Milestone[] MILESTONES = Milestone.values();
    static final SubstitutionPrice[] SUBSTITUTION_PRICES = SubstitutionPrice.values();

    record Meta(String eventId, String source, Long sequence, Long position, long occurredAt, long recordedAt) {
        static Meta read(AvroReader in) {
            return new Meta(in.readString(), in.readString(), in.readLongOrNull(), in.readLongOrNull(), in.readLong(), in.readLong());
        }

        void write(AvroWriter out) {
            out.writeString(eventId).writeString(source).writeLongOrNull(sequence).writeLongOrNull(position).writeLong(occurredAt).writeLong(recordedAt);
        }
    }

    record Evidence(String topic, int partition, long offset, String eventId) {
        static Evidence read(AvroReader in) {
            return new Evidence(in.readString(), in.readInt(), in.readLong(), in.readString());
        }

        void write(AvroWriter out) {
            out.writeString(topic).writeLong(partition).writeLong(offset).writeString(eventId);
        }
    }

    record OrderLine(int lineNo, String itemId, long quantity, String uom, Long unitPrice, long priceUnit, String warehouseId, int requestedDate,
            Substitution substitution, LineStatus status) {
        static OrderLine read(AvroReader in) {
            return new OrderLine(in.readInt(), in.readString(), in.readDecimal(), in.readString(), in.readDecimalOrNull(), in.readLong(), in.readString(),
                    in.readInt(), in.readSymbol(SUBSTITUTIONS), in.readSymbol(LINE_STATUSES));
        }

        void write(AvroWriter out) {
            out.writeLong(lineNo).writeString(itemId).writeDecimal(quantity).writeString(uom).writeDecimalOrNull(unitPrice).writeLong(priceUnit);
            out.writeString(warehouseId).writeLong(requestedDate).writeSymbol(substitution).writeSymbol(status);
        }
    }

    record Order(Meta meta, String orderId, String customerId, String channel, String orderType, String currency, OrderStatus status,
            ShipPolicy shipPolicy, InvoicePolicy invoicePolicy, List<OrderLine> lines) {
        static Order read(AvroReader in) {
            return new Order(Meta.read(in), in.readString(), in.readString(), in.readString(), in.readString(), in.readString(),
                    in.readSymbol(ORDER_STATUSES), in.readSymbolOrNull(SHIP_POLICIES), in.readSymbolOrNull(INVOICE_POLICIES), in.readList(OrderLine::read));
        }

        void write(AvroWriter out) {
            meta.write(out);
            out.writeString(orderId).writeString(customerId).writeString(channel).writeString(orderType).writeString(currency).writeSymbol(status);
            out.writeSymbolOrNull(shipPolicy).writeSymbolOrNull(invoicePolicy).writeList(lines, OrderLine::write);
        }
    }

    record PaymentTerms(int netDays, int discountDays, long discountPercent) {
        static PaymentTerms read(AvroReader in) {
            return new PaymentTerms(in.readInt(), in.readInt(), in.readDecimal());
        }

        void write(AvroWriter out) {
            out.writeLong(netDays).writeLong(discountDays).writeDecimal(discountPercent);
        }
    }

    record AcceptedLine(int lineNo, String itemId, AcceptanceStatus status, long quantity, String uom, long unitPrice, long priceUnit, int confirmedDate) {
        static AcceptedLine read(AvroReader in) {
            return new AcceptedLine(in.readInt(), in.readString(), in.readSymbol(ACCEPTANCE_STATUSES), in.readDecimal(), in.readString(), in.readDecimal(),
                    in.readLong(), in.readInt());
        }

        void write(AvroWriter out) {
            out.writeLong(lineNo).writeString(itemId).writeSymbol(status).writeDecimal(quantity).writeString(uom).writeDecimal(unitPrice);
            out.writeLong(priceUnit).writeLong(confirmedDate);
        }
    }

    record Acceptance(Meta meta, String orderId, AcceptanceStatus status, String currency, PaymentTerms terms, List<AcceptedLine> lines) {
        static Acceptance read(AvroReader in) {
            return new Acceptance(Meta.read(in), in.readString(), in.readSymbol(ACCEPTANCE_STATUSES), in.readString(), in.readOrNull(PaymentTerms::read),
                    in.readList(AcceptedLine::read));
        }

        void write(AvroWriter out) {
            meta.write(out);
            out.writeString(orderId).writeSymbol(status).writeString(currency).writeOrNull(terms, PaymentTerms::write).writeList(lines, AcceptedLine::write);
        }
    }

    record ShipmentLine(String orderId, int lineNo, String itemId, String substituteFor, long quantity, String uom, Long catchWeight, String lot,
            Long confirmedQuantity) {
        static ShipmentLine read(AvroReader in) {
            return new ShipmentLine(in.readString(), in.readInt(), in.readString(), in.readStringOrNull(), in.readDecimal(), in.readString(),
                    in.readDecimalOrNull(), in.readStringOrNull(), in.readDecimalOrNull());
        }

        void write(AvroWriter out) {
            out.writeString(orderId).writeLong(lineNo).writeString(itemId).writeStringOrNull(substituteFor).writeDecimal(quantity).writeString(uom);
            out.writeDecimalOrNull(catchWeight).writeStringOrNull(lot).writeDecimalOrNull(confirmedQuantity);
        }
    }

    record Shipment(Meta meta, String shipmentId, String warehouseId, Milestone milestone, boolean lastForOrder, String carrier, String tracking,
            List<ShipmentLine> lines) {
        static Shipment read(AvroReader in) {
            return new Shipment(Meta.read(in), in.readString(), in.readString(), in.readSymbol(MILESTONES), in.readBoolean(), in.readStringOrNull(),
                    in.readStringOrNull(), in.readList(ShipmentLine::read));
        }

        void write(AvroWriter out) {
            meta.write(out);
            out.writeString(shipmentId).writeString(warehouseId).writeSymbol(milestone).writeBoolean(lastForOrder).writeStringOrNull(carrier);
            out.writeStringOrNull(tracking).writeList(lines, ShipmentLine::write);
        }

        Shipment with(List<ShipmentLine> ofOneOrder) {
            return new Shipment(meta, shipmentId, warehouseId, milestone, lastForOrder, carrier, tracking, ofOneOrder);
        }
    }

    record Hold(String holdId, String shipmentId, Long sequence, boolean active, String cause, long since) {
        static Hold read(AvroReader in) {
            return new Hold(in.readString(), in.readStringOrNull(), in.readLongOrNull(), in.readBoolean(), in.readString(), in.readLong());
        }

        void write(AvroWriter out) {
            out.writeString(holdId).writeStringOrNull(shipmentId).writeLongOrNull(sequence).writeBoolean(active).writeString(cause).writeLong(since);
        }
    }

    /** A clean event of an order: exactly one of the last three is there. */
    record OrderEvent(Evidence origin, String orderId, Order order, Acceptance acceptance, Hold hold) {
        static OrderEvent read(AvroReader in) {
            return new OrderEvent(Evidence.read(in), in.readString(), in.readOrNull(Order::read), in.readOrNull(Acceptance::read), in.readOrNull(Hold::read));
        }

        void write(AvroWriter out) {
            origin.write(out);
            out.writeString(orderId).writeOrNull(order, Order::write).writeOrNull(acceptance, Acceptance::write).writeOrNull(hold, Hold::write);
        }
    }

    /** One order's part of a shipment's milestone, or a hold. */
    record ShipmentEvent(Evidence origin, String orderId, Shipment shipment, Hold hold) {
        static ShipmentEvent read(AvroReader in) {
            return new ShipmentEvent(Evidence.read(in), in.readString(), in.readOrNull(Shipment::read), in.readOrNull(Hold::read));
        }

        void write(AvroWriter out) {
            origin.write(out);
            out.writeString(orderId).writeOrNull(shipment, Shipment::write).writeOrNull(hold, Hold::write);
        }
    }

    record Customer(String customerId, String segment, InvoicePolicy invoicePolicy, ShipPolicy shipPolicy, long overTolerance, long underTolerance,
            SubstitutionPrice substitutionPrice) {
        static Customer read(AvroReader in) {
            Meta.read(in);
            String customerId = in.readString();
            in.readString(); // name
            String segment = in.readString();
            in.readString(); // currency
            in.readDecimalOrNull(); // credit limit
            PaymentTerms.read(in);
            return new Customer(customerId, segment, in.readSymbol(INVOICE_POLICIES), in.readSymbol(SHIP_POLICIES), in.readDecimal(), in.readDecimal(),
                    in.readSymbol(SUBSTITUTION_PRICES));
        }
    }

    record Unit(String uom, long numerator, long denominator) {
        static Unit read(AvroReader in) {
            return new Unit(in.readString(), in.readLong(), in.readLong());
        }

        void write(AvroWriter out) {
            out.writeString(uom).writeLong(numerator).writeLong(denominator);
        }
    }

    record Item(String itemId, String baseUom, List<Unit> uoms, boolean catchWeight, List<String> substitutes, Long overTolerance, Long underTolerance) {
        static Item read(AvroReader in) {
            Meta.read(in);
            String itemId = in.readString();
            in.readString(); // description
            return readTerms(itemId, in);
        }

        static Item readTerms(AvroReader in) {
            return readTerms(in.readString(), in);
        }

        private static Item readTerms(String itemId, AvroReader in) {
            return new Item(itemId, in.readString(), in.readList(Unit::read), in.readBoolean(), in.readList(AvroReader::readString), in.readDecimalOrNull(),
                    in.readDecimalOrNull());
        }

        void writeTerms(AvroWriter out) {
            out.writeString(itemId).writeString(baseUom).writeList(uoms, Unit::write).writeBoolean(catchWeight);
            out.writeList(substitutes, (id, to) -> to.writeString(id)).writeDecimalOrNull(overTolerance).writeDecimalOrNull(underTolerance);
        }
    }

    record ItemPrice(String priceId, String customerId, String itemId, String currency, int validFrom, Integer validTo, String uom, long unitPrice,
            long priceUnit) {
        static ItemPrice read(AvroReader in) {
            Meta.read(in);
            return new ItemPrice(in.readString(), in.readStringOrNull(), in.readString(), in.readString(), in.readInt(),
                    in.isPresent() ? (Integer) in.readInt() : null, in.readString(), in.readDecimal(), in.readLong());
        }
    }

    record BilledLine(int lineNo, String orderedItemId, String shippedItemId, long quantity, String uom, long unitPrice, long priceUnit, long amount,
            String shipmentId) {
        void write(AvroWriter out) {
            out.writeLong(lineNo).writeString(orderedItemId).writeString(shippedItemId).writeDecimal(quantity).writeString(uom).writeDecimal(unitPrice);
            out.writeLong(priceUnit).writeDecimal(amount).writeString(shipmentId);
        }
    }

    record InvoiceReady(String invoiceReadyId, int revision, String orderId, String customerId, InvoicePolicy trigger, String currency,
            List<BilledLine> lines, long total, List<Evidence> evidence, String rule, long readyAt) {
        void write(AvroWriter out) {
            out.writeString(invoiceReadyId).writeLong(revision).writeStringOrNull(null).writeSymbol(BillKind.invoice).writeString(orderId);
            out.writeString(customerId).writeSymbol(trigger).writeString(currency).writeList(lines, BilledLine::write).writeDecimal(total);
            out.writeList(evidence, Evidence::write).writeString(rule).writeLong(readyAt).writeStringOrNull(null); // on no consolidated invoice
        }
    }

    record Demand(String orderId, int lineNo, String itemId, String warehouseId, long committed, long allocated, long at) {
        void write(AvroWriter out) {
            out.writeString(orderId).writeLong(lineNo).writeString(itemId).writeString(warehouseId).writeDecimal(committed).writeDecimal(allocated).writeLong(at);
        }
    }
}
