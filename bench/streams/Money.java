import java.math.BigInteger;
import java.util.Set;

/** Exact arithmetic on quantities and prices: rounded once, half away from zero. */
final class Money {
    private Money() {}

    static final long LARGEST_AMOUNT = 999_999_999_999_999_999L;
    private static final long HUNDRED_PERCENT = 1_000_000;
    private static final BigInteger BOUND = BigInteger.valueOf(LARGEST_AMOUNT);
    private static final Set<String> WITHOUT_CENTS = Set.of("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
            "VUV", "XAF", "XOF", "XPF");
    private static final Set<String> IN_THOUSANDTHS = Set.of("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND");
    private static final Set<String> IN_TEN_THOUSANDTHS = Set.of("CLF", "UYW");
    private static final long[] TENS = {1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000L,
            100_000_000_000L, 1_000_000_000_000L};

    private static int minorUnits(String currency) {
        if (currency.equals("USD")) {
            return 2;
        }
        return WITHOUT_CENTS.contains(currency) ? 0 : IN_THOUSANDTHS.contains(currency) ? 3 : IN_TEN_THOUSANDTHS.contains(currency) ? 4 : 2;
    }

    /** quantity × price ÷ price unit in the currency's minor units; none of them is negative. Null when it is too large. */
    static Long extend(long quantity, long price, long priceUnit, String currency) {
        int digits = minorUnits(currency);
        long minor = TENS[12 - digits];
        if (Math.multiplyHigh(quantity, price) == 0 && Math.multiplyHigh(minor / 2, priceUnit) == 0) {
            long product = quantity * price;
            long rounded = product + minor / 2 * priceUnit;
            if (product >= 0 && rounded >= product) {
                long units = rounded / minor / priceUnit;
                if (units <= LARGEST_AMOUNT / 10_000) {
                    return units * TENS[4 - digits];
                }
            }
        }
        BigInteger per = BigInteger.valueOf(priceUnit);
        BigInteger units = BigInteger.valueOf(quantity).multiply(BigInteger.valueOf(price)).add(BigInteger.valueOf(minor / 2).multiply(per))
                .divide(BigInteger.valueOf(minor)).divide(per).multiply(BigInteger.valueOf(TENS[4 - digits]));
        return units.compareTo(BOUND) > 0 ? null : (Long) units.longValue();
    }

    /** Whether a per unitOfA is less than b per unitOfB. */
    static boolean lessPrice(long a, long unitOfA, long b, long unitOfB) {
        return BigInteger.valueOf(a).multiply(BigInteger.valueOf(unitOfB)).compareTo(BigInteger.valueOf(b).multiply(BigInteger.valueOf(unitOfA))) < 0;
    }

    /** The quantity plus so many per cent of it, rounded down. */
    static long above(long quantity, long percent) {
        return percent == 0 ? quantity : scaled(quantity, HUNDRED_PERCENT + percent, false);
    }

    /** The quantity less so many per cent of it, rounded up. */
    static long below(long quantity, long percent) {
        return percent == 0 ? quantity : percent >= HUNDRED_PERCENT ? 0 : scaled(quantity, HUNDRED_PERCENT - percent, true);
    }

    private static long scaled(long quantity, long by, boolean up) {
        BigInteger[] result = BigInteger.valueOf(quantity).multiply(BigInteger.valueOf(by)).divideAndRemainder(BigInteger.valueOf(HUNDRED_PERCENT));
        BigInteger whole = up && result[1].signum() > 0 ? result[0].add(BigInteger.ONE) : result[0];
        return whole.bitLength() > 63 ? Long.MAX_VALUE : whole.longValue();
    }

    /** A quantity as people write it, without needless zeros. */
    static String quantityText(long quantity) {
        long fraction = quantity % 1_000_000;
        if (fraction == 0) {
            return Long.toString(quantity / 1_000_000);
        }
        String digits = String.format("%06d", fraction);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return quantity / 1_000_000 + "." + digits.substring(0, end);
    }
}
