package io.hatchery.runner.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.LogEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleFeedTest {
    private static final int MOST = 1 << 16;

    @TempDir
    Path folder;

    private static Instant soon() {
        return Instant.now().plusMillis(1);
    }

    /** A feed from the beginning, whose first position is saved. */
    private static LogFeed begun(WrittenConsole console) throws IOException {
        var feed = new ConsoleFeed(console.files(), null);
        assertThat(feed.next(soon(), MOST).orElseThrow().entries()).isEmpty();
        return feed;
    }

    private static List<String> texts(LogFeed feed) throws IOException {
        var texts = new ArrayList<String>();
        for (Optional<LogChunk> chunk = feed.next(soon(), MOST); chunk.isPresent(); chunk = feed.next(soon(), MOST)) {
            chunk.get().entries().forEach(entry -> texts.add(entry.text()));
        }
        return texts;
    }

    @Test
    void linesComeInTheirOrderOverARotation() throws Exception {
        var console = new WrittenConsole(folder, 1 << 20);
        console.print("one\r\ntwo\n");
        LogFeed feed = begun(console);
        assertThat(texts(feed)).containsExactly("one", "two");
        console.print("three\n");
        console.rotate();
        console.print("four\n");
        assertThat(texts(feed)).containsExactly("three", "four");
        assertThat(feed.hasEnded()).isFalse();
        feed.close();
    }

    @Test
    void lineWithoutAnEndIsReadWhenNothingIsAddedToIt() throws Exception {
        var console = new WrittenConsole(folder, 1 << 20);
        console.print("login: ");
        LogFeed feed = begun(console);
        assertThat(feed.next(soon(), MOST)).isEmpty();
        Optional<LogChunk> later = feed.next(Instant.now().plusSeconds(5), MOST);
        assertThat(later.orElseThrow().entries().getFirst().text()).isEqualTo("login: ");
        feed.close();
    }

    @Test
    void readerThatGoesOnFromItsPositionRepeatsAndMissesNothing() throws Exception {
        var console = new WrittenConsole(folder, 1 << 20);
        console.print("one\ntwo\n");
        LogFeed feed = begun(console);
        String position = feed.next(soon(), MOST).orElseThrow().position();
        feed.close();
        console.print("three\n");
        console.rotate();
        console.print("four\n");
        var next = new ConsoleFeed(console.files(), position);
        assertThat(texts(next)).containsExactly("three", "four");
        next.close();
    }

    @Test
    void linesThatWereReplacedBeforeTheyWereReadAreCounted() throws Exception {
        var console = new WrittenConsole(folder, 1 << 20);
        console.print("one\n");
        LogFeed feed = begun(console);
        assertThat(texts(feed)).containsExactly("one");
        for (int i = 0; i < 3; i++) {
            console.rotate();
            console.print("lost\nlost\n");
        }
        console.rotate();
        console.print("last\n");
        LogChunk chunk = feed.next(soon(), MOST).orElseThrow();
        assertThat(chunk.entries().getFirst().dropped()).isEqualTo(6);
        assertThat(chunk.entries().getLast().text()).isEqualTo("last");
        feed.close();
    }

    @Test
    void feedEndsWithItsFilesAndItsLastLines() throws Exception {
        var console = new WrittenConsole(folder, 1 << 20);
        console.print("one\n");
        LogFeed feed = begun(console);
        assertThat(texts(feed)).containsExactly("one");
        console.print("last words\n");
        console.remove();
        assertThat(texts(feed)).containsExactly("last words");
        assertThat(feed.hasEnded()).isTrue();
        feed.close();
    }

    @Test
    void lineThatIsTooLongIsCutAndSaysSo() throws Exception {
        var console = new WrittenConsole(folder, 1 << 20);
        console.print("ä".repeat(10_000) + "\nnext\n");
        LogFeed feed = begun(console);
        List<LogEntry> entries = feed.next(soon(), MOST).orElseThrow().entries();
        assertThat(entries.getFirst().text()).isEqualTo("ä".repeat(LogEntry.MOST_CHARACTERS / 2));
        assertThat(entries.getFirst().cut()).isEqualTo(20_000 - LogEntry.MOST_CHARACTERS);
        assertThat(entries.getLast().text()).isEqualTo("next");
        feed.close();
    }

    /** Whatever is written and read when, and wherever a reader is killed: every line comes once, or is counted as dropped. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void everyLineIsReadOnceOrCounted(int seed) throws Exception {
        var random = new Random(seed);
        var console = new WrittenConsole(folder, 2_000);
        String saved = null;
        var feed = new ConsoleFeed(console.files(), null);
        var beyond = new HashMap<String, Long>();
        var read = new ArrayList<Integer>();
        long dropped = 0;
        int number = 0;
        for (int step = 0; step < 500; step++) {
            int lines = random.nextInt(20);
            for (int i = 0; i < lines; i++) {
                console.print("line " + number++ + " " + "x".repeat(random.nextInt(60)) + "\n");
            }
            if (random.nextInt(3) > 0 || step == 499) {
                Optional<LogChunk> chunk = feed.next(soon(), step == 499 ? MOST : 200 + random.nextInt(2_000));
                while (chunk.isPresent()) {
                    dropped += take(chunk.get(), beyond, read);
                    saved = chunk.get().entries().isEmpty() || random.nextBoolean()
                            ? chunk.get().position()
                            : saved;
                    chunk = step == 499 ? feed.next(soon(), MOST) : Optional.empty();
                }
            }
            if (random.nextInt(20) == 0 && step < 498) {
                feed.close();
                feed = new ConsoleFeed(console.files(), saved);
            }
        }
        feed.close();
        assertThat(read).isSorted().doesNotHaveDuplicates();
        // A killed reader may count lines as dropped that it has shipped and not written down.
        assertThat(read.size() + dropped).isGreaterThanOrEqualTo(console.lines());
        assertThat(read.getLast()).isEqualTo(number - 1);
    }

    private static long take(LogChunk chunk, Map<String, Long> beyond, List<Integer> read) {
        long dropped = 0;
        for (LogEntry entry : chunk.entries()) {
            Long sequence = entry.sequence();
            if (sequence == null) {
                dropped += entry.dropped();
            } else if (sequence > beyond.getOrDefault(chunk.epoch(), -1L)) {
                beyond.put(chunk.epoch(), sequence);
                read.add(Integer.parseInt(entry.text().split(" ")[1]));
            }
        }
        return dropped;
    }
}
