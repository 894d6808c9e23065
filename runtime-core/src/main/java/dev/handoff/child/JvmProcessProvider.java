package dev.handoff.child;

import dev.handoff.jvm.CommandLine;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.Output;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.ParentChannel;
import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.process.spi.SpareThreads;
import dev.handoff.unix.Signals;
import dev.handoff.wire.SocketHandle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/** Starts children and knows this JVM's own start. A service. */
public final class JvmProcessProvider implements ProcessProvider {
    private static final Logger LOG = Logs.of(JvmProcessProvider.class);

    /** Called by the service loader. */
    public JvmProcessProvider() {}

    @Override
    public ChildProcess spawn(SpawnOptions options) {
        Child child = ChildStarter.start(options);
        child.keepJvmAlive();
        return child;
    }

    @Override
    public ChildProcess collect(SpawnOptions options) {
        Child child = ChildStarter.startCollecting(options);
        child.keepJvmAlive();
        return child;
    }

    @Override
    public ChildProcess fork(SpawnOptions options) {
        Child child = ChildStarter.fork(options);
        child.keepJvmAlive();
        return child;
    }

    @Override
    public Optional<ParentChannel> parent() {
        return ParentLink.get();
    }

    @Override
    public Handle connect(InetSocketAddress address) throws IOException {
        return SocketHandle.connect(address);
    }

    @Override
    public Handle listen(InetSocketAddress address) throws IOException {
        return SocketHandle.listen(address);
    }

    @Override
    public Handle bind(InetSocketAddress address) throws IOException {
        return SocketHandle.bind(address);
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
        keepRoomForSignals();
        return Signals.handleForNow(name, action);
    }

    private static void keepRoomForSignals() {
        try {
            SpareThreads.keep();
        } catch (NoThreadException e) {
            LOG.warn("a signal may not be heard of: {}", e.getMessage());
        }
    }

    @Override
    public Map<String, String> environment() {
        return InheritedEnvironment.ours().asText();
    }

    @Override
    public void enter(Path directory) {
        HeldDirectory.enter(directory);
    }

    @Override
    public Started started() {
        CommandLine line = CommandLine.ofThisProcess();
        return new Started(line.java(), line.jvmOptions(), line.main().name(), line.arguments());
    }
}
