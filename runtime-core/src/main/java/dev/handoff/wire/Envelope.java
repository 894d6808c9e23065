package dev.handoff.wire;

import dev.handoff.unix.Fd;
import org.jspecify.annotations.Nullable;

/**
 * A message as it travels. {@link EnvelopeCodec} draws the bytes.
 *
 * @param kind what it is to the conversation
 * @param format what its body is
 * @param correlation ties an answer to its request, and the outcome of a routed message to that message; 0 for neither
 * @param address the receiver; once the master has passed it on, the sender: see {@link Address}
 * @param body at most {@link EnvelopeCodec#MAX_BODY} bytes; not copied
 * @param descriptor a socket that is sent along; the holder of this record owns it; null for none
 * @param descriptorLost whether a socket was sent along but did not arrive, because this process has no descriptor free
 */
// An array: messages are carried and never compared, and are up to 16 MiB long.
@SuppressWarnings("ArrayRecordComponent")
public record Envelope(
        Kind kind,
        Format format,
        long correlation,
        long address,
        byte[] body,
        @Nullable Fd descriptor,
        boolean descriptorLost) {
    /** What a message is to the conversation. */
    public enum Kind {
        /** Expects no answer. If it is routed, its outcome comes back with the same correlation. */
        MESSAGE,
        /** Expects an answer with the same correlation. */
        REQUEST,
        /** Answers the request with the same correlation. */
        ANSWER,
        /** From the master: the message with the same correlation has been passed on. */
        ROUTED,
        /**
         * What had the same correlation has failed: it could not be passed on, or its receiver failed on it. The body says why.
         */
        FAILED
    }

    /** What a body is. */
    public enum Format {
        /** Bytes that only the program understands. */
        RAW,
        /** A JSON text in UTF-8. */
        JSON
    }

    /** Closes the socket, if there is one that was not released. */
    public void closeDescriptor() {
        if (descriptor != null) {
            descriptor.close();
        }
    }
}
