package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;

/** The worker's side of this project, as another release would have it. */
final class OtherBuild {
    private static final Path SOURCES = Path.of("src/main/java/dev/handoff");
    /** Whoever has the version compiled in. */
    private static final List<String> CLASSES =
            List.of("wire/ControlFrame", "wire/ControlCodec", "worker/WorkerRuntime");

    private OtherBuild() {}

    /** A class path on which workers speak that version of the wire. */
    static String ofWireVersion(int version, Path directory) throws IOException {
        String classPath = System.getProperty("java.class.path");
        List<String> command = new ArrayList<>(List.of("-nowarn", "-proc:none", "--release", "17"));
        command.addAll(List.of("-cp", classPath, "-d", directory.toString()));
        for (String each : CLASSES) {
            Path changed = directory.resolve(each + ".java");
            Files.createDirectories(changed.getParent());
            String source = Files.readString(SOURCES.resolve(each + ".java"));
            Files.writeString(changed, source.replaceFirst("int VERSION = \\d+", "int VERSION = " + version));
            command.add(changed.toString());
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, command.toArray(String[]::new)))
                .as("exit code of the compiler")
                .isZero();
        return directory + File.pathSeparator + classPath;
    }
}
