package io.hatchery.gateway.view;

import io.hatchery.protocol.Phase;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The number of containers by holder and published phase, so that totals need no scan of the containers. One thread changes it, any
 * thread reads it. Holds some 400 bytes for each host.
 */
final class PhaseCounts {
    private static final String NONE = "";

    private final Map<String, Map<Phase, AtomicInteger>> byHolder = new ConcurrentHashMap<>();

    /**
     * A number of containers.
     *
     * @param holder null for those without a host
     */
    record HolderCount(@Nullable String holder, Phase phase, int containers) {}

    void clear() {
        byHolder.clear();
    }

    void add(HolderCount count) {
        of(count.holder, count.phase).addAndGet(count.containers);
    }

    void add(@Nullable String holder, Phase phase) {
        of(holder, phase).incrementAndGet();
    }

    void remove(@Nullable String holder, Phase phase) {
        of(holder, phase).decrementAndGet();
    }

    private AtomicInteger of(@Nullable String holder, Phase phase) {
        return in(byHolder.computeIfAbsent(holder == null ? NONE : holder, any -> none()), phase);
    }

    private static Map<Phase, AtomicInteger> none() {
        var counts = new EnumMap<Phase, AtomicInteger>(Phase.class);
        for (Phase phase : Phase.values()) {
            counts.put(phase, new AtomicInteger());
        }
        return counts;
    }

    private static AtomicInteger in(Map<Phase, AtomicInteger> counts, Phase phase) {
        return Objects.requireNonNull(counts.get(phase));
    }

    /**
     * The number of containers by the phase that is shown: {@code unknown} for all of a lost host.
     *
     * @param isLost whether the host of that name is lost
     */
    Map<Phase, Integer> shown(Predicate<String> isLost) {
        var shown = new EnumMap<Phase, Integer>(Phase.class);
        byHolder.forEach((holder, counts) -> {
            boolean lost = !holder.equals(NONE) && isLost.test(holder);
            counts.forEach((phase, count) -> shown.merge(lost ? Phase.UNKNOWN : phase, count.get(), Integer::sum));
        });
        return shown;
    }

    /** The number of containers that a host holds. */
    int heldBy(String holder) {
        Map<Phase, AtomicInteger> counts = byHolder.get(holder);
        return counts == null ? 0 : sum(counts);
    }

    private static int sum(Map<Phase, AtomicInteger> counts) {
        return counts.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** The number of containers. */
    int total() {
        return byHolder.values().stream().mapToInt(PhaseCounts::sum).sum();
    }

    /** The number of containers whose published phase that is. */
    int published(Phase phase) {
        return byHolder.values().stream()
                .mapToInt(counts -> in(counts, phase).get())
                .sum();
    }

    /** The hosts that hold containers which one of these phases was published of. */
    List<String> holders(Phase... phases) {
        return byHolder.entrySet().stream()
                .filter(each -> !each.getKey().equals(NONE))
                .filter(each -> Arrays.stream(phases)
                        .anyMatch(phase -> in(each.getValue(), phase).get() > 0))
                .map(Map.Entry::getKey)
                .toList();
    }
}
