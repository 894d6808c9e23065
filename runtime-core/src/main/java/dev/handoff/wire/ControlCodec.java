package dev.handoff.wire;

import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import dev.handoff.wire.ControlFrame.Drained;
import dev.handoff.wire.ControlFrame.Exhausted;
import dev.handoff.wire.ControlFrame.Failed;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Leave;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.ControlFrame.Listening;
import dev.handoff.wire.ControlFrame.Refused;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.ControlFrame.Started;
import dev.handoff.wire.ControlFrame.Tickets;
import dev.handoff.wire.ControlFrame.Welcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes of a control frame. Integers are big-endian, text is {@link java.io.DataOutput#writeUTF modified UTF-8}, at
 * most {@value #MAX_TEXT} characters; longer text is cut.
 *
 * <pre>
 *    0            4        5
 *   ┌────────────┬────────┬────────────────────────────────────────────────────────────────┐
 *   │ length u32 │ type   │ body                                                           │
 *   └────────────┴────────┴────────────────────────────────────────────────────────────────┘
 *     length: of type and body, 1…{@value #MAX_LENGTH}
 *
 *   1 HELLO      wire version i32 | scoreboard version i32 | worker id i32 | token 16 bytes | java text
 *   2 WELCOME    event loops i32 | beat ns i64 | drain limit ns i64 | exit limit ns i64 | max connections i32
 *                | listeners i32 | (key i32 | name text | address text | declared text) × listeners | settings i32 | (key text | ns i64) × settings
 *   3 LISTENING  count i32 | (protocol u8 | version of states i32 | kind of states text) × count
 *   4 STARTED    –
 *   5 FAILED     reason text
 *   6 LEAVE      reason text
 *   7 DRAINED    connections cut i32 | requests cut i32
 *   8 REFUSED    reason text
 *   9 TICKETS    count i32 | (secret 32 bytes) × count, the newest first
 *  10 EXHAUSTED  reason text
 * </pre>
 *
 * A HELLO's body up to its token never changes, and nothing behind the token is read from a HELLO of another version. So a master
 * can say that the versions differ. REFUSED never changes either, so that any worker understands it.
 */
final class ControlCodec {
    static final int MAX_LENGTH = 1 << 20;
    static final int MAX_TEXT = 16_000;
    private static final int MAX_LISTENERS = 1 << 16;

    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int LISTENING = 3;
    private static final int STARTED = 4;
    private static final int FAILED = 5;
    private static final int LEAVE = 6;
    private static final int DRAINED = 7;
    private static final int REFUSED = 8;
    private static final int TICKETS = 9;
    private static final int EXHAUSTED = 10;

    /** By their codes on the wire. */
    private static final List<Protocol> PROTOCOLS = List.of(Protocol.TCP, Protocol.HTTP, Protocol.TLS, Protocol.HTTPS);

    private ControlCodec() {}

    /** A frame's type and body, without the length in front. */
    static byte[] encode(ControlFrame frame) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(frame, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode " + frame, e);
        }
        return bytes.toByteArray();
    }

    private static void write(ControlFrame frame, DataOutputStream out) throws IOException {
        if (frame instanceof Hello hello) {
            out.writeByte(HELLO);
            out.writeInt(hello.wireVersion());
            out.writeInt(hello.scoreboardVersion());
            out.writeInt(hello.workerId());
            out.writeLong(hello.token().high());
            out.writeLong(hello.token().low());
            writeText(out, hello.java());
        } else if (frame instanceof Welcome welcome) {
            out.writeByte(WELCOME);
            out.writeInt(welcome.eventLoops());
            out.writeLong(welcome.beatEvery().toNanos());
            out.writeLong(welcome.drainLimit().toNanos());
            out.writeLong(welcome.exitLimit().toNanos());
            out.writeInt(welcome.maxConnections());
            out.writeInt(welcome.listeners().size());
            for (ListenerDescription listener : welcome.listeners()) {
                out.writeInt(listener.key());
                writeText(out, listener.name());
                writeText(out, listener.address());
                writeText(out, listener.declared());
            }
            out.writeInt(welcome.saidToHandlers().size());
            for (Map.Entry<Setting, ?> said : welcome.saidToHandlers().entrySet()) {
                writeText(out, said.getKey().key());
                out.writeLong(said.getValue() instanceof Duration time ? time.toNanos() : (Integer) said.getValue());
            }
        } else if (frame instanceof Listening listening) {
            out.writeByte(LISTENING);
            out.writeInt(listening.services().size());
            for (Service service : listening.services()) {
                out.writeByte(PROTOCOLS.indexOf(service.protocol()));
                out.writeInt(service.state().version());
                out.writeUTF(service.state().kind());
            }
        } else if (frame instanceof Started) {
            out.writeByte(STARTED);
        } else if (frame instanceof Failed failed) {
            out.writeByte(FAILED);
            writeText(out, failed.reason());
        } else if (frame instanceof Leave leave) {
            out.writeByte(LEAVE);
            writeText(out, leave.reason());
        } else if (frame instanceof Exhausted exhausted) {
            out.writeByte(EXHAUSTED);
            writeText(out, exhausted.reason());
        } else if (frame instanceof Drained drained) {
            out.writeByte(DRAINED);
            out.writeInt(drained.connectionsCut());
            out.writeInt(drained.requestsCut());
        } else if (frame instanceof Refused refused) {
            out.writeByte(REFUSED);
            writeText(out, refused.reason());
        } else if (frame instanceof Tickets tickets) {
            byte[] secrets = tickets.secrets().newestFirst();
            out.writeByte(TICKETS);
            out.writeInt(secrets.length / TicketSecrets.LENGTH);
            out.write(secrets);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        out.writeUTF(text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws WireException naming what was expected, at which offset
     */
    static ControlFrame decode(byte[] bytes) throws WireException {
        ByteArrayInputStream counted = new ByteArrayInputStream(bytes);
        DataInputStream in = new DataInputStream(counted);
        try {
            ControlFrame frame = read(in, bytes);
            if (counted.available() > 0) {
                throw broken(bytes, counted, "the end of a " + frame.getClass().getSimpleName());
            }
            return frame;
        } catch (EOFException e) {
            throw broken(bytes, counted, "more");
        } catch (UTFDataFormatException e) {
            throw broken(bytes, counted, "well-formed text before what stands");
        } catch (WireException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("reading an array does not fail", e);
        }
    }

    private static ControlFrame read(DataInputStream in, byte[] bytes) throws IOException {
        int type = in.readUnsignedByte();
        return switch (type) {
            case HELLO -> readHello(in);
            case WELCOME ->
                new Welcome(
                        readCount(in, 1, Scoreboard.MAX_LOOPS, "event loops"),
                        readDuration(in, 1, "between two beats"),
                        readDuration(in, 0, "to drain"),
                        readDuration(in, 0, "to exit"),
                        readCount(in, 0, Integer.MAX_VALUE, "connections at most"),
                        readListeners(in),
                        readSettings(in));
            case LISTENING -> new Listening(readServices(in));
            case STARTED -> new Started();
            case FAILED -> new Failed(in.readUTF());
            case LEAVE -> new Leave(in.readUTF());
            case DRAINED ->
                new Drained(
                        readCount(in, 0, Integer.MAX_VALUE, "connections cut"),
                        readCount(in, 0, Integer.MAX_VALUE, "requests cut"));
            case REFUSED -> new Refused(in.readUTF());
            case TICKETS -> new Tickets(readSecrets(in));
            case EXHAUSTED -> new Exhausted(in.readUTF());
            default ->
                throw new WireException("expected a frame type from " + HELLO + " to " + EXHAUSTED
                        + " at offset 0 of a control frame of " + bytes.length + " bytes, found " + type);
        };
    }

    private static Hello readHello(DataInputStream in) throws IOException {
        int wireVersion = in.readInt();
        int scoreboardVersion = in.readInt();
        int workerId = in.readInt();
        Token token = new Token(in.readLong(), in.readLong());
        if (wireVersion != ControlFrame.VERSION) {
            in.skipNBytes(in.available());
            return new Hello(wireVersion, scoreboardVersion, workerId, token, "");
        }
        return new Hello(wireVersion, scoreboardVersion, workerId, token, in.readUTF());
    }

    private static List<ListenerDescription> readListeners(DataInputStream in) throws IOException {
        int count = readCount(in, 0, MAX_LISTENERS, "listeners");
        List<ListenerDescription> listeners = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            listeners.add(new ListenerDescription(in.readInt(), in.readUTF(), in.readUTF(), in.readUTF()));
        }
        return List.copyOf(listeners);
    }

    private static Map<Setting, Object> readSettings(DataInputStream in) throws IOException {
        int count = readCount(in, 0, Setting.values().length, "settings");
        Map<Setting, Object> settings = new EnumMap<>(Setting.class);
        for (int index = 0; index < count; index++) {
            Setting setting = readSetting(in);
            settings.put(setting, readValue(setting, in));
        }
        return settings;
    }

    private static Object readValue(Setting setting, DataInputStream in) throws IOException {
        if (setting.isDuration()) {
            return readDuration(in, 1, "for a handler to wait");
        }
        long count = in.readLong();
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new WireException("expected a count for " + setting.key() + ", found " + count);
        }
        return (int) count;
    }

    private static Setting readSetting(DataInputStream in) throws IOException {
        String key = in.readUTF();
        return Setting.find(key)
                .orElseThrow(() -> new WireException("expected the name of a setting, found '" + key + "'"));
    }

    private static TicketSecrets readSecrets(DataInputStream in) throws IOException {
        int count = readCount(in, 1, TicketSecrets.MOST, "ticket secrets");
        byte[] secrets = new byte[count * TicketSecrets.LENGTH];
        in.readFully(secrets);
        return TicketSecrets.of(secrets);
    }

    private static List<Service> readServices(DataInputStream in) throws IOException {
        int count = readCount(in, 0, MAX_LISTENERS, "services");
        List<Service> services = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            int code = in.readUnsignedByte();
            if (code >= PROTOCOLS.size()) {
                throw new WireException("expected a protocol below " + PROTOCOLS.size() + ", found " + code);
            }
            services.add(new Service(PROTOCOLS.get(code), readStateFormat(in)));
        }
        return List.copyOf(services);
    }

    private static StateFormat readStateFormat(DataInputStream in) throws IOException {
        int version = readCount(in, 0, StateFormat.MOST_VERSION, "as the version of a state");
        try {
            return new StateFormat(in.readUTF(), version);
        } catch (IllegalArgumentException e) {
            throw new WireException(String.valueOf(e.getMessage()));
        }
    }

    private static int readCount(DataInputStream in, int least, int most, String what) throws IOException {
        int count = in.readInt();
        if (count < least || count > most) {
            throw new WireException("expected " + least + " to " + most + " " + what + ", found " + count);
        }
        return count;
    }

    private static Duration readDuration(DataInputStream in, long leastNanos, String what) throws IOException {
        long nanos = in.readLong();
        if (nanos < leastNanos) {
            throw new WireException("expected at least " + leastNanos + " ns " + what + ", found " + nanos);
        }
        return Duration.ofNanos(nanos);
    }

    private static WireException broken(byte[] bytes, ByteArrayInputStream at, String expected) {
        int found = at.available();
        return new WireException("expected " + expected + " at offset " + (bytes.length - found)
                + " of a control frame of " + bytes.length + " bytes"
                + (bytes.length == 0 ? "" : " and type " + bytes[0]) + ", found "
                + (found == 0 ? "its end" : found + " bytes more"));
    }
}
