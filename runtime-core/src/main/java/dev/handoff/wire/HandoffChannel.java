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
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a lane: writes and reads its frames ({@link LaneFrame} draws them). Never blocks. One thread at a time:
 * the acceptor's in the master, the event loop's in the worker.
 *
 * <p>A send gives false if the other side has to read first; nothing was sent then.
 */
public final class HandoffChannel implements AutoCloseable {
    /** The most connections in one frame: so many a sudden death can cost at most among those acknowledged, not read. */
    public static final int MAX_OFFERS = LaneFrame.MAX_OFFERS;

    /**
     * The send buffer of a worker's end, bytes. Hand-backs begin while a quarter of twice that is taken at most; behind the longest of
     * them there is still room for an answer to each connection of the largest credit, at 768 bytes of the kernel's.
     */
    private static final int SEND_BUFFER = 212_992;

    /** What a frame says. */
    public enum Kind {
        /** Connections for the worker. */
        OFFER(0),
        /** A listening socket that the worker accepts from by itself. */
        LISTEN(1),
        /** A listener that is no more. */
        UNLISTEN(2),
        /** No connection will come on this lane any more. */
        DRAIN(3),
        /** Which lane of which worker this is. */
        HELLO(4),
        /** The worker has them. */
        ACKNOWLEDGE(5),
        /** The worker gives them back unread. */
        REFUSE(6),
        /** A connection for the worker that another one has handed back. */
        RESUME(7),
        /** A connection that the worker hands back. */
        HAND_BACK(8),
        /** The master has what was handed back. */
        TAKEN(9),
        /** The master does not take what was handed back. */
        RETURNED(10),
        /** The worker has more than its share. */
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

    /** Stands on the wire for no progress at all. */
    private static final Progress UNTOUCHED = new Progress(StateFormat.NONE, 0, new byte[0]);

    private final SeqPacketSocket socket;
    private final DescriptorMessage out = new DescriptorMessage(LaneFrame.MAX_OFFERS, LaneFrame.MAX_LENGTH);
    private final DescriptorMessage in = new DescriptorMessage(LaneFrame.MAX_OFFERS, LaneFrame.MAX_LENGTH);
    private Kind kind = Kind.DRAIN;
    private StateFormat stateFormat = StateFormat.NONE;

    /** Takes ownership of a connected socket. */
    public HandoffChannel(SeqPacketSocket socket) {
        this.socket = socket;
    }

