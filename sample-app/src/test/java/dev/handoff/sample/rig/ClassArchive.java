package dev.handoff.sample.rig;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The classes of the sample application in the form in which a JVM maps them into memory, instead of parsing and checking them
 * at each start: most of what the tests cost is starts. Made by the first test that needs it, once for each JDK and build of the
 * application. Source: java(1), "Application Class Data Sharing".
 */
final class ClassArchive {
    /** Workers have it; newer JDKs have no use for an archive that was made without it, or with it by a JVM that lacks it. */
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    /** Newer JDKs number the classes of a list, each list by itself. */
    private static final Pattern NUMBER = Pattern.compile(" id: \\d+$");

    private static final Path FILE = make();

    private ClassArchive() {}

    /** The options for a JVM whose class path begins with the application's jar; a JVM that cannot use the archive passes over it. */
    static List<String> options() {
        return List.of(NATIVE_ACCESS, "-XX:SharedArchiveFile=" + FILE);
    }

    private static Path make() {
        Path jdk = ClusterBuilder.JDK.getFileName();
        Path file = ClusterBuilder.TARGET.resolve("sample-app-" + jdk + ".jsa");
        Path lockFile = ClusterBuilder.TARGET.resolve("class-archive.lock");
        // Tests run in several JVMs at a time. The lock goes with the channel.
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock();
            if (!Files.exists(file) || isOlder(file, ClusterBuilder.app())) {
                write(file, Files.createTempDirectory("handoff-classes-"));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the archive of classes " + file, e);
        }
    }

    private static boolean isOlder(Path file, Path than) throws IOException {
        return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) < 0;
    }

    private static void write(Path file, Path directory) throws IOException {
        Path list = directory.resolve("list");
        Path written = directory.resolve("archive");
        // A master loads its own, and a server in one process what workers load.
        Set<String> classes = new LinkedHashSet<>(loaded(1, directory.resolve("master")));
        classes.addAll(loaded(0, directory.resolve("worker")));
        Files.write(list, classes);
        Tool.run(
                ClusterBuilder.JDK.resolve("bin/java").toString(),
                NATIVE_ACCESS,
                "-Xshare:dump",
                "-XX:+UseSerialGC",
                "-XX:SharedClassListFile=" + list,
                "-XX:SharedArchiveFile=" + written,
                "-cp",
                ClusterBuilder.app().toString());
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(list);
        Files.delete(directory);
    }

    private static Set<String> loaded(int workers, Path list) throws IOException {
        RunningCluster cluster = aCluster()
                .withoutArchive()
                .workers(workers)
                .java("-XX:DumpLoadedClassList=" + list)
                .start();
        try {
            cluster.awaitListening();
            cluster.whoAnswers();
            cluster.stop();
        } finally {
            cluster.destroy();
        }
        Set<String> classes = new LinkedHashSet<>();
        for (String line : Files.readAllLines(list)) {
            classes.add(NUMBER.matcher(line).replaceFirst(""));
        }
        Files.delete(list);
        return classes;
    }
}
