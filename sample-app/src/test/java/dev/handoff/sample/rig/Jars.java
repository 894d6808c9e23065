package dev.handoff.sample.rig;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Builds of a program. */
public final class Jars {
    private Jars() {}

    /** A jar with a program of the tests', and a text beside it that it can tell its version by. */
    public static Path of(Path jar, Class<?> main, String version) throws IOException {
        String name = main.getName().replace('.', '/') + ".class";
        String folder = name.substring(0, name.lastIndexOf('/') + 1);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Path file : classesIn(main)) {
                out.putNextEntry(new ZipEntry(folder + file.getFileName()));
                Files.copy(file, out);
            }
            out.putNextEntry(new ZipEntry(folder + "version.txt"));
            out.write(version.getBytes(UTF_8));
        }
        return jar;
    }

    private static Iterable<Path> classesIn(Class<?> main) throws IOException {
        Path here = Path.of(Objects.requireNonNull(main.getResource(main.getSimpleName() + ".class"))
                .getPath());
        try (var files = Files.list(here.getParent())) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    /**
     * Writes the content of a jar over another one that is there, as {@code cp} does, with every class at another place
     * than before.
     */
    public static void writeOver(Path jar, Path source) throws IOException {
        try (ZipFile from = new ZipFile(source.toFile());
                OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream to = new ZipOutputStream(file)) {
            to.setMethod(ZipOutputStream.STORED);
            for (ZipEntry entry : Collections.list(from.entries())) {
                try (InputStream in = from.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    to.putNextEntry(stored(entry.getName(), bytes));
                    to.write(bytes);
                }
            }
        }
    }

    private static ZipEntry stored(String name, byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        return entry;
    }
}
