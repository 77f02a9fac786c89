package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The evaluations of all containers, in packed form, and what is found in them without reading them all: the containers of a host, a
 * profile, a state, an open removal, a port. A container of a fleet of small definitions takes about 500 bytes. Not thread-safe.
 */
final class ContainerIndex {
    private static final class Entry {
        private final ContainerName name;
        private final EvaluationFacts facts;
        private final byte[] packed;

        private Entry(ContainerName name, EvaluationFacts facts, byte[] packed) {
            this.name = name;
            this.facts = facts;
            this.packed = packed;
        }
    }

    private final EvaluationCodec codec = new EvaluationCodec();
    private final Interner interner = new Interner();
    private final Map<ContainerName, Entry> entries = new HashMap<>();
    private final Map<HostName, Set<ContainerName>> byHost = new HashMap<>();
    private final Map<ProfileName, Set<ContainerName>> byProfile = new HashMap<>();
    private final Map<Evaluation.State, Set<ContainerName>> byState = new EnumMap<>(Evaluation.State.class);
    private final Map<String, Set<ContainerName>> bySelector = new HashMap<>();
    private final Map<String, Set<ContainerName>> byAwaitedPort = new HashMap<>();
    private final Set<ContainerName> releasing = new HashSet<>();
    private final Map<String, Integer> systems = new HashMap<>();
    private final PortAllocations ports = new PortAllocations();
    private final Placement placement = new Placement();

    /** The evaluation that was put or read last, since a review reads the same one several times. */
    private @Nullable Evaluation last;

    /**
     * What a change replaced.
     *
     * @param before null if there was no evaluation
     * @param after null if there is none any more
     */
    record Change(
            ContainerName container,
            @Nullable EvaluationFacts before,
            @Nullable EvaluationFacts after) {}

    /** The JSON of an evaluation as it was put, which can be read on another thread. */
    static final class StoredEvaluation {
        private final Entry entry;
        private final byte[] json;

        private StoredEvaluation(Entry entry, byte[] json) {
            this.entry = entry;
            this.json = json;
        }

        Evaluation read() {
            return ContainerIndex.read(json);
        }
    }

    /** The evaluation of a container, not yet read; null if there is none. */
    @Nullable
    StoredEvaluation stored(ContainerName container) {
        Entry entry = entries.get(container);
        return entry == null ? null : new StoredEvaluation(entry, codec.unpack(entry.packed));
    }

    /** Whether nothing was put in place of an evaluation, or removed it. */
    boolean isCurrent(StoredEvaluation stored) {
        return stored.entry == entries.get(stored.entry.name);
    }

    /** The evaluation, which is that of its container now and is not read again if it is asked for next. */
    Evaluation remembered(Evaluation current) {
        last = current;
        return current;
    }

    /** The evaluation of a container; null if there is none. */
    @Nullable
    Evaluation evaluation(ContainerName container) {
        Evaluation known = last;
        if (known != null && known.container().equals(container)) {
            return known;
        }
        Entry entry = entries.get(container);
        if (entry == null) {
            return null;
        }
        Evaluation evaluation = read(codec.unpack(entry.packed));
        last = evaluation;
        return evaluation;
    }

    private static Evaluation read(byte[] json) {
        try {
            return Json.read(json, Evaluation.class);
        } catch (UnreadableException e) {
            throw new IllegalStateException("an evaluation that was read before cannot be read again", e);
        }
    }

    /** The facts of a container's evaluation; null if there is none. */
    @Nullable
    EvaluationFacts facts(ContainerName container) {
        Entry entry = entries.get(container);
        return entry == null ? null : entry.facts;
    }

    /** The number of evaluations. */
    int size() {
        return entries.size();
    }

    /** Whether the evaluation of a container is exactly that JSON. */
    boolean holds(ContainerName container, byte[] json) {
        Entry entry = entries.get(container);
        return entry != null && Arrays.equals(codec.unpack(entry.packed), json);
    }

    /** Puts an evaluation in place of the last one. */
    Change put(Evaluation now) {
        return put(now, Json.bytes(now));
    }

    /**
     * Puts an evaluation in place of the last one.
     *
     * @param json its JSON
     */
    Change put(Evaluation now, byte[] json) {
        Entry before = entries.get(now.container());
        ContainerName name = before == null ? now.container() : before.name;
        EvaluationFacts facts = interner.shared(EvaluationFacts.of(now));
        entries.put(name, new Entry(name, facts, codec.pack(json)));
        last = now;
        return changed(name, before == null ? null : before.facts, facts);
    }

