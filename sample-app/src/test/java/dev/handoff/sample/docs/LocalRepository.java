package dev.handoff.sample.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A local Maven repository that has the runtime, as {@code mvn install} would put it there: what this build has packaged. All else
 * in it are links to the local repository of the user, which stays as it is.
 */
final class LocalRepository {
    private static final Path OURS = Path.of("dev/handoff");
    private static final Pattern VERSION = Pattern.compile("<artifactId>handoff</artifactId>\\s*<version>([^<]+)<");

    private LocalRepository() {}

    /** Makes one in an empty directory. */
    static void in(Path directory) throws IOException {
        link(ofTheUser(), directory, OURS);
        Matcher version = VERSION.matcher(Files.readString(Document.ROOT.resolve("pom.xml")));
        if (!version.find()) {
            throw new IllegalStateException("the pom of the repository says no version");
        }
        install(directory, version.group(1), "handoff", Document.ROOT);
        for (String module : List.of("runtime-core", "runtime-netty")) {
            install(directory, version.group(1), module, Document.ROOT.resolve(module));
        }
    }

    /** Maven tells it to the JVMs of tests. */
    private static Path ofTheUser() {
        String told = System.getProperty("localRepository");
        return told == null ? Path.of(System.getProperty("user.home"), ".m2/repository") : Path.of(told);
    }

    /** Links to all that is in one directory, but what lies below a path, of which only the directories are made. */
    private static void link(Path from, Path to, Path except) throws IOException {
        Path excepted = except.getName(0);
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.filter(each -> !each.endsWith(excepted)).toList()) {
                Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
            }
        }
        Files.createDirectory(to.resolve(excepted));
        if (except.getNameCount() > 1 && Files.isDirectory(from.resolve(excepted))) {
            link(from.resolve(excepted), to.resolve(excepted), except.subpath(1, except.getNameCount()));
        }
    }

    /** The pom and, if there is one, the jar. */
    private static void install(Path repository, String version, String artifact, Path module) throws IOException {
        Path directory = Files.createDirectories(
                repository.resolve(OURS).resolve(artifact).resolve(version));
        String name = artifact + "-" + version;
        Files.copy(module.resolve("pom.xml"), directory.resolve(name + ".pom"));
        Path jar = module.resolve("target").resolve(name + ".jar");
        if (!artifact.equals("handoff")) {
            Files.copy(jar, directory.resolve(name + ".jar"));
        }
    }
}
