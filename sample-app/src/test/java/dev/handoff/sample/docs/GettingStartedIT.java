package dev.handoff.sample.docs;

import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.docs.Document.Block;
import dev.handoff.sample.rig.Processes;
import dev.handoff.sample.rig.Tool;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reader who follows {@code docs/getting-started.md} word for word gets there: its files are written and its commands run, in one shell
 * and in an empty directory, and they print what it says, but for numbers. Only the port is another one, and the first command,
 * which builds and installs what this build has made, is replaced by {@link LocalRepository}.
 */
@Tag("slow")
class GettingStartedIT {
    private static final String INSTALL = "mvn -q -DskipTests install -pl runtime-netty -am\n";
    private static final String PORT = "8080";
    private static final String JAVA_HOME = System.getProperty("handoff.test.java");

    @Test
    void eachCommandDoesWhatThePageSays(@TempDir Path directory) throws IOException {
        List<Block> blocks = Document.of("docs/getting-started.md").blocks();
        assertThat(blocks.get(0).code()).isEqualTo(INSTALL);
        Path script = Files.writeString(directory.resolve("script"), scriptOf(blocks.subList(1, blocks.size())));
        Tool shell = start(directory, script);
        try {
            assertThat(normal(shell.finish())).isEqualTo(normal(expected(blocks)));
            await("every process has ended")
                    .until(() -> Processes.ofSession(shell.process().pid()).isEmpty());
        } finally {
            Processes.ofSession(shell.process().pid())
                    .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    private static Tool start(Path directory, Path script) throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        return Tool.start(
                "env",
                "-C",
                empty.toString(),
                "PATH=" + mavenWith(directory) + File.pathSeparator + JAVA_HOME + "/bin" + File.pathSeparator
                        + System.getenv("PATH"),
                "JAVA_HOME=" + JAVA_HOME,
                "HANDOFF_RUN=" + Files.createDirectory(directory.resolve("run")),
                "setsid",
                "bash",
                "-eo",
                "pipefail",
                script.toString());
    }

    /** A directory with a {@code mvn} that knows the local repository of this test and needs no network. */
    private static Path mavenWith(Path directory) throws IOException {
        Path repository = Files.createDirectory(directory.resolve("repository"));
        LocalRepository.in(repository);
        Path bin = Files.createDirectory(directory.resolve("bin"));
        String maven = Tool.run("sh", "-c", "command -v mvn");
        Path wrapper = Files.writeString(
                bin.resolve("mvn"), "#!/bin/sh\nexec " + maven + " -o -Dmaven.repo.local=" + repository + " \"$@\"\n");
        Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }

    private static String scriptOf(List<Block> blocks) {
        String port = Integer.toString(freePort());
        StringBuilder script = new StringBuilder("export HANDOFF_LISTEN=" + port + "\n");
        for (Block block : blocks) {
            if (block.file().isPresent()) {
                script.append("cat > ").append(block.file().get()).append(" <<'END OF FILE'\n");
                script.append(block.code()).append("END OF FILE\n");
            } else if (block.language().equals("sh")) {
                script.append(block.code().replace(PORT, port));
            }
        }
        return script.toString();
    }

    /* Below the ports that the kernel gives to clients. */
    private static int freePort() {
        return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(15_000, 30_000))
                .filter(GettingStartedIT::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String expected(List<Block> blocks) {
        List<String> outputs = new ArrayList<>();
        for (Block block : blocks) {
            if (block.language().equals("text")) {
                outputs.add(block.code());
            }
        }
        return String.join("", outputs);
    }

    /** The lines without numbers and without the codes by which some builds of Maven end colours that they have not begun. */
    private static List<String> normal(String printed) {
        return printed.lines()
                .map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")
                        .replaceAll("\\d+", "0")
                        .strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
