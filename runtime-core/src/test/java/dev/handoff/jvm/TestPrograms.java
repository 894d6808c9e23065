package dev.handoff.jvm;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Programs that tests start as children. */
public final class TestPrograms {

    private TestPrograms() {}

    /** The launcher. */
    public static String java() {
        return System.getProperty("java.home") + "/bin/java";
    }

    /** Prints its arguments, each in brackets. */
    public static final class Echo {
        private Echo() {}

        public static void main(String[] args) {
            System.out.writeBytes(text(List.of(args)).getBytes(StandardCharsets.UTF_8));
        }

        static String text(List<?> words) {
            return words.stream().map(word -> "[" + word + "]").collect(Collectors.joining());
        }
    }

    /** Prints the command line that it would give a worker, and the one with another main class. */
    static final class Repeat {
        private Repeat() {}

        public static void main(String[] args) {
            CommandLine line = CommandLine.ofThisProcess();
            System.out.println(Echo.text(line.toList()));
            System.out.println(
                    Echo.text(line.withMain(Echo.class, List.of("x y")).toList()));
        }
    }
}
