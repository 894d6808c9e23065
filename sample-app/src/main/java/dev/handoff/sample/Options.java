package dev.handoff.sample;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.ClusterServer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the command line asks for.
 *
 * @param values by the options' names; what is not there was not said
 */
record Options(Map<String, String> values) {
    /** What {@code --help} prints. */
    static final String USAGE = """
            java -jar sample-app.jar [OPTION...]
              --port N          where to listen, 0 for any free port (8080)
              --lines-port N    where to serve a line protocol, too, that counts each session's lines (nowhere)
              --host NAME       on which address of this machine (every one)
              --workers N       how many processes serve, 0 to 256 (2)
              --policy NAME     who gets the next connection: round-robin (default), least-connections, power-of-two,
                                consistent-hash; shared: the workers take them themselves
              --help            this text
            Signals to the master: HUP replaces all workers without losing a connection, TERM and INT stop
            gracefully (another one, half a second later, at once), TTIN and TTOU start and
            stop one worker.
            """;

    private static final int PORT = 8080;
    private static final int WORKERS = 2;
    private static final List<String> POLICIES =
            List.of("round-robin", "least-connections", "power-of-two", "consistent-hash", "shared");

    Options {
        values = Map.copyOf(values);
    }

    static boolean askForHelp(String... arguments) {
        return Arrays.asList(arguments).contains("--help");
    }

    /**
     * Reads a command line: {@code --name value} or {@code --name=value}; what is said twice is taken as said last.
     *
     * @throws IllegalArgumentException if it holds an option or a value that is none, with a sentence for the user
     */
    static Options parse(String... arguments) {
        Map<String, String> values = new LinkedHashMap<>();
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String[] option = rest.remove().split("=", 2);
            String name = known(option[0]);
            if (option.length == 1 && rest.isEmpty()) {
                throw new IllegalArgumentException(name + " lacks its value");
            }
            values.put(name, checked(name, option.length == 2 ? option[1] : rest.remove()));
        }
        return new Options(values);
    }

    private static String known(String name) {
        return switch (name) {
            case "--port", "--lines-port", "--host", "--workers", "--policy" -> name;
            default -> throw new IllegalArgumentException("there is no option '" + name + "'");
        };
    }

    private static String checked(String name, String value) {
        switch (name) {
            case "--port", "--lines-port" -> Numbers.between(0, 65_535, name, value);
            case "--workers" -> Numbers.between(0, 256, name, value);
            case "--policy" -> checkPolicy(value);
            default -> checkHost(value);
        }
        return value;
    }

    private static void checkPolicy(String value) {
        if (!POLICIES.contains(value)) {
            throw new IllegalArgumentException(
                    "--policy takes one of " + String.join(", ", POLICIES) + ", not '" + value + "'");
        }
    }

    private static void checkHost(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("--host takes a name or an address, and got nothing");
        }
    }

    /** The defaults are the program's; what was said on the command line beats settings from anywhere else. */
    ClusterServer.Builder applyTo(ClusterServer.Builder server) {
        server.port(PORT).workers(WORKERS);
        if (values.containsKey("--lines-port")) {
            server.listen(ListenOptions.parse(address("--lines-port")), new LineCounter());
        }
        said(server, Setting.WORKERS, "--workers");
        said(server, Setting.POLICY, "--policy");
        return values.containsKey("--port") || values.containsKey("--host")
                ? server.option(Setting.LISTEN.key(), addresses())
                : server;
    }

    private void said(ClusterServer.Builder server, Setting setting, String name) {
        if (values.containsKey(name)) {
            server.option(setting.key(), values.get(name));
        }
    }

    /** All of them, in the order of the handlers. */
    String addresses() {
        return values.containsKey("--lines-port")
                ? address("--port") + "," + address("--lines-port")
                : address("--port");
    }

    /** As {@link ListenOptions#parse} reads it. */
    private String address(String option) {
        String host = values.getOrDefault("--host", "");
        String bracketed = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return bracketed + ":" + values.getOrDefault(option, Integer.toString(PORT));
    }
}
