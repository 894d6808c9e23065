package dev.handoff.process;

import java.nio.charset.Charset;

/** The collected output of a child, and its exit status. Immutable. */
public final class Output {
    private final ExitStatus status;
    private final byte[] stdout;
    private final byte[] stderr;
    private final Charset encoding;

    /**
     * Collected output.
     *
     * @param stdout not copied
     * @param stderr not copied
     * @param encoding of both
     */
    public Output(ExitStatus status, byte[] stdout, byte[] stderr, Charset encoding) {
        this.status = status;
        this.stdout = stdout;
        this.stderr = stderr;
        this.encoding = encoding;
    }

    /** The exit status. */
    public ExitStatus status() {
        return status;
    }

    /** Its standard output as text in {@link SpawnOptions#encoding()}; empty if it was no pipe. */
    public String stdout() {
        return new String(stdout, encoding);
    }

    /** Its standard error as text in {@link SpawnOptions#encoding()}; empty if it was no pipe. */
    public String stderr() {
        return new String(stderr, encoding);
    }

    /** The bytes of its standard output. */
    public byte[] stdoutBytes() {
        return stdout.clone();
    }

    /** The bytes of its standard error. */
    public byte[] stderrBytes() {
        return stderr.clone();
    }

    @Override
    public String toString() {
        return status + ", " + stdout.length + " bytes on stdout, " + stderr.length + " bytes on stderr";
    }
}
