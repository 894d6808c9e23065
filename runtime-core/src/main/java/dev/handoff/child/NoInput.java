package dev.handoff.child;

import dev.handoff.process.ChildInput;
import dev.handoff.process.Subscription;
import java.io.IOException;

/** What a child reads that could not be started: writes fail. */
final class NoInput extends ChildInput {
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        throw new IOException("the child that should read this could not be started");
    }

    @Override
    public boolean isWritable() {
        return false;
    }

    @Override
    public Subscription onDrain(Runnable listener) {
        return () -> {};
    }

    @Override
    public void close() {
        // There is nothing to be closed.
    }
}
