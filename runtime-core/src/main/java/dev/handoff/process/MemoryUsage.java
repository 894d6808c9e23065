package dev.handoff.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much memory this process uses, in bytes.
 *
 * @param rss the resident set: {@code VmRSS} of proc(5)
 * @param heapTotal the heap that the JVM has reserved
 * @param heapUsed the used part of the heap, including garbage
 * @param external the size of buffers outside the heap
 */
public record MemoryUsage(long rss, long heapTotal, long heapUsed, long external) {
    private static final Path STATUS = Path.of("/proc/self/status");

    static MemoryUsage now() {
        Runtime runtime = Runtime.getRuntime();
        long total = runtime.totalMemory();
        return new MemoryUsage(rssNow(), total, total - runtime.freeMemory(), externalNow());
    }

    private static long rssNow() {
        try {
            // The file contains the process's name, whose bytes may be invalid in UTF-8.
            return Files.readAllLines(STATUS, ISO_8859_1).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask how much memory this process uses: " + e, e);
        }
    }

    private static long externalNow() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
