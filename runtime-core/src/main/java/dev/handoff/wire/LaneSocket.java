package dev.handoff.wire;

import static dev.handoff.wire.LaneFrame.COUNT;
import static dev.handoff.wire.LaneFrame.DETAIL;
import static dev.handoff.wire.LaneFrame.HEADER;
import static dev.handoff.wire.LaneFrame.KIND;
import static dev.handoff.wire.LaneFrame.SEQUENCE;
import static dev.handoff.wire.LaneFrame.VERSION_AT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.Fd;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SocketAddressBytes;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a lane: writes and reads its frames, which {@link LaneFrame} draws. Never blocks. One thread at a time: the acceptor's in
 * the master, the event loop's in the worker.
 *
 * <p>A send gives false if the other side has to read first; nothing was sent then.
 */
public final class LaneSocket implements AutoCloseable {
    /** Connections in one frame, at most. A crash costs at most that many that were acknowledged and not read yet. */
    public static final int MAX_OFFERS = LaneFrame.MAX_OFFERS;

    /**
     * The send buffer of a worker's end, bytes. The kernel doubles it. A hand-back is sent only while at most a quarter of that is used;
     * behind the longest one there is still room for an answer to each connection of the largest credit, at 768 bytes in the kernel.
     */
    private static final int SEND_BUFFER = 212_992;

    /** The kind of a frame. */
    public enum Kind {
        /** Connections for the worker. */
        OFFER(0),
        /** A listening socket, from which the worker accepts by itself. */
        LISTEN(1),
        /** The worker accepts no more from a listener. */
        UNLISTEN(2),
        /** No more connections will be offered on this lane. */
        DRAIN(3),
        /** Which lane of which worker this is. */
        HELLO(4),
        /** The connections are the worker's. */
        ACKNOWLEDGE(5),
        /** The worker does not serve the connections, and has read nothing from them. */
        REFUSE(6),
        /** A connection for the worker that another one has handed back. */
        RESUME(7),
        /** A connection that the worker hands back. */
        HAND_BACK(8),
        /** The master has a connection that was handed back. */
        CONFIRM(9),
        /** A connection that was handed back is the worker's again. */
        RETURN(10),
        /** The worker has more connections than its share. */
        SHED(11);

        private static final Kind[] BY_CODE = values();

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    /** By their codes on the wire. */
    private static final List<Refusal> REFUSALS =
            List.of(Refusal.UNKNOWN_LISTENER, Refusal.NO_DESCRIPTOR, Refusal.FULL, Refusal.UNKNOWN_STATE);

    /** On the wire: nothing has been read from the connection. */
    private static final Progress UNTOUCHED = new Progress(StateFormat.NONE, 0, new byte[0]);

    private final SeqPacketSocket socket;
    private final DescriptorMessage out = new DescriptorMessage(LaneFrame.MAX_OFFERS, LaneFrame.MAX_LENGTH);
    private final DescriptorMessage in = new DescriptorMessage(LaneFrame.MAX_OFFERS, LaneFrame.MAX_LENGTH);
    private Kind kind = Kind.DRAIN;
    private StateFormat stateFormat = StateFormat.NONE;

    /** Takes ownership of a connected socket. */
    public LaneSocket(SeqPacketSocket socket) {
        this.socket = socket;
    }

