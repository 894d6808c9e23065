package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExclusiveLockTest {
    @TempDir
    private Path directory = Path.of("/nowhere");

    private Path file() {
        return directory.resolve("lock");
    }

    private String askAnotherProcess() throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.start(Taker.class, file().toString())) {
            return child.output();
        }
    }

    @Test
    void onlyOneProcessHoldsItUntilItIsClosed() throws Exception {
        try (ExclusiveLock lock = ExclusiveLock.tryLock(file()).orElseThrow()) {
            // What releases a lock of FileChannel must not release this one.
            FileChannel.open(file(), StandardOpenOption.READ).close();
            assertThat(askAnotherProcess()).isEqualTo("busy");
            assertThat(ExclusiveLock.tryLock(file())).isEmpty();
            assertThat(lock).isNotNull();
        }
        assertThat(askAnotherProcess()).isEqualTo("locked");
    }

    @Test
    void theDeathOfItsHolderFreesIt() throws Exception {
        try (ChildJvm child = ChildJvm.start(Taker.class, file().toString(), "stay")) {
            assertThat(child.process().getInputStream().read()).isEqualTo('l');
            assertThat(ExclusiveLock.tryLockExisting(file())).isEmpty();
            child.process().destroyForcibly().waitFor();
        }
        try (ExclusiveLock lock = ExclusiveLock.tryLockExisting(file()).orElseThrow()) {
            assertThat(lock).isNotNull();
        }
    }

    @Test
    void whatIsNotThereIsMadeOnlyWhereThatWasAsked() throws Exception {
        assertThat(ExclusiveLock.tryLockExisting(file())).isEmpty();
        assertThat(file()).doesNotExist();
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> ExclusiveLock.tryLock(directory.resolve("none/lock")))
                .withMessageContaining("cannot open " + directory.resolve("none/lock"))
                .withMessageContaining("ENOENT");
    }

    static final class Taker {
        private Taker() {}

        public static void main(String[] arguments) throws Exception {
            boolean locked = ExclusiveLock.tryLock(Path.of(arguments[0])).isPresent();
            System.out.println(locked ? "locked" : "busy");
            if (arguments.length > 1) {
                System.in.read();
            }
        }
    }
}