    /** Connects to the master's rendezvous socket. */
    public static HandoffChannel connect(Path rendezvous) throws IOException {
        SeqPacketSocket socket = SeqPacketSocket.connect(rendezvous);
        try {
            socket.setSendBuffer(SEND_BUFFER);
            return new HandoffChannel(socket);
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    /** The socket's descriptor, to be polled. */
    public Fd fd() {
        return socket.fd();
    }

    /** Who is at the other end. */
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
        int entry = LaneFrame.entry(index);
        out.putShort(entry + LaneFrame.ENTRY_LISTENER, offer.listener());
        out.putShort(entry + LaneFrame.ENTRY_FLAGS, offer.probe() ? LaneFrame.FLAG_PROBE : 0);
        out.putAddress(entry + LaneFrame.ENTRY_PEER, offer.peer());
        out.putLong(entry + LaneFrame.ENTRY_ACCEPTED, offer.acceptedMillis());
        out.putDescriptor(index, offer.connection());
    }

    /** Offers a connection that another worker has handed back; as {@link #offer}. */
    public boolean resume(long sequence, Offer offer) throws UnixException {
        return sendMoved(Kind.RESUME, sequence, offer);
    }

    /** Hands a connection back under a number of the worker's; as {@link #offer}. Leaves room for answers. */
    public boolean handBack(long number, Offer offer) throws UnixException {
        return socket.isWritable() && sendMoved(Kind.HAND_BACK, number, offer);
    }

    private boolean sendMoved(Kind moved, long number, Offer offer) throws UnixException {
        Progress progress = offer.progress() == null ? UNTOUCHED : offer.progress();
        byte[] kindOfState = progress.format().kind().getBytes(ISO_8859_1);
        begin(moved, 1, progress.format().version(), number);
        putEntry(0, offer);
        out.putLong(LaneFrame.SERVED, progress.served());
        out.putByte(LaneFrame.KIND_LENGTH, (byte) kindOfState.length);
        out.putBytes(LaneFrame.KIND_OF_STATE, kindOfState, kindOfState.length);
        int state = LaneFrame.KIND_OF_STATE + kindOfState.length;
        out.putBytes(state, progress.state(), progress.state().length);
        return socket.send(out, state + progress.state().length, 1);
    }

    /** Says that what was handed back under those numbers is the master's. */
    public boolean taken(long first, int count) throws UnixException {
        begin(Kind.TAKEN, count, 0, first);
        return socket.send(out, HEADER, 0);
    }

    /** Says that what was handed back under those numbers stays the worker's. */
    public boolean returned(long first, int count) throws UnixException {
        begin(Kind.RETURNED, count, 0, first);
        return socket.send(out, HEADER, 0);
    }

    /** Shares a listening socket. */
    public boolean listen(int listener, Fd listeningSocket) throws UnixException {
        begin(Kind.LISTEN, 1, listener, 0);
        out.putDescriptor(0, listeningSocket);
        return socket.send(out, HEADER, 1);
    }

    /** Says that nothing more comes from a listener. */
    public boolean unlisten(int listener) throws UnixException {
        begin(Kind.UNLISTEN, 0, listener, 0);
        return socket.send(out, HEADER, 0);
    }

    /** Says that no connection comes any more. */
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
     * Asks for connections that are at rest.
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
     * Receives the next frame, which the getters then describe until the next call. Descriptors of the frame before that
     * nobody took are closed.
     *
     * @throws WireException if it is not a frame of this version: the lane is then of no more use
     */
    public SeqPacketSocket.Received receive() throws IOException {
        in.closeUntaken();
        SeqPacketSocket.Received received = socket.receive(in);
        if (received == SeqPacketSocket.Received.MESSAGE) {
            checkFrame();
        } else {
            // An empty message reads as the end, and may have brought descriptors all the same.
            in.closeUntaken();
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
        if (isMoved() ? length < expected : length != expected) {
            throw broken("a " + kind + " frame of " + expected + " bytes", length + " bytes");
        }
        if (isMoved()) {
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
                checkMoved();
                yield length < LaneFrame.KIND_OF_STATE ? LaneFrame.KIND_OF_STATE : startOfState();
            }
            case HELLO -> HEADER + LaneFrame.TOKEN;
            default -> HEADER;
        };
    }

    private void checkMoved() throws WireException {
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

    /** Whether a state stands at the frame's end, however long it is. */
    private boolean isMoved() {
        return kind == Kind.RESUME || kind == Kind.HAND_BACK;
    }

    private int expectedDescriptors() {
        return switch (kind) {
            case OFFER -> count();
            case LISTEN, RESUME, HAND_BACK -> 1;
            default -> 0;
        };
    }

    /** Says what is wrong with the frame, of which nothing is kept. */
    private WireException broken(String expected, String found) {
        in.closeUntaken();
        return new WireException("expected " + expected + " on a hand-off lane, found " + found);
    }

    /** What the frame is. */
    public Kind kind() {
        return kind;
    }

    /** How many connections it speaks of. */
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

    /** Takes a connection of an OFFER, RESUME or HAND_BACK frame that arrived. */
    public Offer takeOffer(int index) {
        int entry = LaneFrame.entry(index);
        return new Offer(
                in.takeDescriptor(index),
                in.getUnsignedShort(entry + LaneFrame.ENTRY_LISTENER),
                (in.getUnsignedShort(entry + LaneFrame.ENTRY_FLAGS) & LaneFrame.FLAG_PROBE) != 0,
                in.getAddress(entry + LaneFrame.ENTRY_PEER),
                in.getLong(entry + LaneFrame.ENTRY_ACCEPTED),
                isMoved() ? progress() : null);
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

    /** Takes the listening socket of a LISTEN frame. */
    public Fd takeListeningSocket() throws WireException {
        if (in.receivedDescriptors() != 1) {
            throw broken("a listening socket with a LISTEN frame", "none");
        }
        return in.takeDescriptor(0);
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

    /** Closes the descriptors of the last frame that nobody has taken. */
    public void closeUntaken() {
        in.closeUntaken();
    }

    @Override
    public void close() {
        in.closeUntaken();
        socket.close();
    }
}
