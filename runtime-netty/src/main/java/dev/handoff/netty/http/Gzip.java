package dev.handoff.netty.http;

import dev.handoff.netty.websocket.ZlibPool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses one body, piece by piece: what goes in comes out at once, so that nothing of a body that is being made keeps its client
 * waiting. The caller must close it. Used on the connection's event loop. Source: RFC 1952.
 */
final class Gzip {
    /** A longer body keeps the event loop for more than a millisecond or two, and is compressed as it is written out. */
    static final int MOST_AT_ONCE = 128 * 1024;

    /** Deflated, no flags, no time, the fastest way, no system. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, (byte) 255};

    /** What a flush needs at least, or it would be made twice; more than a trailer has. */
    private static final int LEAST_ROOM = 64;

    /** What text shrinks to, about. */
    private static final int USUAL_RATIO = 4;

    private final CRC32 checksum = new CRC32();
    private @Nullable Deflater deflater = ZlibPool.DEFLATERS.take();
    private int length;
    private boolean begun;

    /** A whole body at once. */
    static byte[] compress(byte[] body) {
        Gzip gzip = new Gzip();
        ByteBuf compressed = ByteBufAllocator.DEFAULT.heapBuffer(body.length / USUAL_RATIO + LEAST_ROOM);
        try {
            gzip.deflate(ByteBuffer.wrap(body), compressed, Deflater.NO_FLUSH);
            gzip.finish(compressed);
            byte[] bytes = new byte[compressed.readableBytes()];
            compressed.readBytes(bytes);
            return bytes;
        } finally {
            compressed.release();
            gzip.close();
        }
    }

    /** A piece, which it takes and which is not empty. */
    ByteBuf piece(ByteBuf plain) {
        ByteBuf compressed = ByteBufAllocator.DEFAULT.buffer(plain.readableBytes() / USUAL_RATIO + LEAST_ROOM);
        try {
            deflate(plain.nioBuffer(), compressed, Deflater.SYNC_FLUSH);
            return compressed;
        } finally {
            plain.release();
        }
    }

    /** What follows the last piece. */
    ByteBuf end() {
        ByteBuf compressed = ByteBufAllocator.DEFAULT.buffer(LEAST_ROOM);
        finish(compressed);
        close();
        return compressed;
    }

    /** Nothing more goes in. A second call changes nothing. */
    void close() {
        if (deflater != null) {
            ZlibPool.DEFLATERS.giveBack(deflater);
            deflater = null;
        }
    }

    private void finish(ByteBuf compressed) {
        Deflater used = open();
        used.finish();
        deflate(ByteBuffer.allocate(0), compressed, Deflater.NO_FLUSH);
        compressed.writeIntLE((int) checksum.getValue()).writeIntLE(length);
    }

    private void deflate(ByteBuffer plain, ByteBuf compressed, int flush) {
        Deflater used = open();
        if (!begun) {
            begun = true;
            compressed.writeBytes(HEADER);
        }
        length += plain.remaining();
        checksum.update(plain.duplicate());
        used.setInput(plain);
        int room;
        int count;
        do {
            compressed.ensureWritable(LEAST_ROOM);
            room = compressed.writableBytes();
            count = used.deflate(compressed.internalNioBuffer(compressed.writerIndex(), room), flush);
            compressed.writerIndex(compressed.writerIndex() + count);
        } while (count == room);
    }

    private Deflater open() {
        if (deflater == null) {
            throw new IllegalStateException("this body was compressed to its end");
        }
        return deflater;
    }
}
