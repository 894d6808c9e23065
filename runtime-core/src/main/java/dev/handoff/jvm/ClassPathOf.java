package dev.handoff.jvm;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The class path on which another JVM finds a class. What runs programs inside its own JVM, such as Maven's {@code exec:java}, loads them by
 * a class loader of its own, of which the JVM's class path says nothing.
 */
final class ClassPathOf {
    private ClassPathOf() {}

    /**
     * That of the loader of a class, if it is not the JVM's own class path on which it is found.
     *
     * @throws IllegalStateException if the loader does not tell, or takes its classes from what is no file
     */
    static Optional<String> loaderOf(Class<?> main) {
        String file = main.getName().replace('.', '/') + ".class";
        if (ClassLoader.getSystemResource(file) != null) {
            return Optional.empty();
        }
        List<String> paths = new ArrayList<>();
        for (ClassLoader loader = main.getClassLoader();
                loader instanceof URLClassLoader urls;
                loader = loader.getParent()) {
            for (URL url : urls.getURLs()) {
                paths.add(path(url, main));
            }
        }
        if (paths.isEmpty()) {
            throw refusal(main, "which does not say where it finds classes");
        }
        return Optional.of(String.join(File.pathSeparator, paths));
    }

    private static String path(URL url, Class<?> main) {
        try {
            return Path.of(url.toURI()).toString();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            throw refusal(main, "which takes classes from " + url + ", and that is no file on a class path");
        }
    }

    private static IllegalStateException refusal(Class<?> main, String why) {
        return new IllegalStateException("cannot start a JVM for " + main.getName()
                + ": it is not on this JVM's class path, but" + " was loaded by " + main.getClassLoader() + ", " + why
                + "; start the program from files on a class path");
    }
}
