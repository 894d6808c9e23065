package dev.handoff.master;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import jnr.unixsocket.UnixSocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads every class that the master may ever need before it listens. A jar that is overwritten in place breaks each
 * running JVM that has it open: the next class not yet loaded is a {@link NoClassDefFoundError}. A master lives through
 * many builds, and must not fail at its first crash loop or its stop.
 *
 * <p>What lies in the libraries below is loaded too where the master meets it late. The JDK's own classes are in a file
 * of its own.
 */
final class ClassPreloader {
    private static final Logger LOG = LoggerFactory.getLogger(ClassPreloader.class);
    private static final String CLASS = ".class";

    /** A package and one class of it, which tells where the package is. */
    private record Origin(Class<?> member, String packagePath) {}

    private static final List<Origin> ORIGINS = List.of(
            new Origin(ClassPreloader.class, "dev/handoff/master"),
            new Origin(ClassPreloader.class, "dev/handoff/cluster"),
            new Origin(ClassPreloader.class, "dev/handoff/process"),
            new Origin(ClassPreloader.class, "dev/handoff/wire"),
            new Origin(ClassPreloader.class, "dev/handoff/unix"),
            new Origin(UnixSocketChannel.class, "jnr/unixsocket"),
            new Origin(jnr.enxio.channels.NativeSocketChannel.class, "jnr/enxio"),
            new Origin(LoggerFactory.class, "org/slf4j"));

    private ClassPreloader() {}

    /** Loads them; gives how many. What cannot be loaded is told, and would fail later anyway. */
    static int loadAll() {
        return ORIGINS.stream().mapToInt(ClassPreloader::load).sum();
    }

    private static int load(Origin origin) {
        try {
            Path place = placeOf(origin.member());
            if (Files.isDirectory(place)) {
                return load(place, origin);
            }
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                return load(jar.getPath("/"), origin);
            }
        } catch (IOException | URISyntaxException e) {
            LOG.warn("cannot load the classes of {} ahead: a jar must not be overwritten in place", origin, e);
            return 0;
        }
    }

    private static Path placeOf(Class<?> member) throws IOException, URISyntaxException {
        CodeSource source = member.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw new IOException("nobody knows where " + member.getName() + " came from");
        }
        return Path.of(source.getLocation().toURI());
    }

    private static int load(Path root, Origin origin) throws IOException {
        ClassLoader loader = origin.member().getClassLoader();
        try (Stream<Path> files = Files.walk(root.resolve(origin.packagePath()))) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(CLASS) && !name.endsWith("-info" + CLASS))
                    .map(name ->
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    .mapToInt(name -> load(name, loader))
                    .sum();
        }
    }

    /** Some classes of libraries need others that are not there: nobody needs those. */
    private static int load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
            return 1;
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.debug("cannot load {} ahead", name, e);
            return 0;
        }
    }
}
