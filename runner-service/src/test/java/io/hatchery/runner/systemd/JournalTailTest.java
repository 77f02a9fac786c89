package io.hatchery.runner.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which entries of the journal belong to a run. */
class JournalTailTest {
    private static String entry(String message, String invocation) {
        return "{\"MESSAGE\":" + message
                + (invocation.isEmpty() ? "" : ",\"_SYSTEMD_INVOCATION_ID\":\"" + invocation + "\"") + "}";
    }

    @Test
    void entriesOfAnEarlierRunDoNotCount() throws Exception {
        assertThat(JournalTail.messages(List.of(entry("\"old\"", "a"), entry("\"new\"", "b")), "b"))
                .containsExactly("new");
        assertThat(JournalTail.messages(List.of(entry("\"old\"", "a")), "b")).isEmpty();
    }

    @Test
    void entriesWithoutInvocationBelongToTheRunThatFollowsTheLastOther() throws Exception {
        assertThat(JournalTail.messages(
                        List.of(entry("\"older\"", ""), entry("\"old\"", "a"), entry("\"why\"", "")), "b"))
                .containsExactly("why");
    }

    @Test
    void messageMayBeBytesOrNull() throws Exception {
        assertThat(JournalTail.messages(List.of(entry("[110,111,255]", "b"), entry("null", "b")), "b"))
                .containsExactly("no\ufffd", "");
    }
}
