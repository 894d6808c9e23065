package dev.handoff.benchmarks;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line of {@link SideBySide}. The defaults are those of the published run. */
@Command(
        name = "java -cp benchmarks/target/benchmarks.jar dev.handoff.benchmarks.SideBySide",
        description = "Measures what each system costs, in turns on this machine.",
        sortOptions = false,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:all claims hold", "1:one is missed", "2:wrong option", "3:the run failed"})
interface Options {
    /** How often each system is started. */
    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            converter = Count.class,
            description = "starts of each system (${DEFAULT-VALUE})")
    int rounds();

    /** How many turns each system has in a round. */
    @Option(
            names = "--turns",
            paramLabel = "N",
            defaultValue = "3",
            converter = Count.class,
            description = "turns of each system in a round (${DEFAULT-VALUE})")
    int turns();

    /** How long one measurement takes. */
    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            converter = Count.class,
            description = "length of each measurement (${DEFAULT-VALUE})")
    int seconds();

    /** Seconds of each load before the first measurement of a round: a JVM that has just been started spends most of its time compiling. */
    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "15",
            converter = Count.class,
            description = "seconds of each load before the first (${DEFAULT-VALUE})")
    int warmUp();

    /** How many connections are open at a time. */
    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "64",
            converter = Count.class,
            description = "connections open at a time (${DEFAULT-VALUE})")
    int connections();

    /** The systems to run; null: all that are installed. */
    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            converter = SystemName.class,
            completionCandidates = SystemName.class,
            description = "these systems alone, separated by commas: ${COMPLETION-CANDIDATES}")
    @Nullable
    List<String> only();

    /** The directory for the results. */
    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "benchmarks/results",
            description = "where the results go (${DEFAULT-VALUE})")
    Path out();

    /** Asks for the list of options. */
    @Option(names = "--help", usageHelp = true, description = "this text")
    boolean help();

    /** A whole number from 1 to 999,999. */
    final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[1-9]\\d{0,5}")) {
                throw new TypeConversionException("takes a whole number from 1 to 999999, not '" + text + "'");
            }
            return Integer.valueOf(text);
        }
    }

    /** The name of a system that can be measured. */
    final class SystemName implements ITypeConverter<String>, Iterable<String> {
        @Override
        public String convert(String text) {
            if (!Contenders.names().contains(text)) {
                throw new TypeConversionException(
                        "'" + text + "' is no system; there are " + String.join(", ", Contenders.names()));
            }
            return text;
        }

        @Override
        public Iterator<String> iterator() {
            return Contenders.names().iterator();
        }
    }
}
