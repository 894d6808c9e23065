package dev.handoff.child;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.Subscription;
import java.io.InputStream;
import java.util.function.Consumer;

/** What a child writes that could not be started: nothing. */
final class NoOutput implements ChildProcess.Source {
    @Override
    public Subscription onData(Consumer<? super byte[]> listener) {
        return () -> {};
    }

    @Override
    public Subscription onLine(Consumer<? super String> listener) {
        return () -> {};
    }

    @Override
    public InputStream stream() {
        return InputStream.nullInputStream();
    }
}
