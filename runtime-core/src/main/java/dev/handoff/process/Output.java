package dev.handoff.process;

import java.nio.charset.Charset;

/** What a child has said until its end, and how it ended. Immutable. */
public final class Output {
    private final ExitStatus status;
    private final byte[] stdout;
    private final byte[] stderr;
    private final Charset encoding;

    /**
     * What was collected.
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

    /** How it ended. */
    public ExitStatus status() {
        return status;
    }

    /** Its standard output as text in {@link SpawnOptions#encoding()}; empty if that was no pipe. */
    public String stdout() {
        return new String(stdout, encoding);
    }

    /** Its standard error as text in {@link SpawnOptions#encoding()}; empty if that was no pipe. */
    public String stderr() {
        return new String(stderr, encoding);
    }

    /** Its standard output, byte by byte. */
    public byte[] stdoutBytes() {
        return stdout.clone();
    }

    /** Its standard error, byte by byte. */
    public byte[] stderrBytes() {
        return stderr.clone();
    }

    @Override
    public String toString() {
        return status + ", " + stdout.length + " bytes on stdout, " + stderr.length + " bytes on stderr";
    }
}
