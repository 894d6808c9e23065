package dev.handoff.unix;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A port that takes a privilege, and programs that lack it. Source: ip(7), capabilities(7). */
public final class LowPort {
    private static final int CAP_NET_BIND_SERVICE = 10;
    private static final String EFFECTIVE = "CapEff:";

    private LowPort() {}

    /** The highest of these ports; 0: every user may listen on any port. */
    public static int highest() throws IOException {
        // Numbers under /proc/sys are given by one read only, and Files.readString begins with one of a single byte.
        try (BufferedReader number =
                Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))) {
            return Math.max(0, Integer.parseInt(number.readLine()) - 1);
        }
    }

    /** Words to start a program behind, which then lacks the privilege; none if this process lacks it as well. */
    public static List<String> withoutPrivilege() throws IOException {
        String effective = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(EFFECTIVE))
                .map(line -> line.substring(EFFECTIVE.length()).strip())
                .findFirst()
                .orElseThrow();
        boolean privileged = (Long.parseUnsignedLong(effective, 16) & 1L << CAP_NET_BIND_SERVICE) != 0;
        return privileged ? List.of("setpriv", "--bounding-set", "-net_bind_service", "--") : List.of();
    }
}
