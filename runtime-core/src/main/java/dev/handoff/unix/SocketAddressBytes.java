package dev.handoff.unix;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/**
 * A peer's address as the kernel gave it, so that a hand-off can carry it without decoding it.
 *
 * <pre>
 *   sockaddr_in    family u16 | port u16, network order | address 4 bytes
 *   sockaddr_in6   family u16 | port u16, network order | flow u32 | address 16 bytes | scope u32
 * </pre>
 *
 * Layouts: ip(7), ipv6(7). Anything longer is cut, because only these two are decoded; a peer on a Unix socket has no address.
 */
public final class SocketAddressBytes {
    /** The length of an address in a frame, in bytes. */
    public static final int SIZE = 28;

    private static final int WORD = Long.BYTES;

    private final long first;
    private final long second;
    private final long third;
    private final int fourth;

    private SocketAddressBytes(long first, long second, long third, int fourth) {
        this.first = first;
        this.second = second;
        this.third = third;
        this.fourth = fourth;
    }

    /** The bytes of an address; zeros if it is no Internet address. */
    public static SocketAddressBytes of(SocketAddress address) {
        Pointer memory = Native.allocate(SIZE + Integer.BYTES);
        if (address instanceof InetSocketAddress internet) {
            encode(internet, memory);
        }
        return read(memory, 0);
    }

    static SocketAddressBytes read(Pointer memory, int offset) {
        return new SocketAddressBytes(
                memory.getLong(offset),
                memory.getLong(offset + WORD),
                memory.getLong(offset + 2 * WORD),
                memory.getInt(offset + 3 * WORD));
    }

    void write(Pointer memory, int offset) {
        memory.putLong(offset, first);
        memory.putLong(offset + WORD, second);
        memory.putLong(offset + 2 * WORD, third);
        memory.putInt(offset + 3 * WORD, fourth);
    }

    /** Decodes the Internet address; an unnamed address for a peer on a Unix socket. */
    public SocketAddress decode() {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
        bytes.putLong(first).putLong(second).putLong(third).putInt(fourth).flip();
        int family = bytes.getShort();
        int port = Short.toUnsignedInt(bytes.order(ByteOrder.BIG_ENDIAN).getShort());
        return switch (family) {
            case Native.AF_INET -> new InetSocketAddress(address(bytes, 4, 0), port);
            case Native.AF_INET6 -> {
                int scope = bytes.order(ByteOrder.nativeOrder()).getInt(24);
                bytes.getInt();
                yield new InetSocketAddress(address(bytes, 16, scope), port);
            }
            default -> UnnamedAddress.UNNAMED;
        };
    }

    private static InetAddress address(ByteBuffer bytes, int length, int scope) {
        byte[] raw = new byte[length];
        bytes.get(raw);
        try {
            return scope == 0 ? InetAddress.getByAddress(raw) : Inet6Address.getByAddress(null, raw, scope);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + length + " bytes is always legal", e);
        }
    }

    /** Writes an Internet address at the start of a block in the form of bind(2); gives its length. */
    static int encode(InetSocketAddress address, Pointer memory) {
        return encode(address, memory, 0);
    }

    /** Writes an Internet address into a block in the form of bind(2); gives its length. */
    static int encode(InetSocketAddress address, Pointer memory, int at) {
        byte[] raw = address.getAddress().getAddress();
        if (address.getAddress() instanceof Inet4Address) {
            memory.putShort(at, (short) Native.AF_INET);
            putPort(memory, at, address.getPort());
            memory.put(at + 4, raw, 0, raw.length);
            memory.putLong(at + 8, 0);
            return 16;
        }
        memory.putShort(at, (short) Native.AF_INET6);
        putPort(memory, at, address.getPort());
        memory.putInt(at + 4, 0);
        memory.put(at + 8, raw, 0, raw.length);
        memory.putInt(at + 24, ((Inet6Address) address.getAddress()).getScopeId());
        return SIZE;
    }

    /**
     * The path of a Unix socket out of an address that the kernel has written.
     *
     * @param length of the address; the bytes behind the family are the path
     * @return {@code @name} for an abstract one, empty for a socket that is bound to none
     */
    static String path(Pointer memory, int length) {
        byte[] raw = new byte[Math.max(0, length - 2)];
        memory.get(2, raw, 0, raw.length);
        boolean isAbstract = raw.length > 0 && raw[0] == 0;
        String text = new String(raw, StandardCharsets.UTF_8);
        return isAbstract ? "@" + text.substring(1) : text.split("\0", 2)[0];
    }

    /** Writes the path of a Unix socket at the start of a block in the form of bind(2); gives its length. */
    static int encode(Path path, Pointer memory) {
        byte[] raw = PathBytes.of(path);
        memory.putShort(0, (short) Native.AF_UNIX);
        memory.put(2, raw, 0, raw.length);
        memory.putByte(2L + raw.length, (byte) 0);
        return 2 + raw.length + 1;
    }

    private static void putPort(Pointer memory, int at, int port) {
        memory.putByte(at + 2L, (byte) (port >>> 8));
        memory.putByte(at + 3L, (byte) port);
    }
}
