package dev.handoff.unix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Under any locale: paths that no test could name as text are named by URIs. */
class PathBytesTest {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/tmp", "/tmp/a b", "/tmp/%41?#;:&+~\"'<>|", "/tmp/.", "a", "a/../b", "./a", ""})
    void anAsciiPathHasTheBytesOfItsText(String text) {
        assertThat(new String(PathBytes.of(Path.of(text)), UTF_8))
                .isEqualTo(Path.of(text).toString());
        assertThat((Object) PathBytes.path(text)).isEqualTo(Path.of(text));
        assertThat(PathBytes.isText(Path.of(text))).isTrue();
    }

    @Test
    void everyByteOfAPathIsThere() {
        Path odd = Path.of(URI.create("file:///srv/gr%C3%BC%C3%9F/%FF%01x"));
        assertThat(new String(PathBytes.of(odd), ISO_8859_1))
                .isEqualTo("/srv/gr\u00c3\u00bc\u00c3\u009f/\u00ff\u0001x");
        Path relative = Path.of("/srv").relativize(odd);
        assertThat(PathBytes.of(relative)).isEqualTo("gr\u00c3\u00bc\u00c3\u009f/\u00ff\u0001x".getBytes(ISO_8859_1));
        assertThat(PathBytes.isText(odd)).isFalse();
    }

    @Test
    void aPathIsMadeOfTextInUtf8() {
        assertThat((Object) PathBytes.path("/srv//gr\u00fc\u00df/"))
                .isEqualTo(Path.of(URI.create("file:///srv/gr%C3%BC%C3%9F")));
        assertThat(PathBytes.of(PathBytes.path("gr\u00fc\u00df/x"))).isEqualTo("gr\u00fc\u00df/x".getBytes(UTF_8));
    }

    @Test
    void aDirectoryThatIsThereHasNoSlashAtItsEnd(@TempDir Path directory) throws IOException {
        Path odd = Files.createDirectory(Path.of(URI.create(directory.toUri() + "%FFodd")));
        assertThat(new String(PathBytes.of(odd), ISO_8859_1)).isEqualTo(directory + "/\u00ffodd");
        try (Fd opened = DirectoryFd.open(odd)) {
            assertThat(opened.isOpen()).isTrue();
        }
    }
}
