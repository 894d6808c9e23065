package dev.handoff.jvm;

import dev.handoff.process.Signal;
import dev.handoff.wire.ChannelDoor;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.MessageChannel;
import java.io.IOException;

/** The channel to a child that was started with a door's environment. */
public final class ChildChannel {
    /** Who hears what comes. */
    @FunctionalInterface
    public interface Hearing {
        /** What the channel is to be started with. */
        MessageChannel.Listener of(MessageChannel channel, Conversation conversation);
    }

    private ChildChannel() {}

    /**
     * Waits for the child at the door, on a thread of its own; what is sent meanwhile waits too.
     *
     * @param id as in {@link dev.handoff.process.Peer#id()}
     * @throws IOException if there is no room for a channel; the child is sent KILL then
     */
    public static Conversation open(ChannelDoor door, ChildHandle child, int id, Hearing hearing) throws IOException {
        MessageChannel channel = channel(child);
        long pid = child.pid();
        Conversation conversation = new Conversation(channel, id, pid);
        channel.start(
                "handoff-channel-" + pid,
                (woken, unwanted) -> door.admit(pid, woken, unwanted),
                hearing.of(channel, conversation));
        return conversation;
    }

    /** After the start, which may fail: nobody would take an unused channel's descriptor back. */
    private static MessageChannel channel(ChildHandle child) throws IOException {
        try {
            return new MessageChannel();
        } catch (IOException e) {
            child.signal(Signal.KILL);
            throw e;
        }
    }
}
