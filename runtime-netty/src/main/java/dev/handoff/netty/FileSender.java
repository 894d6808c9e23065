package dev.handoff.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a part of a file: by the kernel, without a copy in this process, or, where TLS has to see the bytes, piece by piece
 * as the client takes them. Used on the connection's event loop.
 */
final class FileSender implements BodySender {
    private static final Logger LOG = LoggerFactory.getLogger(FileSender.class);
    private static final int PIECE = 64 * 1024;

    private final BodyOutput output;
    private final FileChannel file;
    private final boolean byKernel;
    private final ByteRange part;
    private long sent;

    FileSender(BodyOutput output, FileChannel file, ByteRange part, boolean byKernel) {
        this.output = output;
        this.file = file;
        this.part = part;
        this.byKernel = byKernel;
    }

    @Override
    public void start() {
        if (part.length() == 0) {
            close();
            output.end();
        } else if (byKernel) {
            sendWhole();
        } else {
            sendPiece();
        }
    }

    @Override
    public void cancel() {
        close();
    }

    /* The region owns the file from here on, and closes it when it was sent or cannot be. */
    private void sendWhole() {
        ChannelFuture done = output.send(new DefaultFileRegion(file, part.first(), part.length()));
        done.addListener(written -> {
            if (written.isSuccess()) {
                output.end();
            } else {
                output.fail(written.cause());
            }
        });
    }

    private void sendPiece() {
        try {
            output.send(read()).addListener(written -> onPieceWritten(written.isSuccess()));
        } catch (IOException e) {
            close();
            output.fail(e);
        }
    }

    private void onPieceWritten(boolean successful) {
        if (!successful) {
            close();
        } else if (sent < part.length()) {
            sendPiece();
        } else {
            close();
            output.end();
        }
    }

    private ByteBuf read() throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, part.length() - sent));
        int count = file.read(piece, part.first() + sent);
        if (count <= 0) {
            throw new EOFException("the file has become shorter while it was sent");
        }
        sent += count;
        return Unpooled.wrappedBuffer(piece.flip());
    }

    private void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("cannot close a file that was sent", e);
        }
    }
}
