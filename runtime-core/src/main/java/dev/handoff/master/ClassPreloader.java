package dev.handoff.master;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Directories;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import jnr.constants.platform.Errno;
import jnr.enxio.channels.NativeSocketChannel;
import jnr.ffi.LastError;
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
    private static final Logger LOG = Logs.of(ClassPreloader.class);
    private static final String CLASS = ".class";

    /** Packages of ours that a master runs, with those below them. */
    static final List<String> OURS = List.of(
            "master",
            "signals",
            "workers",
            "launch",
            "output",
            "probe",
            "directory",
            "control",
            "acceptor",
            "child",
            "jvm",
            "cluster",
            "process",
            "wire",
            "unix",
            "guard");

    private static final List<String> ERRNO = List.of(
            "jnr/constants/Constant",
            "jnr/constants/PlatformConstants",
            "jnr/constants/platform/ConstantResolver",
            "jnr/constants/platform/Errno",
            "jnr/constants/platform/linux/Errno");

    private ClassPreloader() {}

    /** Loads them; gives how many. What cannot be loaded is told, and would fail later anyway. */
    static int loadAll() {
        return load(
                        ClassPreloader.class,
                        OURS.stream().map(name -> "dev/handoff/" + name + "/").toList())
                + load(UnixSocketChannel.class, List.of("jnr/unixsocket/"))
                + load(NativeSocketChannel.class, List.of("jnr/enxio/"))
                // A failed system call is told by these two: the first may be the control socket's, at the stop.
                + load(LastError.class, List.of("jnr/ffi/LastError"))
                + load(Errno.class, ERRNO)
                + load(LoggerFactory.class, List.of("org/slf4j/"));
    }

    /** Loads packages from the place where that member of them came from. */
    private static int load(Class<?> member, List<String> packagePaths) {
        try {
            return (int) files(placeOf(member)).stream()
                    .filter(name -> packagePaths.stream().anyMatch(name::startsWith))
                    .filter(name -> name.endsWith(CLASS) && !name.endsWith("-info" + CLASS))
                    .map(name ->
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    .filter(name -> load(name, member.getClassLoader()))
                    .count();
        } catch (IOException | URISyntaxException e) {
            LOG.warn("cannot load {} ahead: a jar must not be overwritten in place", packagePaths, e);
            return 0;
        }
    }

    private static List<String> files(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            return Directories.filesBelow(place, Integer.MAX_VALUE).stream()
                    .map(file -> place.relativize(file).toString())
                    .toList();
        }
        try (JarFile jar = new JarFile(place.toFile())) {
            return jar.stream().map(JarEntry::getName).toList();
        }
    }

    private static Path placeOf(Class<?> member) throws IOException, URISyntaxException {
        CodeSource source = member.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw new IOException("it is not known where " + member.getName() + " came from");
        }
        return Path.of(source.getLocation().toURI());
    }

    /** Some classes of libraries need others that are not there. They are never used. */
    private static boolean load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.debug("cannot load {} ahead", name, e);
            return false;
        }
    }
}
