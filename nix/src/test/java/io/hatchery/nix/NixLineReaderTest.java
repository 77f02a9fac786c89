package io.hatchery.nix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NixLineReaderTest {
    @Test
    void errorHasPlaceAndTrace() {
        NixLine line = NixLineReader.read(
                "@nix {\"action\":\"msg\",\"column\":44,\"file\":\"/x/bad.nix\",\"level\":0,\"line\":1,"
                        + "\"msg\":\"\\u001b[31;1merror:\\u001b[0m no\",\"raw_msg\":\"attribute '\\u001b[35;1mnothing\\u001b[0m' missing\","
                        + "\"trace\":[{\"column\":7,\"file\":\"/x/a.nix\",\"line\":2,\"raw_msg\":\"while evaluating\"}]}");
        assertThat(line).isInstanceOfSatisfying(NixLine.NixError.class, failure -> {
            assertThat(failure.words()).isEqualTo("attribute 'nothing' missing");
            assertThat(failure.place()).isEqualTo(new NixLine.SourceLocation("/x/bad.nix", 1, 44));
            assertThat(failure.trace()).singleElement().satisfies(step -> {
                assertThat(step.words()).isEqualTo("while evaluating");
                assertThat(step.place()).isEqualTo(new NixLine.SourceLocation("/x/a.nix", 2, 7));
            });
        });
    }

    @Test
    void progressIsOfAnActivity() {
        assertThat(NixLineReader.read("@nix {\"action\":\"start\",\"id\":7,\"level\":4,\"text\":\"\",\"type\":101}"))
                .isEqualTo(new NixLine.Begun(7, NixLine.ActivityKind.DOWNLOAD));
        assertThat(NixLineReader.read("@nix {\"action\":\"result\",\"fields\":[10,138,0,0],\"id\":7,\"type\":105}"))
                .isEqualTo(new NixLine.TransferProgress(7, 10, 138));
        assertThat(NixLineReader.read("@nix {\"action\":\"result\",\"fields\":[101,138],\"id\":1,\"type\":106}"))
                .isEqualTo(new NixLine.ExpectedTransfer(NixLine.ActivityKind.DOWNLOAD, 138));
    }

    @Test
    void builderOutputIsRead() {
        assertThat(NixLineReader.read("@nix {\"action\":\"result\",\"fields\":[\"hello\"],\"id\":1,\"type\":101}"))
                .isEqualTo(new NixLine.BuildLog("hello"));
        assertThat(NixLineReader.read("not json")).isEqualTo(new NixLine.Note("not json"));
        assertThat(NixLineReader.read("@nix {broken")).isEqualTo(new NixLine.Note("@nix {broken"));
    }
}
