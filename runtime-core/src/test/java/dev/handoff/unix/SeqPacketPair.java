package dev.handoff.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Both ends of a connected SEQPACKET socket. */
public record SeqPacketPair(SeqPacketSocket left, SeqPacketSocket right) implements AutoCloseable {
    /** Connects two. */
    public static SeqPacketPair open() throws IOException {
        Path directory = Files.createTempDirectory("pair-");
        Path path = directory.resolve("socket");
        try (SeqPacketSocket listener = SeqPacketSocket.listen(path, 1)) {
            SeqPacketSocket left = SeqPacketSocket.connect(path);
            return new SeqPacketPair(left, listener.accept().orElseThrow());
        } finally {
            Files.deleteIfExists(path);
            Files.delete(directory);
        }
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
