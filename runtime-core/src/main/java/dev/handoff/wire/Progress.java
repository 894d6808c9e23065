package dev.handoff.wire;

/**
 * How far a worker has got with a connection that it hands back.
 *
 * @param format of the state, by which the next worker knows whether it understands it; never {@link StateFormat#NONE}
 * @param served requests answered on the connection so far
 * @param state what the next worker's handler needs to know, including bytes that were read and not used: at most
 *     {@link #MAX_STATE}; not copied
 */
// An array: a state is carried and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Progress(StateFormat format, long served, byte[] state) {
    /** The longest state that fits into a frame, with the longest kind; bytes. */
    public static final int MAX_STATE = LaneFrame.MAX_LENGTH - LaneFrame.KIND_OF_STATE - StateFormat.MOST_KIND;
}
