package dev.handoff.jvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The directory in which this process was started, and the path by which it is found again. A deploy that switches a symbolic link,
 * such as {@code current}, lets that path lead to another directory, while the kernel keeps this process in the old one. Immutable.
 */
public final class StartDirectory {
    private static final Path OURS = Path.of("/proc/self/cwd");
    private static final Path REAL = Path.of("").toAbsolutePath();
    private static final StartDirectory TYPED =
            new StartDirectory(REAL).orAs(pathOf(System.getenv("PWD")).filter(Path::isAbsolute));

    private final Path path;

    private StartDirectory(Path path) {
        this.path = path;
    }

    /**
     * This process's, by the path in {@code $PWD} if that led to it when this class was loaded, else by the path that getcwd(3)
     * told the JVM. A shell sets {@code $PWD} to what was typed, links included; a program that was started in another directory than its
     * parent's has inherited one that leads elsewhere.
     */
    public static StartDirectory ofThisProcess() {
        return TYPED;
    }

    private static Optional<Path> pathOf(String text) {
        try {
            return Optional.ofNullable(text).map(Path::of);
        } catch (InvalidPathException e) {
            return Optional.empty(); // bytes that the locale cannot express
        }
    }

    /** The same directory by that path, if it leads there now; relative to this path. */
    public StartDirectory orAs(Optional<Path> other) {
        return other.map(path::resolve)
                .filter(StartDirectory::leadsToOurs)
                .map(StartDirectory::new)
                .orElse(this);
    }

    private static boolean leadsToOurs(Path path) {
        try {
            return Files.isSameFile(path, OURS);
        } catch (IOException e) {
            return false;
        }
    }

    /** The path by which it is followed: absolute. */
    public Path path() {
        return path;
    }

    /** Whether that path is one of this directory's own: what was typed relative to it stays right there. */
    public boolean isAt(Path directory) {
        return directory.equals(path) || directory.equals(REAL);
    }

    /** Whether that is the path that getcwd(3) told the JVM at its start. */
    public static boolean isReal(Path directory) {
        return directory.equals(REAL);
    }

    /**
     * The directory that the kernel keeps this process in, wherever it was moved; if it was removed, what its path leads to now. Absolute.
     */
    public static Path ofKernel() {
        return kernels().orElse(TYPED.path);
    }

    /** Whether the directory that the kernel keeps this process in was removed. Programs start in it, a JVM does not. */
    public static boolean isGone() {
        return kernels().isEmpty();
    }

    private static Optional<Path> kernels() {
        try {
            return Optional.of(OURS.toRealPath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
