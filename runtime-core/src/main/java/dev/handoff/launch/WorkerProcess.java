package dev.handoff.launch;

import dev.handoff.child.ChildHandle;
import dev.handoff.process.Signal;
import dev.handoff.unix.FdChannel;

/**
 * A worker's process, just started, and what connects it to us.
 *
 * @param stdout what it writes to its standard output; the reader closes it
 * @param stderr what it writes to its standard error; the reader closes it
 */
public record WorkerProcess(ChildHandle child, FdChannel stdout, FdChannel stderr) {
    /** Ends it: its start is given up. */
    public void undo() {
        child.signal(Signal.KILL);
        stdout.close();
        stderr.close();
    }
}
