package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.jvm.TestPrograms;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that runs inside another one's JVM, by a class loader of that one's, as by Maven's {@code exec:java}. */
class ForeignClassLoaderTest {
    @Test
    void aMainClassOfAnotherLoaderIsFoundByTheChildToo(@TempDir Path directory) throws Exception {
        assertThat(run(directory, Forks.class)).isEqualTo("[a child]");
    }

    @Test
    void aLoaderThatDoesNotTellWhereItsClassesAreIsNamed(@TempDir Path directory) throws Exception {
        assertThat(run(directory, Hidden.class))
                .startsWith("cannot start a JVM for " + Forks.class.getName() + ": it is not on this JVM's class path,")
                .contains("which does not say where it finds classes");
    }

    /** Runs a program by the host, whose class is all that is on the JVM's own class path. */
    private static String run(Path directory, Class<?> main) throws Exception {
        Path host = directory.resolve(fileOf(Host.class));
        Files.createDirectories(host.getParent());
        Files.write(host, bytesOf(Host.class));
        Process process = new ProcessBuilder(
                        TestPrograms.java(),
                        "-Xmx48m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        directory.toString(),
                        Host.class.getName(),
                        System.getProperty("java.class.path"),
                        main.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static String fileOf(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }

    private static byte[] bytesOf(Class<?> type) throws IOException {
        try (var in = Objects.requireNonNull(ClassLoader.getSystemResourceAsStream(fileOf(type)))) {
            return in.readAllBytes();
        }
    }

    /** What runs the program. */
    static final class Host {
        private Host() {}

        public static void main(String[] arguments) throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String path : arguments[0].split(File.pathSeparator, -1)) {
                urls.add(Path.of(path).toUri().toURL());
            }
            ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Thread.currentThread().setContextClassLoader(loader);
            loader.loadClass(arguments[1]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }

    /** Starts a child by its class. */
    public static final class Forks {
        private Forks() {}

        public static void main(String[] arguments) {
            SpawnOptions child = SpawnOptions.ofMain(TestPrograms.Echo.class, "a child");
            System.out.println(ChildProcess.execFileSync(child).stdout());
        }
    }

    /** Starts a child by a class that a loader of its own has made from bytes. */
    public static final class Hidden {
        private Hidden() {}

        public static void main(String[] arguments) throws Exception {
            Class<?> found = Forks.class;
            try (var in = Objects.requireNonNull(found.getResourceAsStream("/" + fileOf(found)))) {
                byte[] bytes = in.readAllBytes();
                Class<?> hidden = new FromBytes(found.getClassLoader()).define(found.getName(), bytes);
                System.out.println(
                        ChildProcess.execFileSync(SpawnOptions.ofMain(hidden)).stdout());
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static final class FromBytes extends ClassLoader {
        FromBytes(ClassLoader parent) {
            super(parent);
        }

        Class<?> define(String name, byte[] bytes) {
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
