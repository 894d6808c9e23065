package dev.handoff.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeAnswerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                "HTTP/1.1 200\r\nconnection: close\r\n\r\nwhatever there is",
                "HTTP/1.0 200 OK\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n"
            })
    void readsWholeAnswers(String answer) throws IOException {
        assertThat(read(answer)).isEqualTo(200);
    }

    @Test
    void anAnswerWithoutABodyNeedsNoLength() throws IOException {
        assertThat(read("HTTP/1.1 204 No Content\r\n\r\n")).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhi",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
                "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
                "HTTP/1.1 099 No\r\n\r\n"
            })
    void refusesWhatIsNotWhole(String answer) {
        assertThatThrownBy(() -> read(answer)).isInstanceOf(IOException.class);
    }

    @Test
    void saysWhatItFoundInsteadAndPrintsNothingThatATerminalObeys() {
        assertThatThrownBy(() -> read("SSH-2.0-\u001b[31mx\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessage("expected an HTTP/1 status line, found 'SSH-2.0-?[31mx'");
    }

    @Test
    void anEndlessHeadIsCut() {
        assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(20_000)))
                .hasMessageContaining("longer than");
    }

    private static int read(String answer) throws IOException {
        return ProbeAnswer.readStatus(new ByteArrayInputStream(answer.getBytes(ISO_8859_1)));
    }
}
