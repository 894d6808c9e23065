package dev.handoff.unix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A small JVM on this test's class path that runs one class; it is ended with the test. */
public final class ChildJvm implements AutoCloseable {
    /** Compiler threads whose number changes open files of /proc and of cgroups at any time, and leave room where a test wants none. */
    private static final List<String> FLAGS =
            List.of("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UseDynamicNumberOfCompilerThreads");

    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    /** Starts it. */
    public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), Map.of(), main, arguments);
    }

    /** Starts it behind other words, such as those of prlimit, with additional variables. */
    public static ChildJvm start(
            List<String> prefix, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command(prefix, main, arguments)).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return new ChildJvm(builder.start());
    }

    /** The command line of one behind other words. */
    public static List<String> command(List<String> prefix, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(FLAGS);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Words to start one behind, whose first call of this kind fails so although the kernel has not tried it (strace(1)). */
    public static List<String> firstFailing(String call, String error) {
        String fault = "inject=" + call + ":error=" + error + ":when=1";
        return List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", fault);
    }

    /** The process itself. */
    public Process process() {
        return process;
    }

    /** Waits for its end and gives what it printed. */
    public String output() throws IOException, InterruptedException {
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(30, TimeUnit.SECONDS);
        return printed.strip();
    }

    /** Waits for its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("pid " + process.pid() + " has not ended within 30 s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
