package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** h2spec, a client that tries what RFC 7540 and RFC 7541 forbid. It is a program for Linux on x86_64. */
@Tag("long")
class H2SpecTest {
    private static final String PROGRAM = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final Http HELLO = Http.handler(request -> Response.text("Hello world\n"));

    @TempDir
    static Path directory;

    @BeforeAll
    static void unpack() throws Exception {
        Path packed = directory.resolve("h2spec.tar.gz");
        try (InputStream program = H2SpecTest.class.getResourceAsStream(PROGRAM)) {
            Files.copy(
                    Objects.requireNonNull(program, PROGRAM + " is not on the class path: it comes with -P long"),
                    packed,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        run("tar", "-xzf", packed.toString(), "-C", directory.toString());
        assertThat(directory.resolve("h2spec").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void everyCasePassesWithoutTls() throws Exception {
        try (TestServer server = TestServer.serving(HELLO)) {
            assertThat(h2spec(server)).contains("145 tests, 145 passed, 0 skipped, 0 failed");
        }
    }

    @Test
    void everyCasePassesOverTls() throws Exception {
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        try (TestServer server = TestServer.serving(tls.wrap(HELLO))) {
            assertThat(h2spec(server, "-t", "-k")).contains("145 tests, 145 passed, 0 skipped, 0 failed");
        }
    }

    private static String h2spec(TestServer server, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                directory.resolve("h2spec").toString(), "-h", "127.0.0.1", "-p", "" + server.port(), "-o", "10"));
        command.addAll(List.of(more));
        return run(command.toArray(String[]::new));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s says%n%s", command[0], output).isZero();
        return output;
    }
}
