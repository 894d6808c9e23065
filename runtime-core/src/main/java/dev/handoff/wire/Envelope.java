package dev.handoff.wire;

import dev.handoff.unix.Fd;
import org.jspecify.annotations.Nullable;

/**
 * A message as it travels. {@link EnvelopeCodec} draws the bytes.
 *
 * @param kind what it is to the conversation
 * @param format what its body is
 * @param correlation what ties an answer to its request, and a message that is routed to what becomes of it; 0 for neither
 * @param address to whom it goes, and once it was passed on from whom it comes: see {@link Address}
 * @param body at most {@link EnvelopeCodec#MAX_BODY} bytes; not copied
 * @param descriptor a socket that travels along, owned by whoever holds this; null for none
 * @param descriptorLost whether there was one that did not arrive, because this process has no room for it
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
        /** Waits for no answer; where it is routed the correlation tells what became of it. */
        MESSAGE,
        /** Waits for an answer with the same correlation. */
        REQUEST,
        /** Answers the request with the same correlation. */
        ANSWER,
        /** From whoever routes: the message with the same correlation has been passed on. */
        ROUTED,
        /**
         * Nothing becomes of what had the same correlation: it could not be passed on, or its receiver has failed on it; the body
         * says why.
         */
        FAILED
    }

    /** What a body is. */
    public enum Format {
        /** Bytes that mean something to the program only. */
        RAW,
        /** A JSON text in UTF-8. */
        JSON
    }

    /** Closes the socket if there is one that nobody took. */
    public void closeDescriptor() {
        if (descriptor != null) {
            descriptor.close();
        }
    }
}
