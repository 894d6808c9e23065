package dev.handoff.child;

import dev.handoff.wire.ChannelHandshake;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.MessageChannel;
import java.io.IOException;

/** The channel to a child that was started with a handshake's environment. */
public final class ChildChannel {
    /** Who hears what comes. */
    @FunctionalInterface
    public interface Hearing {
        /** What the channel is to be started with. */
        MessageChannel.Listener of(MessageChannel channel, Conversation conversation);
    }

    private ChildChannel() {}

    /**
     * Waits for the child at the handshake, on a thread of its own; what is sent meanwhile waits too.
     *
     * @param id as in {@link dev.handoff.process.Peer#id()}
     * @throws IOException if there is no room for a channel; the caller must end the child then, which cannot be heard
     */
    public static Conversation open(ChannelHandshake handshake, ChildHandle child, int id, Hearing hearing)
            throws IOException {
        MessageChannel channel = new MessageChannel();
        long pid = child.pid();
        Conversation conversation = new Conversation(channel, id, pid);
        channel.start(
                "handoff-channel-" + pid,
                (woken, unwanted) -> handshake.awaitChild(pid, woken, unwanted),
                hearing.of(channel, conversation));
        return conversation;
    }
}
