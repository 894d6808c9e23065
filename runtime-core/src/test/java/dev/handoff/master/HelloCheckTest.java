package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Token;
import org.junit.jupiter.api.Test;

class HelloCheckTest {
    private static final Token TOKEN = Token.random();
    private static final HelloCheck CHECK = new HelloCheck(3, 4711, TOKEN, false);

    @Test
    void theWorkerIsWelcome() {
        assertThat(CHECK.rejection(hello(TOKEN), 4711)).isEmpty();
        assertThat(HelloCheck.mismatch(hello(TOKEN))).isEmpty();
    }

    @Test
    void anotherProcessIsRefused() {
        assertThat(CHECK.rejection(hello(TOKEN), 4712)).hasValue("worker 3 is pid 4711, not pid 4712");
    }

    @Test
    void anotherTokenIsRefused() {
        assertThat(CHECK.rejection(hello(Token.random()), 4711)).hasValue("the token is not that of worker 3");
    }

    @Test
    void aSecondHelloIsRefused() {
        assertThat(new HelloCheck(3, 4711, TOKEN, true).rejection(hello(TOKEN), 4711))
                .hasValue("worker 3 has said hello before, or is to leave");
    }

    @Test
    void otherVersionsAreRefusedNamingBoth() {
        int wire = ControlFrame.VERSION;
        int board = Scoreboard.VERSION;
        assertThat(HelloCheck.mismatch(new Hello(wire + 1, board, 3, TOKEN, "17")))
                .hasValueSatisfying(text ->
                        assertThat(text).contains("wire version " + (wire + 1)).contains("speaks version " + wire));
        assertThat(HelloCheck.mismatch(new Hello(wire, board + 1, 3, TOKEN, "17")))
                .hasValueSatisfying(text -> assertThat(text).contains("scoreboard version " + (board + 1)));
    }

    private static Hello hello(Token token) {
        return new Hello(ControlFrame.VERSION, Scoreboard.VERSION, 3, token, "17");
    }
}
