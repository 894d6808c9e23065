package dev.handoff.child;

import dev.handoff.child.Launcher.Launched;
import dev.handoff.process.ChildProcessException;
import dev.handoff.process.ChildProcessException.Reason;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Output;
import dev.handoff.process.SpawnOptions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a child says until its end, as one result. */
final class Collecting {
    private final SpawnOptions options;
    private final Collector stdout;
    private final Collector stderr;
    private final CompletableFuture<Output> output = new CompletableFuture<>();

    Collecting(SpawnOptions options, Runnable onTooMuch) {
        this.options = options;
        this.stdout = new Collector(options.maxBuffer(), options.encoding(), onTooMuch);
        this.stderr = new Collector(options.maxBuffer(), options.encoding(), onTooMuch);
    }

    void begin(Launched child) {
        child.stdout().ifPresent(pipe -> pipe.collect(stdout::take));
        child.stderr().ifPresent(pipe -> pipe.collect(stderr::take));
    }

    CompletableFuture<Output> output() {
        return output.copy();
    }

    void fail(ChildProcessException failure) {
        output.completeExceptionally(failure);
    }

    /**
     * All is said.
     *
     * @param verdict why it was sent the kill signal from here, if it was
     */
    void finish(ExitStatus status, Optional<Verdict> verdict) {
        Output said = new Output(status, stdout.bytes(), stderr.bytes(), options.encoding());
        if (verdict.isEmpty() && status.isSuccess()) {
            output.complete(said);
        } else {
            Reason reason = verdict.map(Verdict::reason).orElse(Reason.FAILED);
            Throwable cause = verdict.map(Verdict::cause).orElse(null);
            output.completeExceptionally(new ChildProcessException(reason, message(reason, said), said, cause));
        }
    }

    private String message(Reason reason, Output said) {
        String killed = ": sent " + options.killSignal() + ", it ended with " + said.status();
        return switch (reason) {
            case TIMED_OUT ->
                options + " had not ended within " + options.timeout().orElseThrow() + killed
                        + "; SpawnOptions.timeout allows more";
            case TOO_MUCH_OUTPUT ->
                options + " said more than " + options.maxBuffer() + " bytes on one stream" + killed
                        + "; SpawnOptions.maxBuffer allows more";
            case CANCELLED -> options + " was cancelled" + killed;
            case FAILED, NOT_STARTED ->
                options + " failed with " + said.status() + (said.stderr().isEmpty() ? "" : "\n" + said.stderr());
        };
    }
}
