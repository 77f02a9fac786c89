package io.hatchery.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetDatabaseTest {
    private static final String COUNT = "SELECT count(*) FROM counters";

    @TempDir
    private Path folder;

    private static void insert(SqlSession session, String name) {
        session.update("INSERT INTO counters (name, value) VALUES (?, 1)", name);
    }

    @Test
    void rowsAreThereAfterARestart() throws Exception {
        try (var database = FleetDatabase.open(folder, "1")) {
            database.update(session -> insert(session, "a"));
        }
        try (var database = FleetDatabase.open(folder, "1")) {
            assertThat(database.<Long>read(session -> session.number(COUNT))).isEqualTo(1);
        }
    }

    @Test
    void databaseOfAnotherVersionIsEmptied() throws Exception {
        try (var database = FleetDatabase.open(folder, "1")) {
            database.update(session -> insert(session, "a"));
        }
        try (var database = FleetDatabase.open(folder, "2")) {
            assertThat(database.<Long>read(session -> session.number(COUNT))).isZero();
        }
    }

    @Test
    void failedTransactionChangesNothing() throws Exception {
        try (var database = FleetDatabase.open(folder, "1")) {
            assertThatThrownBy(() -> database.update(session -> {
                        insert(session, "a");
                        throw new IllegalStateException("on purpose");
                    }))
                    .hasMessage("on purpose");
            assertThat(database.<Long>read(session -> session.number(COUNT))).isZero();
        }
    }

    @Test
    void heldStateDoesNotChange() throws Exception {
        try (var database = FleetDatabase.open(folder, "1")) {
            database.update(session -> insert(session, "a"));
            try (FleetDatabase.ReadTransaction held = database.beginRead()) {
                assertThat(held.session().number(COUNT)).isEqualTo(1);
                database.update(session -> insert(session, "b"));
                assertThat(held.session().number(COUNT)).isEqualTo(1);
            }
            assertThat(database.<Long>read(session -> session.number(COUNT))).isEqualTo(2);
        }
    }

    @Test
    void onlyTheOwnerMayReadIt() throws Exception {
        Path database = folder.resolve("new/database");
        FleetDatabase.open(database, "1").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(database)))
                .isEqualTo("rwx------");
    }
}
