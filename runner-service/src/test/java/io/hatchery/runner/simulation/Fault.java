package io.hatchery.runner.simulation;

import java.util.EnumSet;
import java.util.Set;

/** What may go wrong. Each has a probability of its own in each run, often none. */
enum Fault {
    RUNNER_KILLED_AT_AN_EDGE(0.004),
    RUNNER_KILLED(0.02),
    HOST_REBOOTED(0.004),
    POWER_LOST(0.003),
    POWER_LOST_AT_A_WRITE(0.002),
    BROKER_AWAY(0.01),
    BROKER_AWAY_FOR_HOURS(0.001),
    PRODUCE_TIMED_OUT_AND_LANDED(0.004),
    PRODUCE_TIMED_OUT(0.002),
    METADATA_TIMED_OUT(0.5),
    COMMIT_FAILED(0.1),
    COMMAND_DUPLICATED(0.15),
    COMMAND_DELAYED(0.2),
    COMMAND_EXPIRES(0.05),
    DEFINITION_IS_BAD(0.15),
    DEFINITION_IS_HUGE(0.02),
    HOST_IS_LEFT_OPEN(0.6),
    LABEL_IS_REQUIRED(0.5),
    PROFILE_IS_NAMED(0.5),
    PORT_IS_FORWARDED(0.5),
    PORT_IS_SHARED(0.6),
    SYSTEM_IS_CONFIGURED(0.6),
    SYSTEM_IS_BROKEN(0.2),
    SYSTEM_HANGS(0.4),
    PREPARE_FAILS(0.05),
    SPAWN_FAILS(0.08),
    SUPERVISOR_NEVER_BEGINS(0.04),
    SUPERVISOR_KILLED(0.05),
    PID_REUSED(0.5),
    EXITS_AT_ONCE(0.1),
    HANGS_AT_START(0.08),
    READINESS_LOST(0.05),
    HANGS_AT_STOP(0.15),
    IGNORES_SIGTERM(0.5),
    LEADER_NOT_FOUND(0.08),
    EXITS_BY_ITSELF(0.25),
    CLEAN_UP_FAILS(0.03),
    REMOVE_FAILS(0.03),
    DISK_FULL(0.03),
    CLOCK_JUMPS(0.01),
    CLOCK_IS_OFF(0.5),
    CONFIG_SERVICE_KILLED(0.02),
    TRANSACTION_ABORTED(0.05),
    TRANSACTION_COMMITTED_UNHEARD(0.03),
    GROUP_REBALANCED(0.06),
    SECOND_RUNNER(0.01),
    COMPACTED(0.02),
    SPECS_TOPIC_CHANGED(0.01),
    PARTITIONS_ADDED(0.01),
    AWAY_FOR_WEEKS(0.5),
    HOSTILE_DEFINITION(0.04),
    HOSTILE_DEFINITION_ID(0.04),
    HOSTILE_VIEW(0.04),
    HOSTILE_COMMAND(0.04),
    HOSTILE_SPEC(0.04),
    HOSTILE_SPEC_DELETION(0.04),
    HOSTILE_SPEC_OVERTAKEN(0.04),
    HOSTILE_EVENT(0.02),
    GATEWAY_KILLED(0.02),
    GATEWAY_KILLED_AT_AN_EDGE(0.02),
    CLIENT_DISCONNECTED(0.1),
    CLIENT_SLOW(0.05);

    /** What can go wrong only where there are gateways, see {@link GatewayChecks}. */
    static final Set<Fault> OF_GATEWAYS =
            EnumSet.of(GATEWAY_KILLED, GATEWAY_KILLED_AT_AN_EDGE, CLIENT_DISCONNECTED, CLIENT_SLOW);

    /** How likely it is, where it is at all, each time that it could happen; {@code -Dfault.NAME=P} sets another. */
    final double most;

    Fault(double most) {
        this.most = Double.parseDouble(System.getProperty("fault." + name(), Double.toString(most)));
    }
}
