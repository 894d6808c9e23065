package dev.handoff.probe;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.1 response to its end, as RFC 9112 section 6.3 says where that is, and keeps only its status. No more
 * than a probe needs; reads a byte at a time, so it is to be given a buffered stream.
 */
final class ProbeAnswer {
    private static final int MOST_HEAD_BYTES = 64 * 1024;

    private final InputStream in;
    private int headBytes;

    private ProbeAnswer(InputStream in) {
        this.in = in;
    }

    /**
     * Reads a response to a GET.
     *
     * @return its status, 200 to 999
     * @throws IOException if it is no whole response; the message says what was missing
     */
    static int readStatus(InputStream in) throws IOException {
        return new ProbeAnswer(in).read();
    }

    private int read() throws IOException {
        int status;
        Map<String, String> fields;
        do {
            status = statusOf(line());
            fields = fields();
        } while (status < 200);
        readBody(status, fields);
        return status;
    }

    private static int statusOf(String line) throws IOException {
        if (!line.matches("HTTP/1\\.[01] [1-9][0-9][0-9]( .*)?")) {
            throw new IOException("expected an HTTP/1 status line, found '" + printable(line) + "'");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private Map<String, String> fields() throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("expected a header field, found '" + printable(line) + "'");
            }
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return fields;
    }

    private void readBody(int status, Map<String, String> fields) throws IOException {
        if (status == 204 || status == 304) {
            return;
        }
        String length = fields.get("content-length");
        if (fields.containsKey("transfer-encoding")) {
            readChunks();
        } else if (length != null) {
            skip(number(length, 10));
        } else {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }

    private void readChunks() throws IOException {
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            skip(size);
            line();
        }
        fields();
    }

    private long chunkSize() throws IOException {
        headBytes = 0;
        return number(line().replaceFirst(";.*", "").trim(), 16);
    }

    private static long number(String digits, int radix) throws IOException {
        try {
            return Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            throw new IOException("expected a length, found '" + printable(digits) + "'", e);
        }
    }

    private void skip(long count) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (EOFException e) {
            throw new EOFException("the connection ended before its body of " + count + " bytes");
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended in the head of the answer");
            }
            if (++headBytes > MOST_HEAD_BYTES) {
                throw new IOException("the head of the answer is longer than " + MOST_HEAD_BYTES + " bytes");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static String printable(String text) {
        String ascii = new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
        return ascii.substring(0, Math.min(80, ascii.length())).replaceAll("[^\\x20-\\x7e]", "?");
    }
}
