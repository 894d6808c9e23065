package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is removed, and what is left alone. */
class OwnFileTest {
    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void nameTheFile() {
        path = directory.resolve("file");
    }

    @Test
    void whatLiesAtTheSamePathLaterStays() throws Exception {
        Files.createFile(path);
        OwnFile own = OwnFile.at(path).orElseThrow();
        Files.move(path, directory.resolve("elsewhere"));
        assertThat(own.isInPlace()).isFalse();
        assertThat(own.remove()).isFalse();
        Files.writeString(path, "a successor's");
        assertThat(own.isInPlace()).isFalse();
        assertThat(own.remove()).isFalse();
        assertThat(path).hasContent("a successor's");
        Files.move(directory.resolve("elsewhere"), path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(own.isInPlace()).isTrue();
        assertThat(own.remove()).isTrue();
        assertThat(path).doesNotExist();
    }

    @Test
    void aLinkIsRemovedAndNotWhatItLeadsTo() throws Exception {
        Path precious = Files.writeString(directory.resolve("precious"), "x");
        Files.createSymbolicLink(path, precious);
        assertThat(OwnFile.at(path).orElseThrow().remove()).isTrue();
        assertThat(path).doesNotExist();
        assertThat(precious).hasContent("x");
    }

    @Test
    void aDirectoryWithSomethingInItStays() throws Exception {
        Files.createDirectory(path);
        OwnFile own = OwnFile.at(path).orElseThrow();
        Path inIt = Files.createFile(path.resolve("in it"));
        assertThatExceptionOfType(DirectoryNotEmptyException.class).isThrownBy(own::remove);
        assertThat(Directories.contents(path)).containsExactly(inIt);
        assertThat(OwnFile.at(inIt).orElseThrow().remove()).isTrue();
        assertThat(own.remove()).isTrue();
        assertThat(OwnFile.at(path)).isEmpty();
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> Directories.contents(path));
    }
}
