package dev.handoff.wire;

/**
 * How far a connection has got with a worker that hands it back.
 *
 * @param format of the state, by which the next worker knows whether it understands it; never {@link StateFormat#NONE}
 * @param served requests answered on the connection so far
 * @param state what the worker's handler says to the next one's, bytes that were read and not used included: at most
 *     {@link #MAX_STATE}; not copied
 */
// An array: a state is carried and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Progress(StateFormat format, long served, byte[] state) {
    /** The longest state that has room in a frame, whatever its kind is. */
    public static final int MAX_STATE = LaneFrame.MAX_LENGTH - LaneFrame.KIND_OF_STATE - StateFormat.MOST_KIND;
}
