package dev.handoff.unix;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists directories. The streams of {@link Files} throw an unchecked exception when a file is removed meanwhile, which no caller
 * expects: here it is an {@link IOException}.
 */
public final class Directories {
    private Directories() {}

    /**
     * The files in a directory now.
     *
     * @throws java.nio.file.NoSuchFileException if it does not exist, or is removed meanwhile
     */
    public static List<Path> contents(Path directory) throws IOException {
        List<Path> contents = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            all.forEach(contents::add);
            return contents;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /**
     * The regular files in a directory and in its subdirectories. Links to directories are not followed.
     *
     * @param most where to stop
     */
    public static List<Path> filesBelow(Path directory, int most) throws IOException {
        List<Path> files = new ArrayList<>();
        addFiles(directory, most, files);
        return files;
    }

    private static void addFiles(Path directory, int most, List<Path> files) throws IOException {
        for (Path path : contents(directory)) {
            if (files.size() >= most) {
                return;
            }
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                addFiles(path, most, files);
            } else if (Files.isRegularFile(path)) {
                files.add(path);
            }
        }
    }
}
