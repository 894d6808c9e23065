package dev.handoff.wire;

/**
 * The frames of a lane, the Unix socket between the master and one event loop of one worker. SOCK_SEQPACKET keeps each frame whole and
 * its descriptors with it. Integers are in the machine's order, as both ends run on one machine.
 *
 * <pre>
 *   every frame
 *    0       1         2          4            8                         16
 *   ┌───────┬─────────┬──────────┬────────────┬─────────────────────────┐
 *   │ kind  │ version │ count u16│ detail u32 │ first sequence u64      │ …
 *   └───────┴─────────┴──────────┴────────────┴─────────────────────────┘
 *
 *   OFFER        master → worker   count connections, 1…16, numbered from first on; as many descriptors, and entries:
 *                                   0              2            4                              32
 *                                  ┌──────────────┬────────────┬──────────────────────────────┬──────────────┐
 *                                  │ listener u16 │ flags u16  │ client's sockaddr, 28 bytes  │ accepted i64 │   × count
 *                                  └──────────────┴────────────┴──────────────────────────────┴──────────────┘
 *                                  accepted: milliseconds since 1970
 *   LISTEN       master → worker   one descriptor: a listening socket to accept from; detail: the listener's key
 *   UNLISTEN     master → worker   detail: the listener's key; accept no more from it
 *   DRAIN        master → worker   no more connections are offered on this lane
 *   RESUME       master → worker   an offer of one connection that another worker has handed back; detail: the version of
 *                                  its state; one descriptor, one entry as above, and behind it:
 *                                   0            8           9
 *                                  ┌────────────┬───────────┬─────────────────┬──────────────────────────────────┐
 *                                  │ served u64 │ length u8 │ kind of state   │ state, to the end of the frame   │
 *                                  └────────────┴───────────┴─────────────────┴──────────────────────────────────┘
 *   CONFIRM      master → worker   of what was handed back, [first, first + count) is the master's: close the copies
 *   RETURN       master → worker   [first, first + count) is the worker's again: no other worker can serve it
 *   SHED         master → worker   hand count connections back that are at rest: other workers have far fewer
 *   HELLO        worker → master   the first frame: detail: lane index; first: worker id; then the token, 16 bytes
 *   ACKNOWLEDGE  worker → master   [first, first + count) were received and will now be read: credit returns, and the
 *                                  master closes its duplicates
 *   REFUSE       worker → master   [first, first + count) were not read; detail: {@link Refusal}; another worker may
 *   HAND_BACK    worker → master   as RESUME; first: a number of the worker's, 0, 1, 2 … on each lane; detail 0: nothing
 *                                  has been read from it, and it is as good as new
 * </pre>
 *
 * An empty frame is never sent: it would read as end-of-file.
 */
final class LaneFrame {
    static final byte VERSION = 1;

    static final int KIND = 0;
    static final int VERSION_AT = 1;
    static final int COUNT = 2;
    static final int DETAIL = 4;
    static final int SEQUENCE = 8;
    static final int HEADER = 16;

    static final int ENTRY = 40;
    static final int ENTRY_LISTENER = 0;
    static final int ENTRY_FLAGS = 2;
    static final int ENTRY_PEER = 4;
    static final int ENTRY_ACCEPTED = 32;
    static final int FLAG_PROBE = 1;

    static final int TOKEN = 16;

    static final int MAX_OFFERS = 16;

    /** Behind the entry of a connection with a state. */
    static final int SERVED = HEADER + ENTRY;

    static final int KIND_LENGTH = SERVED + Long.BYTES;

    static final int KIND_OF_STATE = KIND_LENGTH + 1;

    static final int MAX_LENGTH = 64 * 1024;

    private LaneFrame() {}

    static int entry(int index) {
        return HEADER + index * ENTRY;
    }
}
