package dev.handoff.netty.http;

import io.netty.buffer.Unpooled;

/**
 * Sends a body that is there as a whole piece by piece, each when the one before has been written out, because more has to be done
 * for each than may be done at once. Used on the connection's event loop.
 */
final class BytesSender implements BodySender {
    private static final int PIECE = 64 * 1024;

    private final BodyOutput output;
    private final byte[] body;
    private int sent;

    BytesSender(BodyOutput output, byte[] body) {
        this.output = output;
        this.body = body;
    }

    @Override
    public void start() {
        sendPiece();
    }

    @Override
    public void cancel() {
        sent = body.length;
    }

    private void sendPiece() {
        int length = Math.min(PIECE, body.length - sent);
        int from = sent;
        sent += length;
        output.send(Unpooled.wrappedBuffer(body, from, length)).addListener(written -> {
            if (written.isSuccess()) {
                output.execute(this::goOn);
            }
        });
    }

    private void goOn() {
        if (output.isEnded()) {
            return;
        }
        if (sent < body.length) {
            sendPiece();
        } else {
            output.end();
        }
    }
}
