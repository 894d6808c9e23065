package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.handoff.unix.ChildJvm;
import dev.handoff.wire.Scoreboard.Cell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScoreboardTest {
    @TempDir
    private Path directory = Path.of("/nowhere");

    private Path file() {
        return directory.resolve("7");
    }

    @Test
    void whatOneProcessWritesTheOtherReadsEvenAfterAKill() throws Exception {
        Scoreboard board = Scoreboard.create(file(), 7, 2);
        try (ChildJvm worker = ChildJvm.start(Worker.class, file().toString())) {
            assertThat(worker.process().getInputStream().read()).isEqualTo('w');
            worker.process().destroyForcibly().waitFor();
        }
        assertThat(board.get(0, Cell.ADOPTED)).isEqualTo(1000);
        assertThat(board.get(1, Cell.ADOPTED)).isEqualTo(1);
        assertThat(board.sum(Cell.ADOPTED)).isEqualTo(1001);
        assertThat(board.get(1, Cell.REQUESTS_FINISHED)).isEqualTo(Long.MIN_VALUE);
        assertThat(board.sum(Cell.CLOSED)).isZero();
    }

    @Test
    void eachCellIsItsOwn() throws Exception {
        Scoreboard board = Scoreboard.create(file(), 7, Scoreboard.MAX_LOOPS);
        long value = 1;
        for (int loop = 0; loop < board.loops(); loop++) {
            for (Cell cell : Cell.values()) {
                board.set(loop, cell, value++);
            }
        }
        Scoreboard other = Scoreboard.open(file(), 7);
        value = 1;
        for (int loop = 0; loop < other.loops(); loop++) {
            for (Cell cell : Cell.values()) {
                assertThat(other.get(loop, cell)).isEqualTo(value++);
            }
        }
    }

    @Test
    void theFileIsItsUsersOnlyAndMadeAnew() throws Exception {
        Files.writeString(file(), "old");
        assertThat(Scoreboard.create(file(), 7, 1).loops()).isOne();
        assertThat(Files.getPosixFilePermissions(file())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.size(file())).isEqualTo(256);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Scoreboard.MAX_LOOPS + 1})
    void noMoreEventLoopsThanHaveRoom(int loops) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Scoreboard.create(file(), 7, loops))
                .withMessageContaining("1 to 64");
    }

    private void change(int offset, int value) throws IOException {
        Scoreboard.create(file(), 7, 2);
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(0, value), offset);
        }
    }

    private void expectRefusal(String words) {
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(() -> Scoreboard.open(file(), 7))
                .withMessageContaining(file().toString())
                .withMessageContaining(words);
    }

    @Test
    void aPageOfAnotherLayoutSaysBothVersions() throws Exception {
        change(8, 2);
        expectRefusal("has layout version 2, this process knows version 1");
    }

    @Test
    void aPageThatIsNoneIsRefused() throws Exception {
        change(0, 0);
        expectRefusal("expected the magic number at offset 0");
    }

    @Test
    void anotherWorkersPageIsRefused() throws Exception {
        change(16, 8);
        expectRefusal("is that of worker 8, not of worker 7");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, -1, Integer.MAX_VALUE})
    void aPageThatSaysItHasMoreOrFewerLoopsThanItHasIsRefused(int loops) throws Exception {
        change(12, loops);
        expectRefusal("of " + loops + " event loops has 384 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 1 << 20})
    void aFileOfAnotherSizeIsRefused(int size) throws Exception {
        Files.write(file(), new byte[size]);
        expectRefusal("expected 256 to 8320 bytes, found " + size);
    }

    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            Scoreboard board = Scoreboard.open(Path.of(arguments[0]), 7);
            for (int count = 0; count < 1000; count++) {
                board.increment(0, Cell.ADOPTED);
            }
            board.increment(1, Cell.ADOPTED);
            board.set(1, Cell.REQUESTS_FINISHED, Long.MIN_VALUE);
            System.out.println("written");
            System.in.read();
        }
    }
}
