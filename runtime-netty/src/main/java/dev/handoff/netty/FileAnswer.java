package dev.handoff.netty;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a file is answered with.
 *
 * @param response its status and fields
 * @param file open if a body follows; whoever sends it closes it
 * @param part what of it follows
 */
record FileAnswer(Response response, @Nullable FileChannel file, ByteRange part) {
    private static final ByteRange NOTHING = new ByteRange(0, 0);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** Answers a request for a file: 200, 206, 304, 404 or 416. Opens the file if its content is due. */
    static FileAnswer of(Path path, Headers request, boolean head, Response wanted) {
        try {
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                return notFound();
            }
            Instant modified = Files.getLastModifiedTime(path).toInstant().truncatedTo(ChronoUnit.SECONDS);
            Response found =
                    wanted.header("Last-Modified", DATE.format(modified)).header("Accept-Ranges", "bytes");
            if (wanted.code() != 200) {
                return open(path, found, head, new ByteRange(0, Files.size(path)));
            }
            return answer(path, request, head, found, modified);
        } catch (IOException e) {
            return notFound();
        }
    }

    private static FileAnswer answer(Path path, Headers request, boolean head, Response found, Instant modified)
            throws IOException {
        if (isNotNewer(modified, request.get("If-Modified-Since")) && !request.contains("If-None-Match")) {
            return without(found.withStatus(304));
        }
        long size = Files.size(path);
        Optional<ByteRange> range = head || !isSame(modified, request.get("If-Range"))
                ? Optional.empty()
                : request.get("Range").flatMap(field -> ByteRange.parse(field, size));
        if (range.isEmpty()) {
            return open(path, found, head, new ByteRange(0, size));
        }
        if (!range.get().isSatisfiable()) {
            return without(Response.status(416).header("Content-Range", "bytes */" + size));
        }
        Response part =
                found.withStatus(206).header("Content-Range", range.get().contentRange(size));
        return open(path, part, false, range.get());
    }

    private static FileAnswer open(Path path, Response response, boolean head, ByteRange part) throws IOException {
        return new FileAnswer(response, head ? null : FileChannel.open(path, StandardOpenOption.READ), part);
    }

    private static FileAnswer notFound() {
        return without(Response.status(404));
    }

    private static FileAnswer without(Response response) {
        return new FileAnswer(response.withoutBody(), null, NOTHING);
    }

    private static boolean isNotNewer(Instant modified, Optional<String> date) {
        return date.flatMap(FileAnswer::parse)
                .map(since -> !modified.isAfter(since))
                .orElse(false);
    }

    /* A condition that cannot be read, an entity tag above all, does not hold: the whole file is right in any case. */
    private static boolean isSame(Instant modified, Optional<String> date) {
        return date.isEmpty()
                || date.flatMap(FileAnswer::parse).map(modified::equals).orElse(false);
    }

    private static Optional<Instant> parse(String date) {
        try {
            return Optional.of(ZonedDateTime.parse(date, DATE).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
