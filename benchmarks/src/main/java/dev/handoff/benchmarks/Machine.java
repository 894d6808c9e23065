package dev.handoff.benchmarks;

import io.netty.util.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a figure depends on beside the code: the machine and the versions of everything that took part. */
final class Machine {
    private static final Pattern CPU_MODEL = Pattern.compile("^model name\\s*: (.+)$", Pattern.MULTILINE);
    private static final Pattern MEMORY_KIB = Pattern.compile("^MemTotal:\\s*(\\d+) kB$", Pattern.MULTILINE);
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[.\\d]*");
    private static final double KIB_PER_GIB = 1024.0 * 1024.0;

    private Machine() {}

    /** The facts, in the order in which they are to be told. */
    static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put("CPU", cpu(read("/proc/cpuinfo"), Runtime.getRuntime().availableProcessors()));
        facts.put("Memory", memory(read("/proc/meminfo")));
        facts.put("Kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("Netty", nettyVersion());
        facts.put("Node", version("node", "--version"));
        facts.put("nginx", version("nginx", "-v"));
        facts.put("wrk", version(Wrk.PROGRAM, "--version"));
        return facts;
    }

    /** The processor's model, or the architecture where the kernel tells no model, and the number of cores. */
    static String cpu(String cpuInfo, int cores) {
        Matcher model = CPU_MODEL.matcher(cpuInfo);
        return (model.find() ? model.group(1) : System.getProperty("os.arch")) + ", " + cores + " cores";
    }

    /** The memory of /proc/meminfo, in whole GiB. */
    static String memory(String memInfo) {
        Matcher total = MEMORY_KIB.matcher(memInfo);
        return total.find() ? Math.round(Long.parseLong(total.group(1)) / KIB_PER_GIB) + " GiB" : "unknown";
    }

    /** The first thing that looks like a version. */
    static String version(String output) {
        Matcher version = VERSION.matcher(output);
        return version.find() ? version.group() : output.strip();
    }

    private static String nettyVersion() {
        return Version.identify().values().iterator().next().artifactVersion();
    }

    private static String version(String program, String option) {
        return Programs.installed(program)
                ? version(Programs.run(List.of(program, option)).output())
                : "not installed";
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
