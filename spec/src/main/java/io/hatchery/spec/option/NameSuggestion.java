package io.hatchery.spec.option;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Suggests a known name for a mistyped one. */
public final class NameSuggestion {
    private NameSuggestion() {}

    /** The known name with the smallest edit distance; null if none is close enough. */
    public static @Nullable String of(String typed, Collection<String> known) {
        String lower = typed.toLowerCase(Locale.ROOT);
        if (lower.length() > 64) {
            return null;
        }
        String best = null;
        int least = Math.max(2, lower.length() / 3) + 1;
        for (String name : known) {
            int distance = distance(lower, name.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = name;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
