package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a file is answered with.
 *
 * @param response its status and fields
 * @param file open if a body follows; the sender of the body closes it
 * @param parts what the body is made of; also told without a body, where the request is HEAD
 */
record FileAnswer(Response response, @Nullable FileChannel file, List<FilePart> parts) {
    private static final ByteRange NOTHING = new ByteRange(0, 0);

    /**
     * Answers a request for a file: 200, 206, 304, 404, 412 or 416. Opens the file if its content is due.
     *
     * @param wanted what the program answers with; its Last-Modified and ETag fields, if it has some, count as the file's
     * @param compression says whether the answer varies with what the client accepts
     */
    static FileAnswer of(Path path, RequestHead request, Response wanted, Compression compression) {
        try {
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                return notFound();
            }
            // Before it is opened: of a file that is replaced meanwhile the older date counts.
            Instant modified = modified(path, wanted);
            return open(path, file -> answer(file, request, wanted, modified, compression));
        } catch (IOException e) {
            return notFound();
        }
    }

    private interface Answering {
        FileAnswer answer(FileChannel file) throws IOException;
    }

    /** Its length is that of the file that is open, whatever stands at the path by then. */
    private static FileAnswer open(Path path, Answering answering) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        FileAnswer answer = notFound();
        try {
            answer = answering.answer(file);
        } finally {
            if (answer.file == null) {
                file.close();
            }
        }
        return answer;
    }

    private static FileAnswer answer(
            FileChannel file, RequestHead request, Response wanted, Instant modified, Compression compression)
            throws IOException {
        long size = file.size();
        Response found = compression.varying(described(wanted, modified), size);
        if (ResponseEncoder.isBodiless(wanted)) {
            return without(found);
        }
        boolean asksOnly = request.isHead() || request.method().equals("GET");
        return asksOnly && wanted.code() == 200
                ? answer(file, request, found, size, modified)
                : whole(file, request, found, size);
    }

    /** The length of the body in bytes. */
    long length() {
        return parts.stream().mapToLong(FilePart::length).sum();
    }

    /* RFC 9110, 8.8.2.1: a file from the future is as old as this response. */
    private static Instant modified(Path path, Response wanted) throws IOException {
        Optional<Instant> said = wanted.headers().get("Last-Modified").flatMap(HttpDate::parse);
        if (said.isPresent()) {
            return said.get();
        }
        Instant modified = Files.getLastModifiedTime(path).toInstant();
        Instant now = Instant.now();
        return (modified.isAfter(now) ? now : modified).truncatedTo(ChronoUnit.SECONDS);
    }

    private static Response described(Response wanted, Instant modified) {
        Response dated = wanted.headers().contains("Last-Modified")
                ? wanted
                : wanted.header("Last-Modified", HttpDate.format(modified));
        return dated.headers().contains("Accept-Ranges") ? dated : dated.header("Accept-Ranges", "bytes");
    }

    private static FileAnswer answer(
            FileChannel file, RequestHead request, Response found, long size, Instant modified) {
        Preconditions conditions =
                new Preconditions(request.headers(), found.headers().get("ETag"), modified);
        return switch (conditions.verdict()) {
            case FAILED -> without(Response.status(412));
            case NOT_MODIFIED -> without(found.withStatus(304));
            case SEND ->
                request.isHead() || size == 0 || !conditions.allowRange()
                        ? whole(file, request, found, size)
                        : ranges(file, request, found, size);
        };
    }

    private static FileAnswer ranges(FileChannel file, RequestHead request, Response found, long size) {
        List<String> fields = request.headers().all("Range");
        Optional<List<ByteRange>> asked = fields.size() == 1 ? ByteRange.parse(fields.get(0), size) : Optional.empty();
        if (asked.isEmpty()) {
            return whole(file, request, found, size);
        }
        List<ByteRange> ranges = asked.get();
        if (ranges.isEmpty()) {
            return without(Response.status(416).header("Content-Range", "bytes */" + size));
        }
        return ranges.size() == 1 ? oneRange(file, found, size, ranges.get(0)) : multipart(file, found, size, ranges);
    }

    private static FileAnswer oneRange(FileChannel file, Response found, long size, ByteRange range) {
        Response part = found.withStatus(206).header("Content-Range", range.contentRange(size));
        return new FileAnswer(part, file, List.of(FilePart.of(range)));
    }

    /* RFC 9110, 14.6. */
    private static FileAnswer multipart(FileChannel file, Response found, long size, List<ByteRange> ranges) {
        String boundary = UUID.randomUUID().toString();
        String type = found.headers()
                .get("Content-Type")
                .map(said -> "Content-Type: " + said + "\r\n")
                .orElse("");
        List<FilePart> parts = new ArrayList<>();
        for (ByteRange range : ranges) {
            String head = (parts.isEmpty() ? "--" : "\r\n--") + boundary + "\r\n" + type + "Content-Range: "
                    + range.contentRange(size) + "\r\n\r\n";
            parts.add(new FilePart(head, range));
        }
        parts.add(new FilePart("\r\n--" + boundary + "--\r\n", NOTHING));
        Response several = found.withStatus(206).header("Content-Type", "multipart/byteranges; boundary=" + boundary);
        return new FileAnswer(several, file, parts);
    }

    private static FileAnswer whole(FileChannel file, RequestHead request, Response response, long size) {
        return new FileAnswer(response, request.isHead() ? null : file, List.of(FilePart.of(new ByteRange(0, size))));
    }

    private static FileAnswer notFound() {
        return without(Response.status(404));
    }

    private static FileAnswer without(Response response) {
        return new FileAnswer(Responses.withoutBody(response), null, List.of());
    }
}
