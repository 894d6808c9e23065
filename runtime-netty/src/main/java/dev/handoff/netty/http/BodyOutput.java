package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FileRegion;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link BodySender} sends to. It sends the head before the first piece, and an end behind the last. Used on the
 * connection's event loop.
 */
final class BodyOutput {
    private final Carrier carrier;
    private final ResponseWriter writer;
    private final Answer answer;
    private final Response response;
    private final ResponseWriter.Framing framing;
    private final long length;
    private final @Nullable Gzip gzip;
    private boolean begun;

    /** For this response, whose length is told if the framing is by length, and which is compressed if there is a gzip. */
    BodyOutput(
            Carrier carrier,
            Answer answer,
            Response response,
            ResponseWriter.Framing framing,
            long length,
            @Nullable Gzip gzip) {
        this.carrier = carrier;
        this.writer = carrier.writer();
        this.answer = answer;
        this.response = response;
        this.framing = framing;
        this.length = length;
        this.gzip = gzip;
    }

    /** Runs a task on the event loop. If it throws, the rest cannot be sent. Any thread may call. */
    void execute(Runnable task) {
        carrier.execute(() -> run(task));
    }

    /** Runs a task on this thread. If it throws, the rest cannot be sent. */
    void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Whether the connection ends, so that nothing that is sent would reach the client. */
    boolean isEnded() {
        return carrier.isEnding();
    }

    /** Sends what is there, the head at least. */
    void flush() {
        begin();
        writer.flush();
    }

    /** Sends a piece, which must not be empty. The result is done when it has been written out. */
    ChannelFuture send(ByteBuf piece) {
        begin();
        return writer.sendPiece(gzip == null ? piece : gzip.piece(piece), framing)
                .addListener(this::onPieceWritten);
    }

    /* A connection that has failed says so by itself; over TLS it may be open while nothing can be sent. */
    private void onPieceWritten(Future<? super Void> written) {
        if (!written.isSuccess()) {
            cut(written.cause());
        }
    }

    /** The client takes no more: its connection has failed. */
    void cut(Throwable failure) {
        if (!isEnded()) {
            carrier.cut("a piece of the response could not be written: " + failure);
        }
    }

    /** Sends a piece of a file without copying it through this process. What fails may be the connection or the file. */
    ChannelFuture send(FileRegion piece) {
        begin();
        return writer.sendFile(piece);
    }

    /** All pieces were sent. */
    void end() {
        begin();
        if (gzip != null && !isEnded()) {
            var unused = writer.sendPiece(gzip.end(), framing);
        }
        answer.endWith(writer.sendEnd(framing));
    }

    /** The rest cannot be sent. */
    void fail(Throwable cause) {
        if (begun) {
            answer.breakOff(cause);
        } else {
            answer.giveAnother(cause);
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            answer.onHeadSent();
            writer.sendHead(response, framing, length, answer.stays());
        }
    }
}
