package io.bulkhead.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The name somebody who mistyped probably meant. */
final class Nearest {
    private static final int LONGEST = 40;

    private Nearest() {}

    /** The candidate with the fewest edits, if they are at most a third of its letters; {@code _} is as good as {@code -}. */
    static Optional<String> to(String found, Collection<String> candidates) {
        if (found.length() > LONGEST) {
            return Optional.empty();
        }
        String typed = folded(found);
        return candidates.stream()
                .filter(c -> distance(typed, folded(c)) <= Math.max(1, c.length() / 3))
                .min(Comparator.comparingInt(c -> distance(typed, folded(c))));
    }

    /** {@code " (did you mean period?)"} or nothing. */
    static String hint(String found, Collection<String> candidates) {
        return to(found, candidates).map(c -> " (did you mean " + c + "?)").orElse("");
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Insertions, deletions, substitutions and swaps of neighbours. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : cheapest(a, b, d, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int cheapest(String a, String b, int[][] d, int i, int j) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
