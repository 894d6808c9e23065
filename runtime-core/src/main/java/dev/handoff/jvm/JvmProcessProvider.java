package dev.handoff.jvm;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.Output;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.unix.Signals;
import java.io.IOException;

/** Starts children and knows this JVM's own start. A service. */
public final class JvmProcessProvider implements ProcessProvider {
    /** Called by the service loader. */
    public JvmProcessProvider() {}

    @Override
    public ChildProcess spawn(SpawnOptions options) {
        Child child = Child.start(options);
        child.keepJvmAlive();
        return child;
    }

    @Override
    public ChildProcess collect(SpawnOptions options) {
        Child child = Child.startCollecting(options);
        child.keepJvmAlive();
        return child;
    }

    @Override
    public Output run(SpawnOptions options) {
        return new SyncRun(options).run();
    }

    @Override
    public boolean kill(long pid, int number) throws IOException {
        return Signals.send(pid, number);
    }

    @Override
    public Runnable handleSignal(String name, Runnable action) {
        return Signals.handleForNow(name, action);
    }

    @Override
    public Started started() {
        CommandLine line = CommandLine.ofThisProcess();
        return new Started(line.java(), line.jvmOptions(), line.main().name(), line.arguments());
    }
}
