package dev.handoff.cluster;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a misspelt name was meant to be. */
final class NearestName {
    private NearestName() {}

    /**
     * The name that is most similar to the typed one; empty if none is similar.
     *
     * @param typed case and separators do not count
     */
    static Optional<String> of(String typed, Collection<String> names) {
        String wanted = plain(typed);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(wanted, plain(name))))
                .filter(name -> distance(wanted, plain(name)) <= Math.max(1, wanted.length() / 3));
    }

    /** The end of a message about it: the name that was meant, or else all names. */
    static String hint(String typed, Collection<String> names) {
        return of(typed, names)
                .map(name -> ", did you mean " + name + "?")
                .orElseGet(() -> "; there are " + String.join(", ", names));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    }

    /** Counts the characters to add, remove, replace or exchange with their neighbour: optimal string alignment. */
    private static int distance(String from, String to) {
        int[][] costs = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                costs[i][j] = i == 0 || j == 0 ? i + j : cost(costs, from, to, i, j);
            }
        }
        return costs[from.length()][to.length()];
    }

    private static int cost(int[][] costs, String from, String to, int i, int j) {
        int replaced = costs[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
        boolean exchanged =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return exchanged ? Math.min(least, 1 + costs[i - 2][j - 2]) : least;
    }
}
