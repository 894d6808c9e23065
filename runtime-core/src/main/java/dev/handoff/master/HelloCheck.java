package dev.handoff.master;

import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Token;
import java.util.Optional;

/**
 * Whether a process that says hello is the worker that it says it is.
 *
 * @param workerId the worker that was started
 * @param pid its process
 * @param token its proof
 * @param late whether it has said hello before, for a token is good for one, or was told to leave meanwhile
 */
record HelloCheck(int workerId, long pid, Token token, boolean late) {
    /** Why the process that said hello is refused without an answer; empty if it is the worker. */
    Optional<String> rejection(Hello hello, long peerPid) {
        if (peerPid != pid) {
            return Optional.of("worker " + workerId + " is pid " + pid + ", not pid " + peerPid);
        }
        if (!token.equals(hello.token())) {
            return Optional.of("the token is not that of worker " + workerId);
        }
        if (late) {
            return Optional.of("worker " + workerId + " has said hello before, or is to leave");
        }
        return Optional.empty();
    }

    /** Why the worker that said that hello is of no use; empty if it is. To be asked last: a stranger learns nothing. */
    static Optional<String> mismatch(Hello hello) {
        if (hello.wireVersion() != ControlFrame.VERSION) {
            return Optional.of(differs("wire", hello.wireVersion(), ControlFrame.VERSION));
        }
        if (hello.scoreboardVersion() != Scoreboard.VERSION) {
            return Optional.of(differs("scoreboard", hello.scoreboardVersion(), Scoreboard.VERSION));
        }
        return Optional.empty();
    }

    private static String differs(String what, int theirs, int ours) {
        return "it speaks " + what + " version " + theirs + ", this master speaks version " + ours
                + ": both need the same runtime-core";
    }
}
