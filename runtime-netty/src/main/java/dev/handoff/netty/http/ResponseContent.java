package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** What the body of a {@link Response} is made of. */
public sealed interface ResponseContent {
    /** Bytes that are there. */
    final class Bytes implements ResponseContent {
        /** No body. */
        public static final Bytes NONE = new Bytes(new byte[0]);

        private final byte[] bytes;

        /** These, which must not change any more. */
        public Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** A file. */
    record FileContent(Path file) implements ResponseContent {}

    /** What a writer writes. */
    record Written(Response.Writer writer) implements ResponseContent {}

    /** What is published. */
    record Published(Flow.Publisher<ByteBuffer> chunks) implements ResponseContent {}

    /** A WebSocket. */
    record Opened(Consumer<WebSocket> opened) implements ResponseContent {}

    /** That of another response. */
    record Later(CompletionStage<Response> response) implements ResponseContent {}
}
