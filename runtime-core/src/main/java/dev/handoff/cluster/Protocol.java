package dev.handoff.cluster;

/**
 * The protocol of a listener's connections, as far as the master must know it: to probe a new worker, and to answer a client itself when no
 * worker has credit.
 */
public enum Protocol {
    /** Bytes that only the handler understands. The probe is a connection that stays open. */
    TCP(false, false),
    /** HTTP/1.1. The probe is a request. */
    HTTP(true, false),
    /** TLS around bytes that only the handler understands. The probe is a connection that stays open. */
    TLS(false, true),
    /** HTTP over TLS. The probe is a handshake, its certificate unverified, and a request. */
    HTTPS(true, true);

    private final boolean http;
    private final boolean encrypted;

    Protocol(boolean http, boolean encrypted) {
        this.http = http;
        this.encrypted = encrypted;
    }

    /** Whether requests are HTTP. */
    public boolean isHttp() {
        return http;
    }

    /** Whether connections begin with a TLS handshake. */
    public boolean isEncrypted() {
        return encrypted;
    }

    /** The same protocol inside TLS. */
    public Protocol encrypted() {
        return http ? HTTPS : TLS;
    }
}
