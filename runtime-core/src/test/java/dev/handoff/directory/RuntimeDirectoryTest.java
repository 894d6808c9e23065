package dev.handoff.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import dev.handoff.cluster.StartException;
import dev.handoff.unix.ExclusiveLock;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RuntimeDirectoryTest {
    private static final String DEAD = "pid 1\nstart 99999999999\nboot gone\n";

    private final FileLocks locks = FileLocks.flock();

    @TempDir
    private Path temporary;

    private Path run;

    @BeforeEach
    void nameTheRoot() {
        run = temporary.resolve("run");
    }

    @Test
    void itIsOursAloneAndGoneAfterTheClose() throws Exception {
        RuntimeDirectory directory = open("shop");
        assertThat(directory.name()).isEqualTo("shop");
        assertThat(directory.paths()).isEqualTo(new RuntimePaths(run.resolve("shop")));
        assertThat(mode(run)).isEqualTo("rwx------");
        assertThat(mode(run.resolve("shop"))).isEqualTo("rwx------");
        assertThat(mode(directory.paths().lock())).isEqualTo("rw-------");
        assertThat(mode(directory.paths().boards())).isEqualTo("rwx------");
        assertThat(LockHolder.read(directory.paths().lock())).contains(LockHolder.ourselves());
        Files.createFile(directory.paths().board(1));
        Files.createFile(directory.paths().control());
        directory.close();
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void aSecondMasterOfAGivenNameIsRefusedAtOnce() throws Exception {
        try (RuntimeDirectory first = open("shop")) {
            long begin = System.nanoTime();
            refused(() -> open("shop"))
                    .hasMessageContaining("the name shop is taken: pid "
                            + ProcessHandle.current().pid() + " holds "
                            + first.paths().lock());
            assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(3));
        }
    }

    @Test
    void aNameThatWasMadeUpGivesWay() throws Exception {
        ClusterName name = ClusterName.of("Shop", 4711);
        try (RuntimeDirectory first = RuntimeDirectory.open(List.of(run), name, locks);
                RuntimeDirectory second = RuntimeDirectory.open(List.of(run), name, locks)) {
            assertThat(first.name()).isEqualTo("shop");
            assertThat(second.name()).isEqualTo("shop-4711");
            refused(() -> RuntimeDirectory.open(List.of(run), name, locks)).hasMessageContaining("shop-4711 is taken");
        }
    }

    @Test
    void whatADeadMasterLeftIsRemovedAndNothingElse() throws Exception {
        RuntimePaths paths = left(DEAD);
        Files.createFile(paths.control());
        Files.createDirectory(paths.boards());
        Files.createFile(paths.board(3));
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("precious"));
        Files.createSymbolicLink(paths.directory().resolve("link"), elsewhere);
        try (RuntimeDirectory directory = open("shop")) {
            assertThat(paths.control()).doesNotExist();
            assertThat(paths.boards()).isEmptyDirectory();
            assertThat(paths.directory().resolve("link")).isSymbolicLink();
            assertThat(elsewhere.resolve("precious")).exists();
            assertThat(LockHolder.read(directory.paths().lock())).contains(LockHolder.ourselves());
        }
    }

    /** A name that fits, the right mode, the right owner, and yet it is a program's data. */
    @ParameterizedTest
    @ValueSource(strings = {"ledger.db", "control", "board/1", "master.lock"})
    void aDirectoryWithFilesAndNoLockFileOfOursIsRefusedAndLeftAsItIs(String name) throws Exception {
        RuntimeRoot.prepare(run);
        RuntimeRoot.prepareOwn(run.resolve("shop"));
        Path precious = run.resolve("shop").resolve(name);
        Files.createDirectories(precious.getParent());
        Files.writeString(precious, "precious");
        refused(() -> open("shop"))
                .hasMessageContaining(run.resolve("shop") + " holds files ("
                        + run.resolve("shop").relativize(precious).getName(0) + ") and no lock file of a cluster")
                .hasMessageContaining("choose another name");
        assertThat(precious).hasContent("precious");
    }

    @Test
    void whatOthersPutThereStaysAndTheNextMasterComesInAllTheSame() throws Exception {
        Path own = run.resolve("shop");
        try (RuntimeDirectory directory = open("shop")) {
            Files.createFile(directory.paths().board(1));
            for (String name : List.of("ledger.db", "control.db", "rendezvous-x", "channel-", "board/1.db")) {
                Files.writeString(own.resolve(name), "precious");
            }
            Files.createDirectory(own.resolve("data"));
            Files.writeString(own.resolve("data/1"), "precious");
        }
        for (String name : List.of("ledger.db", "control.db", "rendezvous-x", "channel-", "board/1.db", "data/1")) {
            assertThat(own.resolve(name)).hasContent("precious");
        }
        assertThat(own.resolve("board/1")).doesNotExist();
        try (RuntimeDirectory next = open("shop")) {
            assertThat(next.recreateIfMissing()).isFalse();
        }
        assertThat(own.resolve("data/1")).hasContent("precious");
    }

    /** A link leads to another directory, whose files may have numbers for names, too. */
    @Test
    void aLinkInPlaceOfTheScoreboardGoesAndWhatItLeadsToStays() throws Exception {
        RuntimePaths paths = left(DEAD);
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("1"));
        Files.createSymbolicLink(paths.boards(), elsewhere);
        try (RuntimeDirectory directory = open("shop")) {
            assertThat(Files.isDirectory(paths.boards(), LinkOption.NOFOLLOW_LINKS))
                    .isTrue();
            Files.delete(paths.boards());
            Files.createSymbolicLink(paths.boards(), elsewhere);
            assertThat(directory.recreateIfMissing()).isTrue();
            Files.delete(paths.boards());
            Files.createSymbolicLink(paths.boards(), elsewhere);
        }
        assertThat(run).isEmptyDirectory();
        assertThat(elsewhere.resolve("1")).exists();
    }

    @Test
    void theScoreboardIsMadeAgainWhenItAloneVanishes() throws Exception {
        try (RuntimeDirectory directory = open("shop")) {
            Path boards = directory.paths().boards();
            Files.delete(boards);
            assertThat(directory.recreateIfMissing()).isTrue();
            assertThat(mode(boards)).isEqualTo("rwx------");
            Files.delete(boards);
            Files.createFile(boards);
            assertThat(directory.recreateIfMissing()).isTrue();
            assertThat(boards).isEmptyDirectory();
            assertThat(directory.recreateIfMissing()).isFalse();
        }
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void aLockFileOfBytesThatAreNoTextIsNoneOfOurs() throws Exception {
        RuntimePaths paths = left(DEAD);
        Files.write(paths.lock(), new byte[] {-1, -2, -128});
        refused(() -> open("shop")).hasMessageContaining("no lock file of a cluster");
    }

    @Test
    void aLockFileThatWasRemovedAloneIsMadeAgain() throws Exception {
        try (RuntimeDirectory directory = open("shop")) {
            Files.createFile(directory.paths().control());
            Files.delete(directory.paths().lock());
            assertThat(directory.recreateIfMissing()).isTrue();
            assertThat(locks.tryLock(directory.paths().lock())).isEmpty();
        }
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void aWorkerOfADeadMasterThatCleansUpIsWaitedFor() throws Exception {
        RuntimePaths paths = left(DEAD);
        AutoCloseable cleaning = locks.tryLock(paths.lock()).orElseThrow();
        CountDownLatch tried = new CountDownLatch(2);
        FileLocks counting = file -> {
            Optional<AutoCloseable> lock = locks.tryLock(file);
            tried.countDown();
            return lock;
        };
        Thread worker = new Thread(() -> {
            try {
                tried.await();
                Files.delete(paths.lock());
                Files.delete(paths.directory());
                cleaning.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        worker.start();
        try (RuntimeDirectory directory = RuntimeDirectory.open(List.of(run), ClusterName.given("shop"), counting)) {
            assertThat(directory.paths().lock()).exists();
            assertThat(locks.tryLock(directory.paths().lock())).isEmpty();
        }
        worker.join();
    }

    @Test
    void aLockOnAFileThatWasRemovedMeanwhileDoesNotCount() throws Exception {
        RuntimePaths paths = left(DEAD);
        CountDownLatch replaced = new CountDownLatch(1);
        FileLocks late = file -> {
            Optional<AutoCloseable> lock = locks.tryLock(file);
            if (replaced.getCount() > 0) {
                Files.move(file, file.resolveSibling("removed"));
                Files.createFile(file);
                replaced.countDown();
            }
            return lock;
        };
        try (RuntimeDirectory directory = RuntimeDirectory.open(List.of(run), ClusterName.given("shop"), late)) {
            assertThat(locks.tryLock(directory.paths().lock())).isEmpty();
            assertThat(paths.directory().resolve("removed")).exists();
        }
    }

    @Test
    void aLockThatNobodyExplainsIsGivenThreeSeconds() throws Exception {
        RuntimePaths paths = left("");
        AutoCloseable unknown = locks.tryLock(paths.lock()).orElseThrow();
        refused(() -> open("shop")).hasMessageContaining("another process holds");
        unknown.close();
        open("shop").close();
    }

    @Test
    void itIsMadeAgainWhenItVanishes() throws Exception {
        try (RuntimeDirectory directory = open("shop")) {
            assertThat(directory.recreateIfMissing()).isFalse();
            for (Path path : List.of(
                    directory.paths().boards(),
                    directory.paths().lock(),
                    directory.paths().directory(),
                    run)) {
                Files.delete(path);
            }
            assertThat(directory.recreateIfMissing()).isTrue();
            assertThat(directory.recreateIfMissing()).isFalse();
            assertThat(directory.paths().boards()).isEmptyDirectory();
            assertThat(locks.tryLock(directory.paths().lock())).isEmpty();
        }
        assertThat(run).isEmptyDirectory();
    }

    /** What removes it may come between any two steps; all that may come of it is a failure that is tried again. */
    @Test
    void aRemovalWhileItIsMadeAgainIsAFailureThatIsTriedAgain() throws Exception {
        try (RuntimeDirectory directory = open("shop")) {
            RuntimePaths paths = directory.paths();
            AtomicBoolean over = new AtomicBoolean();
            Thread remover = new Thread(() -> {
                while (!over.get()) {
                    removeAtOnce(paths);
                }
            });
            remover.start();
            int made = 0;
            while (made < 100) {
                made += isMadeAgain(directory) ? 1 : 0;
            }
            over.set(true);
            remover.join();
            directory.recreateIfMissing();
            assertThat(paths.boards()).isEmptyDirectory();
            assertThat(locks.tryLock(paths.lock())).isEmpty();
        }
    }

    private static boolean isMadeAgain(RuntimeDirectory directory) {
        try {
            return directory.recreateIfMissing();
        } catch (IOException e) {
            return false;
        }
    }

    private static void removeAtOnce(RuntimePaths paths) {
        for (Path path : List.of(paths.boards(), paths.lock(), paths.directory())) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // It is being made again.
            }
        }
    }

    @Test
    void whereItsPlaceIsGoneForGoodItIsMadeInTheNext() throws Exception {
        Path session = Files.createDirectory(temporary.resolve("session"));
        List<Path> roots = List.of(session.resolve("run"), run);
        RuntimeDirectory directory = RuntimeDirectory.open(roots, ClusterName.given("shop"), locks);
        for (Path path : List.of(
                directory.paths().boards(),
                directory.paths().lock(),
                directory.paths().directory(),
                roots.get(0),
                session)) {
            Files.delete(path);
        }
        assertThat(directory.recreateIfMissing()).isTrue();
        assertThat(directory.paths().directory()).isEqualTo(run.resolve("shop"));
        assertThat(directory.paths().boards()).isEmptyDirectory();
        directory.close();
        assertThat(run).isEmptyDirectory();
        assertThat(directory.recreateIfMissing()).as("it stays closed").isFalse();
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void whoeverRemovesOldFilesSeesThatItIsInUse() throws Exception {
        Path own = run.resolve("shop");
        try (RuntimeDirectory directory = open("shop")) {
            assertThat(ExclusiveLock.tryLockDirectory(own)).isEmpty();
            assertThat(directory.paths().directory()).isEqualTo(own);
        }
        Files.createDirectory(own);
        try (ExclusiveLock free = ExclusiveLock.tryLockDirectory(own).orElseThrow()) {
            assertThat(free).isNotNull();
        }
    }

    @Test
    void onceTakenByAnotherItIsLeftAlone() throws Exception {
        RuntimeDirectory first = open("shop");
        Files.delete(first.paths().boards());
        Files.delete(first.paths().lock());
        try (RuntimeDirectory second = open("shop")) {
            assertThatThrownBy(first::recreateIfMissing)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("taken by another master");
            first.close();
            assertThat(second.paths().lock()).exists();
            assertThat(second.recreateIfMissing()).isFalse();
        }
    }

    @Test
    void linksAndOpenDirectoriesAreRefusedAndTheNextPlaceIsTaken() throws Exception {
        Path open = Files.createDirectory(temporary.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), Files.createDirectory(run));
        Path nowhere = temporary.resolve("no/where");
        Path file = Files.createFile(temporary.resolve("file"));
        List<Path> bad = List.of(open, link, nowhere, file);
        refused(() -> RuntimeDirectory.open(bad, ClusterName.given("shop"), locks))
                .hasMessage("no runtime directory can be used: " + open + " is writable by others (mode 777); " + link
                        + " is a symbolic link or no directory; " + nowhere.getParent() + " does not exist; " + file
                        + " is a symbolic link or no directory");
        RuntimeDirectory.open(List.of(open, run), ClusterName.given("shop"), locks)
                .close();
    }

    @Test
    void aClusterDirectoryOpenToOthersOrLinkedIsRefused() throws Exception {
        Files.createDirectory(run);
        Path own = Files.createDirectory(run.resolve("shop"));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-x---"));
        refused(() -> open("shop")).hasMessageContaining(own + " is open to others (mode 750): remove it");
        Files.createSymbolicLink(run.resolve("linked"), own);
        refused(() -> open("linked")).hasMessageContaining("is a symbolic link");
    }

    @Test
    void placesAreTriedInOrder() {
        Map<String, String> all = Map.of("RUNTIME_DIRECTORY", "/run/a:/run/b", "XDG_RUNTIME_DIR", "/run/user/5");
        Path tmp = Path.of("/tmp");
        assertThat(RuntimeRoot.candidates(Optional.of(Path.of("/set")), all, 0, tmp))
                .containsExactly(Path.of("/set"));
        assertThat(RuntimeRoot.candidates(Optional.empty(), all, 0, tmp))
                .containsExactly(
                        Path.of("/run/a"),
                        Path.of("/run/handoff"),
                        Path.of("/run/user/5/handoff"),
                        Path.of("/tmp/handoff-0"));
        assertThat(RuntimeRoot.candidates(Optional.empty(), Map.of("XDG_RUNTIME_DIR", ""), 1000, tmp))
                .containsExactly(Path.of("/tmp/handoff-1000"));
    }

    @ParameterizedTest
    @CsvSource({
        "HelloServer, helloserver, helloserver-7",
        "shop-1.2, shop-1-2, shop-1-2-7",
        "_x_, x, x-7",
        "äöü, handoff, handoff-7",
        "aaaaaaaaaabbbbbbbbbbccccccccccdddd, aaaaaaaaaabbbbbbbbbbccccccccccdd, aaaaaaaaaabbbbbbbbbbcccccccccc-7"
    })
    void aProgramsNameIsMadeToFit(String program, String name, String second) {
        assertThat(ClusterName.of(program, 7).candidates()).containsExactly(name, second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Shop", "a/b", "..", "aaaaaaaaaabbbbbbbbbbccccccccccddd"})
    void aGivenNameThatDoesNotFitIsRefused(String name) {
        assertThatThrownBy(() -> ClusterName.given(name))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("cannot be named '" + name + "'");
    }

    private RuntimeDirectory open(String name) {
        return RuntimeDirectory.open(List.of(run), ClusterName.given(name), locks);
    }

    private RuntimePaths left(String lockText) throws IOException {
        RuntimeRoot.prepare(run);
        RuntimePaths paths = new RuntimePaths(run.resolve("shop"));
        RuntimeRoot.prepareOwn(paths.directory());
        Files.writeString(paths.lock(), lockText);
        return paths;
    }

    private static AbstractThrowableAssert<?, StartException> refused(ThrowingCallable opening) {
        return assertThatThrownBy(opening)
                .asInstanceOf(throwable(StartException.class))
                .matches(e -> e.exitCode() == StartException.NO_RUNTIME_DIRECTORY);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
