package io.bulkhead.spec;

import java.util.BitSet;
import java.util.Optional;

/**
 * Numbers of CPUs or memory nodes, written as the kernel does: {@code 0-2,4}.
 *
 * @param text the only way to write this set: ascending, ranges joined
 * @see <a href="https://man7.org/linux/man-pages/man7/cpuset.7.html">cpuset(7), List format</a>
 */
public record IndexSet(String text) {
    /** More than any kernel has CPUs or nodes. */
    public static final int MOST = 8192;

    public IndexSet {
        if (parse(text).filter(set -> canonical(set).equals(text)).isEmpty()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a set as the kernel writes it");
        }
    }

    /** The set that {@code text} means; empty where it means none, or the empty one. */
    public static Optional<IndexSet> of(String text) {
        return parse(text).map(set -> new IndexSet(canonical(set)));
    }

    /** Whether every number of this set is in {@code other}, a list as the kernel writes it. */
    public boolean isWithin(String other) {
        BitSet beyond = parse(text).orElseGet(BitSet::new);
        beyond.andNot(parse(other).orElseGet(BitSet::new));
        return beyond.isEmpty();
    }

    @Override
    public String toString() {
        return text;
    }

    private static Optional<BitSet> parse(String text) {
        BitSet set = new BitSet();
        for (String range : text.strip().split(",", -1)) {
            String[] bounds = range.strip().split("-", -1);
            if (bounds.length > 2) {
                return Optional.empty();
            }
            int from = number(bounds[0]);
            int to = number(bounds[bounds.length - 1]);
            if (from < 0 || to < from) {
                return Optional.empty();
            }
            set.set(from, to + 1);
        }
        return Optional.of(set);
    }

    private static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 4;
        for (int i = 0; i < text.length(); i++) {
            digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        int number = digits ? Integer.parseInt(text) : -1;
        return number < MOST ? number : -1;
    }

    private static String canonical(BitSet set) {
        StringBuilder text = new StringBuilder();
        for (int from = set.nextSetBit(0); from >= 0; ) {
            int to = set.nextClearBit(from) - 1;
            text.append(text.length() > 0 ? "," : "").append(from);
            if (to > from) {
                text.append('-').append(to);
            }
            from = set.nextSetBit(to + 1);
        }
        return text.toString();
    }
}
