package dev.handoff.netty.http;

import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.unix.Errors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.List;
import org.slf4j.Logger;

/**
 * Sends parts of a file: a single one by the kernel, without a copy in this process; several, or where TLS has to see the bytes,
 * piece by piece as the client takes them. Used on the connection's event loop.
 */
final class FileSender implements BodySender {
    private static final Logger LOG = Logs.of(FileSender.class);
    private static final int PIECE = 64 * 1024;

    private final BodyOutput output;
    private final FileChannel file;
    private final boolean byKernel;
    private final List<FilePart> parts;
    private int current;
    private long sent;

    FileSender(BodyOutput output, FileChannel file, List<FilePart> parts, boolean byKernel) {
        this.output = output;
        this.file = file;
        this.parts = parts;
        this.byKernel = byKernel;
    }

    @Override
    public void start() {
        if (parts.size() > 1) {
            sendPiece();
        } else if (parts.get(0).length() == 0) {
            close();
            output.end();
        } else if (byKernel) {
            sendByKernel(parts.get(0).range());
        } else {
            sendPiece();
        }
    }

    @Override
    public void cancel() {
        close();
    }

    /* The region owns the file from here on, and closes it when it was sent or cannot be. */
    private void sendByKernel(ByteRange range) {
        ChannelFuture done = output.send(new DefaultFileRegion(file, range.first(), range.length()));
        done.addListener(written -> {
            if (written.isSuccess()) {
                output.end();
            } else if (isOfConnection(written.cause())) {
                output.cut(written.cause());
            } else {
                output.fail(written.cause());
            }
        });
    }

    /** And not of the file, which has become shorter, say. */
    private static boolean isOfConnection(Throwable failure) {
        return failure instanceof ClosedChannelException || failure instanceof Errors.NativeIoException;
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
        } else if (current < parts.size()) {
            sendPiece();
        } else {
            close();
            output.end();
        }
    }

    private ByteBuf read() throws IOException {
        FilePart part = parts.get(current);
        ByteBuf piece = Unpooled.wrappedBuffer(readFile(part.range()));
        ByteBuf bytes = sent == 0 ? Unpooled.wrappedBuffer(part.beforeBytes(), piece) : piece;
        sent += piece.readableBytes();
        if (sent == part.range().length()) {
            current++;
            sent = 0;
        }
        return bytes;
    }

    private ByteBuffer readFile(ByteRange range) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, range.length() - sent));
        if (piece.hasRemaining() && file.read(piece, range.first() + sent) <= 0) {
            throw new EOFException("the file has become shorter while it was sent");
        }
        return piece.flip();
    }

    private void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("cannot close a file that was sent", e);
        }
    }
}
