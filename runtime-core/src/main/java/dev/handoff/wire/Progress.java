package dev.handoff.wire;

/**
 * How far a connection has got with a worker that hands it back.
 *
 * @param version of the state, by which the next worker knows whether it understands it: 1 to {@link #MOST_VERSION}
 * @param served requests answered on the connection so far
 * @param state what the worker's handler says to the next one's, bytes that were read and not used included: at most
 *     {@link #MAX_STATE}; not copied
 */
// An array: a state is carried and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Progress(int version, long served, byte[] state) {
    /** The highest version of a state. */
    public static final int MOST_VERSION = 65_535;

    /** The longest state that has room in a frame. */
    public static final int MAX_STATE = LaneFrame.MAX_LENGTH - LaneFrame.STATE;
}
