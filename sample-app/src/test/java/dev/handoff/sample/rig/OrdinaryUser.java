package dev.handoff.sample.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes a program of root's lack a privilege that ordinary users do not have. */
public final class OrdinaryUser {
    private static final String EFFECTIVE = "CapEff:";
    private static final int CAP_NET_ADMIN = 12;

    private OrdinaryUser() {}

    /** Words to start a program behind, which then may not change the network; none if this process may not, either. */
    public static List<String> withoutNetAdmin() {
        boolean privileged = (effective() & 1L << CAP_NET_ADMIN) != 0;
        return privileged ? List.of("setpriv", "--bounding-set", "-net_admin", "--") : List.of();
    }

    private static long effective() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring(EFFECTIVE.length()).strip(), 16))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read this process's capabilities", e);
        }
    }
}
