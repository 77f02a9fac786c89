package io.hatchery.runner.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.LogEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalExportReaderTest {
    private static final String CURSOR =
            "__CURSOR=s=3d2b;i=ff;b=1;m=2;t=3;x=4\n__REALTIME_TIMESTAMP=1700000000123456\n";

    private static List<JournalEntry> read(byte[] bytes) throws IOException {
        var reader = new JournalExportReader(new ByteArrayInputStream(bytes));
        var entries = new ArrayList<JournalEntry>();
        for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
            entries.add(entry);
        }
        return entries;
    }

    private static List<JournalEntry> read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void binary(ByteArrayOutputStream out, String name, byte[] value) throws IOException {
        out.write((name + "\n").getBytes(StandardCharsets.UTF_8));
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value.length)
                .array());
        out.write(value);
        out.write('\n');
    }

    @Test
    void entryBecomesALine() throws Exception {
        JournalEntry entry = read(CURSOR + "PRIORITY=3\nSYSLOG_IDENTIFIER=nginx\n_PID=12\n_SYSTEMD_UNIT=nginx.service\n"
                        + "MESSAGE=bind() failed: a=b\n\n")
                .getFirst();
        assertThat(JournalEntry.place(entry.cursor())).isEqualTo(new JournalEntry.JournalPlace("3d2b", 255));
        LogEntry line = entry.line(255L, Instant.EPOCH);
        assertThat(line.text()).isEqualTo("bind() failed: a=b");
        assertThat(line.at()).isEqualTo(Instant.parse("2023-11-14T22:13:20.123456Z"));
        assertThat(line.unit()).isEqualTo("nginx.service");
        assertThat(line.priority()).isEqualTo(3);
        assertThat(line.identifier()).isEqualTo("nginx");
        assertThat(line.pid()).isEqualTo(12);
        assertThat(line.cut()).isNull();
    }

    @Test
    void messageOfSeveralLinesIsBinary() throws Exception {
        var out = new ByteArrayOutputStream();
        out.write(CURSOR.getBytes(StandardCharsets.UTF_8));
        binary(out, "MESSAGE", "one\ntwo\n\nthree".getBytes(StandardCharsets.UTF_8));
        out.write("PRIORITY=6\n\n".getBytes(StandardCharsets.UTF_8));
        out.write((CURSOR + "MESSAGE=next\n\n").getBytes(StandardCharsets.UTF_8));
        List<JournalEntry> entries = read(out.toByteArray());
        assertThat(entries.getFirst().line(null, Instant.EPOCH).text()).isEqualTo("one\ntwo\n\nthree");
        assertThat(entries.getLast().line(null, Instant.EPOCH).text()).isEqualTo("next");
    }

    @Test
    void longMessagesAreCutAndSaySo() throws Exception {
        var out = new ByteArrayOutputStream();
        binary(out, "MESSAGE", new byte[1_000_000]);
        out.write(("OTHER=" + "x".repeat(100_000) + "\n\n").getBytes(StandardCharsets.UTF_8));
        LogEntry line = read(out.toByteArray()).getFirst().line(null, Instant.EPOCH);
        assertThat(line.text()).hasSize(LogEntry.MOST_CHARACTERS);
        assertThat(line.cut()).isEqualTo(1_000_000 - LogEntry.MOST_CHARACTERS);
    }

    @Test
    void whatTheServiceManagerSaysAboutAUnitCountsAsThatUnits() throws Exception {
        JournalEntry entry = read("MESSAGE=Started\n_PID=1\nUNIT=nginx.service\n_SYSTEMD_UNIT=init.scope\n\n")
                .getFirst();
        assertThat(entry.line(null, Instant.EPOCH).unit()).isEqualTo("nginx.service");
        JournalEntry forged = read("MESSAGE=Started\n_PID=7\nUNIT=nginx.service\n_SYSTEMD_UNIT=a.service\n\n")
                .getFirst();
        assertThat(forged.line(null, Instant.EPOCH).unit()).isEqualTo("a.service");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MESSAGE",
                "MESSAGE=x",
                "MESSAGE=x\n",
                "message=x\n\n",
                "=x\n\n",
                "MESSAGE\nxxxxxxxxx",
                "MESSAGE\n\u0001\0\0\0\0\0\0\0xx\n\n"
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @Test
    void fieldsAreBoundedInNumber() {
        assertThatThrownBy(() -> read("A=b\n".repeat(2_000))).isInstanceOf(IOException.class);
    }

    /** A hostile container may print anything: it is read or refused, and never more is kept than the bounds allow. */
    @Test
    void anyBytesAreReadOrRefused() {
        var random = new Random(1);
        byte[] seed = (CURSOR + "PRIORITY=3\nMESSAGE=text\n_PID=1\n\n").getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = seed.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                for (JournalEntry entry : read(bytes)) {
                    assertThat(entry.line(null, Instant.EPOCH).text().length())
                            .isLessThanOrEqualTo(LogEntry.MOST_CHARACTERS);
                    JournalEntry.JournalPlace _ = JournalEntry.place(entry.cursor());
                }
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotNull();
            }
        }
    }

    /** Whatever values are written, they are read. */
    @Test
    void valuesAreReadAsTheyWereWritten() throws Exception {
        var random = new Random(2);
        for (int round = 0; round < 500; round++) {
            var out = new ByteArrayOutputStream();
            var expected = new ArrayList<String>();
            for (int entry = random.nextInt(5); entry >= 0; entry--) {
                byte[] value = new byte[random.nextInt(50)];
                for (int i = 0; i < value.length; i++) {
                    value[i] = (byte) "ab=\n\r".charAt(random.nextInt(5));
                }
                String text = new String(value, StandardCharsets.UTF_8);
                if (text.contains("\n") || random.nextBoolean()) {
                    binary(out, "MESSAGE", value);
                } else {
                    out.write(("MESSAGE=" + text + "\n").getBytes(StandardCharsets.UTF_8));
                }
                out.write('\n');
                expected.add(text);
            }
            assertThat(read(out.toByteArray()))
                    .extracting(entry -> entry.line(null, Instant.EPOCH).text())
                    .isEqualTo(expected);
        }
    }
}
