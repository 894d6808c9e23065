package dev.handoff.forks;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.wire.ListenAnswer;
import java.util.Optional;

/**
 * What a worker gets that wants to listen.
 *
 * @param socket goes along with the answer
 */
record Admission(ListenAnswer answer, Optional<Handle> socket) {
    static Admission of(ListenAnswer answer) {
        return new Admission(answer, Optional.empty());
    }

    /** Answers the wish. A worker that cannot be told any more is dead, or soon will be. */
    void answer(Message request) {
        socket.ifPresentOrElse(
                handle -> request.answer(answer, handle).whenComplete((told, failure) -> handle.close()),
                () -> request.answer(answer));
    }
}
