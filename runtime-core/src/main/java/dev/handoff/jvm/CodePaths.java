package dev.handoff.jvm;

import dev.handoff.jvm.CommandLine.Main;
import dev.handoff.unix.Directories;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Where a JVM takes its code from: class path and module path with what manifests add, agents, and the JDK's own classes. */
public final class CodePaths {
    private CodePaths() {}

    /**
     * The paths of files and directories, the program's own first.
     *
     * @param line what starts the JVM
     * @param options all of its options, wherever they were said, files opened
     * @param directory where it starts, absolute
     * @return absolute paths, which may not be there
     * @throws IOException if a directory or a jar that is there cannot be read
     */
    public static Collection<Path> of(CommandLine line, List<String> options, Path directory) throws IOException {
        PathOptions paths = new PathOptions(directory);
        Set<Path> found = new LinkedHashSet<>();
        Deque<Path> next = new ArrayDeque<>(elements(main(line, options, paths)));
        for (List<String> option : LauncherOptions.grouped(paths.absolute(options))) {
            next.addAll(elements(PathOptions.codeIn(option)));
        }
        while (!next.isEmpty()) {
            Path path = next.remove();
            if (found.add(path)) {
                next.addAll(named(path));
            }
        }
        found.add(Path.of(line.java()).toRealPath().resolveSibling("../lib/modules"));
        return found;
    }

    private static List<String> main(CommandLine line, List<String> options, PathOptions paths) {
        Main main = line.main();
        return switch (main.kind()) {
            case JAR, SOURCE -> List.of(paths.absolute(main.name()));
            case CLASS ->
                options.stream().anyMatch(LauncherOptions::isClassPath)
                        ? List.of()
                        : List.of(paths.absoluteList(JavaProcess.classPath()).split(File.pathSeparator));
            case MODULE -> List.of();
        };
    }

    private static List<Path> elements(List<String> paths) throws IOException {
        List<Path> elements = new ArrayList<>();
        for (String path : paths) {
            if (path.endsWith("/*")) {
                elements.addAll(jarsIn(Path.of(path.substring(0, path.length() - 2))));
            } else {
                elements.add(Path.of(path));
            }
        }
        return elements;
    }

    private static List<Path> jarsIn(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        return Directories.contents(directory).stream()
                .filter(file ->
                        file.toString().endsWith(".jar") || file.toString().endsWith(".JAR"))
                .sorted()
                .toList();
    }

    /** What the manifest of a jar adds to the class path. */
    private static List<Path> named(Path path) throws IOException {
        if (!path.toString().endsWith(".jar") || !Files.isRegularFile(path)) {
            return List.of();
        }
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            String names =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return names == null
                    ? List.of()
                    : Stream.of(names.split(" +"))
                            .filter(name -> !name.isEmpty())
                            .map(name -> path.toUri().resolve(name))
                            .filter(uri -> "file".equals(uri.getScheme()))
                            .map(Path::of)
                            .toList();
        } catch (IllegalArgumentException e) {
            throw new IOException("cannot read the class path in the manifest of " + path + ": " + e.getMessage(), e);
        }
    }
}