    /** Removes the evaluation of a container. */
    Change remove(ContainerName container) {
        Entry before = entries.remove(container);
        last = null;
        return changed(container, before == null ? null : before.facts, null);
    }

    private Change changed(ContainerName name, @Nullable EvaluationFacts before, @Nullable EvaluationFacts after) {
        if (!Objects.equals(before, after)) {
            if (before != null) {
                removeFacts(name, before);
            }
            if (after != null) {
                addFacts(name, after);
            }
        }
        return new Change(name, before, after);
    }

    private void addFacts(ContainerName name, EvaluationFacts facts) {
        if (facts.host() != null) {
            add(byHost, facts.host(), name);
            placement.add(facts.host(), facts.demand());
            ports.add(name, facts.host(), facts.ports());
        }
        if (facts.releasing() != null) {
            add(byHost, facts.releasing(), name);
            releasing.add(name);
        }
        if (facts.selector() != null) {
            add(bySelector, facts.selector(), name);
        }
        if (facts.state() != Evaluation.State.EVALUATED) {
            add(byState, facts.state(), name);
        }
        facts.profiles().forEach(profile -> add(byProfile, profile, name));
        facts.awaited().forEach(port -> add(byAwaitedPort, port, name));
        facts.systems().forEach(path -> systems.merge(path, 1, Integer::sum));
    }

    private void removeFacts(ContainerName name, EvaluationFacts facts) {
        if (facts.host() != null) {
            remove(byHost, facts.host(), name);
            placement.subtract(facts.host(), facts.demand());
            ports.remove(name, facts.host(), facts.ports());
        }
        if (facts.releasing() != null) {
            remove(byHost, facts.releasing(), name);
            releasing.remove(name);
        }
        if (facts.selector() != null) {
            remove(bySelector, facts.selector(), name);
        }
        if (facts.state() != Evaluation.State.EVALUATED) {
            remove(byState, facts.state(), name);
        }
        facts.profiles().forEach(profile -> remove(byProfile, profile, name));
        facts.awaited().forEach(port -> remove(byAwaitedPort, port, name));
        facts.systems().forEach(path -> systems.computeIfPresent(path, (p, n) -> n == 1 ? null : n - 1));
    }

    private static <K> void add(Map<K, Set<ContainerName>> index, K key, ContainerName name) {
        index.computeIfAbsent(key, k -> new HashSet<>()).add(name);
    }

    private static <K> void remove(Map<K, Set<ContainerName>> index, K key, ContainerName name) {
        index.computeIfPresent(key, (k, names) -> {
            names.remove(name);
            return names.isEmpty() ? null : names;
        });
    }

    /** All containers. */
    Set<ContainerName> all() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** The containers whose spec is for that host, or that it must release. */
    Set<ContainerName> ofHost(HostName host) {
        return view(byHost.get(host));
    }

    /** The containers whose definitions name that profile. */
    Set<ContainerName> ofProfile(ProfileName profile) {
        return view(byProfile.get(profile));
    }

    /** The containers in a state other than {@code EVALUATED}, which is not indexed since most are in it. */
    Set<ContainerName> in(Evaluation.State state) {
        return view(byState.get(state));
    }

    /** The containers with an open removal. */
    Set<ContainerName> releasing() {
        return Collections.unmodifiableSet(releasing);
    }

    /** The containers that failed since another has that port. */
    Set<ContainerName> awaiting(String port) {
        return view(byAwaitedPort.get(port));
    }

    /** The selectors of unplaced containers, as JSON. */
    Set<String> selectors() {
        return Collections.unmodifiableSet(bySelector.keySet());
    }

    /** The unplaced containers with that selector. */
    Set<ContainerName> selecting(String selector) {
        return view(bySelector.get(selector));
    }

    /** The paths of all NixOS systems. */
    Set<String> systems() {
        return Set.copyOf(systems.keySet());
    }

    PortAllocations ports() {
        return ports;
    }

    Placement placement() {
        return placement;
    }

    private static Set<ContainerName> view(@Nullable Set<ContainerName> names) {
        return names == null ? Set.of() : Collections.unmodifiableSet(names);
    }
}