    /** Connects to the master's rendezvous socket. */
    public static LaneSocket connect(Path rendezvous) throws IOException {
        SeqPacketSocket socket = SeqPacketSocket.connect(rendezvous);
        try {
            socket.setSendBuffer(SEND_BUFFER);
            return new LaneSocket(socket);
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    /** The socket's descriptor, to be polled. */
    public Fd fd() {
        return socket.fd();
    }

    /** The process at the other end. */
    public PeerCredentials peer() throws UnixException {
        return socket.peer();
    }

    /**
     * Offers connections. Their descriptors are duplicated by the kernel; the offers stay the caller's.
     *
     * @param count how many of {@code offers} from its start: 1 to {@link #MAX_OFFERS}
     */
    public boolean offer(long firstSequence, Offer[] offers, int count) throws UnixException {
        begin(Kind.OFFER, count, 0, firstSequence);
        for (int index = 0; index < count; index++) {
            putEntry(index, offers[index]);
        }
        return socket.send(out, LaneFrame.entry(count), count);
    }

    private void putEntry(int index, Offer offer) {
        putEntry(index, offer.listener(), offer.probe(), offer.peer(), offer.acceptedMillis());
        out.putDescriptor(index, offer.connection());
    }

    private void putEntry(int index, int listener, boolean probe, SocketAddressBytes peer, long acceptedMillis) {
        int entry = LaneFrame.entry(index);
        out.putShort(entry + LaneFrame.ENTRY_LISTENER, listener);
        out.putShort(entry + LaneFrame.ENTRY_FLAGS, probe ? LaneFrame.FLAG_PROBE : 0);
        out.putAddress(entry + LaneFrame.ENTRY_PEER, peer);
        out.putLong(entry + LaneFrame.ENTRY_ACCEPTED, acceptedMillis);
    }

    /** Offers a connection that another worker has handed back; as {@link #offer}. */
    public boolean resume(long sequence, Offer offer) throws UnixException {
        putEntry(0, offer);
        return sendWithState(Kind.RESUME, sequence, offer.progress());
    }

    /** Hands a connection back under a number of the worker's. Leaves room on the lane for answers to offers. */
    public boolean handBack(long number, HandedBack connection) throws UnixException {
        if (!socket.isWritable()) {
            return false;
        }
        putEntry(0, connection.listener(), false, connection.peer(), connection.acceptedMillis());
        out.putDescriptor(0, connection.socket());
        return sendWithState(Kind.HAND_BACK, number, connection.progress());
    }

    /** Sends the frame of one connection, whose entry is written. */
    private boolean sendWithState(Kind withState, long number, @Nullable Progress known) throws UnixException {
        Progress progress = known == null ? UNTOUCHED : known;
        byte[] kindOfState = progress.format().kind().getBytes(ISO_8859_1);
        begin(withState, 1, progress.format().version(), number);
        out.putLong(LaneFrame.SERVED, progress.served());
        out.putByte(LaneFrame.KIND_LENGTH, (byte) kindOfState.length);
        out.putBytes(LaneFrame.KIND_OF_STATE, kindOfState, kindOfState.length);
        int state = LaneFrame.KIND_OF_STATE + kindOfState.length;
        out.putBytes(state, progress.state(), progress.state().length);
        return socket.send(out, state + progress.state().length, 1);
    }

    /** Confirms that the master has what was handed back under those numbers. */
    public boolean confirm(long first, int count) throws UnixException {
        begin(Kind.CONFIRM, count, 0, first);
        return socket.send(out, HEADER, 0);
    }

    /** Returns to the worker what it handed back under those numbers. */
    public boolean returnToWorker(long first, int count) throws UnixException {
        begin(Kind.RETURN, count, 0, first);
        return socket.send(out, HEADER, 0);
    }

    /** Shares a listening socket. */
    public boolean listen(int listener, Fd listeningSocket) throws UnixException {
        begin(Kind.LISTEN, 1, listener, 0);
        out.putDescriptor(0, listeningSocket);
        return socket.send(out, HEADER, 1);
    }

    /** Lets the worker accept no more from a listener. */
    public boolean unlisten(int listener) throws UnixException {
        begin(Kind.UNLISTEN, 0, listener, 0);
        return socket.send(out, HEADER, 0);
    }

    /** Says that no more connections will be offered. */
    public boolean drain() throws UnixException {
        begin(Kind.DRAIN, 0, 0, 0);
        return socket.send(out, HEADER, 0);
    }

    /** Says which lane this is. */
    public boolean hello(int workerId, int lane, Token token) throws UnixException {
        begin(Kind.HELLO, 0, lane, workerId);
        out.putLong(HEADER, token.high());
        out.putLong(HEADER + Long.BYTES, token.low());
        return socket.send(out, HEADER + LaneFrame.TOKEN, 0);
    }

    /** Acknowledges that many connections from a sequence number on. */
    public boolean acknowledge(long firstSequence, int count) throws UnixException {
        begin(Kind.ACKNOWLEDGE, count, 0, firstSequence);
        return socket.send(out, HEADER, 0);
    }

    /** Refuses that many connections from a sequence number on. */
    public boolean refuse(long firstSequence, int count, Refusal reason) throws UnixException {
        begin(Kind.REFUSE, count, REFUSALS.indexOf(reason), firstSequence);
        return socket.send(out, HEADER, 0);
    }

    /**
     * Asks the worker to hand back that many connections that are at rest.
     *
     * @param count 1 to 65535
     */
    public boolean shed(int count) throws UnixException {
        begin(Kind.SHED, count, 0, 0);
        return socket.send(out, HEADER, 0);
    }

    private void begin(Kind kind, int count, int detail, long sequence) {
        out.putByte(KIND, kind.code);
        out.putByte(VERSION_AT, LaneFrame.VERSION);
        out.putShort(COUNT, count);
        out.putInt(DETAIL, detail);
        out.putLong(SEQUENCE, sequence);
    }

    /**
     * Receives the next frame, which the getters then describe until the next call. Descriptors of the frame before that were not
     * released are closed.
     *
     * @throws WireException if it is not a frame of this version: the lane is of no more use then
     */
    public SeqPacketSocket.Received receive() throws IOException {
        in.closeUnreleased();
        SeqPacketSocket.Received received = socket.receive(in);
        if (received == SeqPacketSocket.Received.MESSAGE) {
            checkFrame();
        } else {
            // An empty message reads as the end, but may carry descriptors.
            in.closeUnreleased();
        }
        return received;
    }

    private void checkFrame() throws WireException {
        int length = in.receivedLength();
        if (in.payloadTruncated()) {
            throw broken("a frame of at most " + LaneFrame.MAX_LENGTH + " bytes", "a longer one");
        }
        if (length < HEADER) {
            throw broken("a header of " + HEADER + " bytes", length + " bytes");
        }
        if (in.getByte(VERSION_AT) != LaneFrame.VERSION) {
            throw broken(
                    "version " + LaneFrame.VERSION + " at offset " + VERSION_AT, "version " + in.getByte(VERSION_AT));
        }
        int code = in.getByte(KIND);
        if (code < 0 || code >= Kind.BY_CODE.length) {
            throw broken("a kind below " + Kind.BY_CODE.length + " at offset " + KIND, "kind " + code);
        }
        kind = Kind.BY_CODE[code];
        int expected = expectedLength(length);
        if (hasState() ? length < expected : length != expected) {
            throw broken("a " + kind + " frame of " + expected + " bytes", length + " bytes");
        }
        if (hasState()) {
            stateFormat = readStateFormat();
        }
        if (in.receivedDescriptors() > expectedDescriptors()) {
            throw broken(
                    "at most " + expectedDescriptors() + " descriptors with a " + kind + " frame",
                    in.receivedDescriptors() + " of them");
        }
    }

    private int expectedLength(int length) throws WireException {
        return switch (kind) {
            case OFFER -> {
                if (count() < 1 || count() > MAX_OFFERS) {
                    throw broken("1 to " + MAX_OFFERS + " connections at offset " + COUNT, count() + " of them");
                }
                yield LaneFrame.entry(count());
            }
            case RESUME, HAND_BACK -> {
                checkSingle();
                yield length < LaneFrame.KIND_OF_STATE ? LaneFrame.KIND_OF_STATE : startOfState();
            }
            case HELLO -> HEADER + LaneFrame.TOKEN;
            default -> HEADER;
        };
    }

    private void checkSingle() throws WireException {
        if (count() != 1) {
            throw broken("1 connection at offset " + COUNT, count() + " of them");
        }
    }

    private StateFormat readStateFormat() throws WireException {
        String kindOfState = new String(bytes(LaneFrame.KIND_OF_STATE, startOfState()), ISO_8859_1);
        try {
            return new StateFormat(kindOfState, in.getInt(DETAIL));
        } catch (IllegalArgumentException e) {
            throw broken("a state's format", "what is none: " + e.getMessage());
        }
    }

    private int startOfState() {
        return LaneFrame.KIND_OF_STATE + Byte.toUnsignedInt(in.getByte(LaneFrame.KIND_LENGTH));
    }

    /** Whether the frame ends with a state of any length. */
    private boolean hasState() {
        return kind == Kind.RESUME || kind == Kind.HAND_BACK;
    }

    private int expectedDescriptors() {
        return switch (kind) {
            case OFFER -> count();
            case LISTEN, RESUME, HAND_BACK -> 1;
            default -> 0;
        };
    }

    /** Closes what came with an invalid frame, and says what is wrong with it. */
    private WireException broken(String expected, String found) {
        in.closeUnreleased();
        return new WireException("expected " + expected + " on a hand-off lane, found " + found);
    }

    /** The frame's kind. */
    public Kind kind() {
        return kind;
    }

    /** How many connections it is about. */
    public int count() {
        return in.getUnsignedShort(COUNT);
    }

    /** The sequence number of the first of them. */
    public long firstSequence() {
        return in.getLong(SEQUENCE);
    }

    /** How many of the connections arrived: fewer than {@link #count} if this process ran out of descriptors. */
    public int arrived() {
        return Math.min(in.receivedDescriptors(), count());
    }

    /** Gives a connection of an OFFER, RESUME or HAND_BACK frame away, once: the caller owns it. */
    public Offer releaseOffer(int index) {
        int entry = LaneFrame.entry(index);
        return new Offer(
                in.releaseDescriptor(index),
                in.getUnsignedShort(entry + LaneFrame.ENTRY_LISTENER),
                (in.getUnsignedShort(entry + LaneFrame.ENTRY_FLAGS) & LaneFrame.FLAG_PROBE) != 0,
                in.getAddress(entry + LaneFrame.ENTRY_PEER),
                in.getLong(entry + LaneFrame.ENTRY_ACCEPTED),
                hasState() ? progress() : null);
    }

    private @Nullable Progress progress() {
        if (stateFormat.version() == 0) {
            return null;
        }
        return new Progress(stateFormat, in.getLong(LaneFrame.SERVED), bytes(startOfState(), in.receivedLength()));
    }

    private byte[] bytes(int from, int to) {
        byte[] copied = new byte[to - from];
        in.getBytes(from, copied, copied.length);
        return copied;
    }

    /** Gives the listening socket of a LISTEN frame away, once: the caller owns it. */
    public Fd releaseListeningSocket() throws WireException {
        if (in.receivedDescriptors() != 1) {
            throw broken("a listening socket with a LISTEN frame", "none");
        }
        return in.releaseDescriptor(0);
    }

    /** The listener of a LISTEN or UNLISTEN frame. */
    public int listener() {
        return in.getInt(DETAIL);
    }

    /** Why a REFUSE frame refuses. */
    public Refusal refusal() throws WireException {
        int code = in.getInt(DETAIL);
        if (code < 0 || code >= REFUSALS.size()) {
            throw broken("a refusal below " + REFUSALS.size() + " at offset " + DETAIL, String.valueOf(code));
        }
        return REFUSALS.get(code);
    }

    /** The lane's index in a HELLO frame. */
    public int lane() {
        return in.getInt(DETAIL);
    }

    /** The worker's id in a HELLO frame. */
    public long workerId() {
        return in.getLong(SEQUENCE);
    }

    /** The token of a HELLO frame. */
    public Token token() {
        return new Token(in.getLong(HEADER), in.getLong(HEADER + Long.BYTES));
    }

    /** Closes the descriptors of the last frame that were not released. */
    public void closeUnreleased() {
        in.closeUnreleased();
    }

    @Override
    public void close() {
        in.closeUnreleased();
        socket.close();
    }
}
