package dev.handoff.jvm;

import dev.handoff.jvm.Launcher.Launched;
import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a child its whole input on a thread of its own, for the child may speak before it reads. */
final class InputWriter {
    private static final Logger LOG = LoggerFactory.getLogger(InputWriter.class);

    private InputWriter() {}

    static void write(Launched child, byte[] input) {
        OutputStream stdin = child.stdin().orElseThrow();
        Thread writer = new Thread(
                null,
                () -> write(stdin, input),
                "handoff-child-" + child.process().pid() + "-stdin",
                0,
                false);
        writer.setDaemon(true);
        writer.start();
    }

    private static void write(OutputStream stdin, byte[] input) {
        try (stdin) {
            stdin.write(input);
        } catch (IOException e) {
            LOG.debug("a child has not read all of its input", e);
        }
    }
}
