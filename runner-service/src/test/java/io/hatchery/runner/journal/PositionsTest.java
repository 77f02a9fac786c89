package io.hatchery.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.PartitionExtent;
import io.hatchery.protocol.CommandId;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PositionsTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = AT.plusSeconds(1);

    @TempDir
    private Path folder;

    private static TopicPosition position(Long... open) {
        return new TopicPosition("t", 10, AT, new TreeSet<>(List.of(open)));
    }

    @Test
    void positionIsReadAsWritten() throws IOException {
        var disk = FileDisk.durable(folder);
        var removal = new SpecsPosition.UnconfirmedRemoval(4, new ContainerName("web"), new CommandId("op"), null, AT);
        var specs = new SpecsPosition(position(4L), List.of(removal), new TreeSet<>(Set.of(new ContainerName("db"))));
        Positions positions = Positions.open(disk);
        assertThat(positions.commands()).isEmpty();
        positions.keep(position(3L, 7L));
        positions.keep(specs);
        Positions again = Positions.open(disk);
        assertThat(again.commands()).contains(position(3L, 7L));
        assertThat(again.specs()).contains(specs);
    }

    @Test
    void onlyRemovalsWithoutOutcomeAreOpen() throws IOException {
        var removal = new SpecsPosition.UnconfirmedRemoval(4, new ContainerName("web"), new CommandId("op"), null, AT);
        Positions positions = Positions.open(FileDisk.durable(folder));
        positions.keep(new SpecsPosition(position(4L), List.of(removal), new TreeSet<>()));
        assertThat(positions.isOpen(new CommandId("op"))).isTrue();
        assertThat(positions.isOpen(new CommandId("another"))).isFalse();
    }

    @Test
    void damagedPositionIsSetAsideAndCountsAsNone() throws IOException {
        var disk = FileDisk.durable(folder);
        Positions.open(disk).keep(position());
        Path file = folder.resolve("commands-position.json");
        Files.writeString(file, Files.readString(file).replace("\"next\":10", "\"next\":99"));
        assertThat(Positions.open(disk).commands()).isEmpty();
        assertThat(folder.resolve("commands-position.json.damaged")).content().contains("\"next\":99");
    }

    @Test
    void everythingBelowTheNextButTheOpenIsHandled() {
        TopicPosition position = position(3L, 7L);
        assertThat(position.isHandled(2, AT)).isTrue();
        assertThat(position.isHandled(3, AT)).isFalse();
        assertThat(position.isHandled(9, AT)).isTrue();
        assertThat(position.isHandled(10, AT)).isFalse();
        assertThat(position.low()).isEqualTo(3);
        assertThat(position().low()).isEqualTo(10);
    }

    @Test
    void nothingOfARecreatedTopicIsHandled() {
        TopicPosition position = position(3L).in(new PartitionExtent("another", 2, 50));
        assertThat(position).isEqualTo(TopicPosition.of("another", 2));
        assertThat(position.isHandled(1, AT)).isTrue();
        assertThat(position.isHandled(3, LATER)).isFalse();
    }

    @Test
    void recordWrittenAfterTruncationIsNotHandled() {
        var truncated = new PartitionExtent("t", 0, 8);
        assertThat(position().liesIn(truncated)).isFalse();
        TopicPosition position = position(3L, 9L).in(truncated);
        assertThat(position.open()).containsExactly(3L);
        assertThat(position.isHandled(6, AT)).isTrue();
        assertThat(position.isHandled(6, LATER)).isFalse();
        assertThat(position.isHandled(8, LATER)).isFalse();
    }

    @Test
    void positionThatLiesInItsTopicIsKept() {
        TopicPosition position = position(3L);
        assertThat(position.in(new PartitionExtent("t", 0, 50))).isSameAs(position);
        assertThat(position.in(new PartitionExtent("t", 0, position.next()))).isSameAs(position);
    }

    @Test
    void positionLiesInItsTopicUpToTheEnd() {
        assertThat(position().liesIn(new PartitionExtent("t", 0, 10))).isTrue();
        assertThat(position().liesIn(new PartitionExtent("t", 0, 9))).isFalse();
        assertThat(position().liesIn(new PartitionExtent("u", 0, 10))).isFalse();
    }
}
