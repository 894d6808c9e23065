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
 * @param rss what of it is in memory at all: {@code VmRSS} of proc(5)
 * @param heapTotal what the JVM has reserved for objects
 * @param heapUsed what of that objects take, garbage included
 * @param external what buffers outside of the heap take
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
            // It has the process's name, whose bytes may be anything.
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
