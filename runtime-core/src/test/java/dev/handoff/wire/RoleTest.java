package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.handoff.unix.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RoleTest {
    private static final long SELF = ProcessHandle.current().pid();

    private static Role role(long master) {
        return new Role(master, Role.startOf(master), 7, 2, 3, Path.of("/run/x"), new Token(1, -2));
    }

    @Test
    void aProcessWithoutTheWordsIsAMaster() {
        assertThat(Role.of(Map.of(), SELF)).isEmpty();
        Map<String, String> partly = new HashMap<>(role(SELF).toMap());
        partly.remove("TOKEN");
        assertThat(Role.of(partly, SELF)).isEmpty();
    }

    @Test
    void aChildOfTheMasterIsItsWorker() {
        assertThat(Role.of(role(SELF).toMap(), SELF)).contains(role(SELF));
    }

    @Test
    void aGrandchildIsAMasterAgain() {
        assertThat(Role.of(role(SELF).toMap(), SELF + 1)).isEmpty();
    }

    @Test
    void realProcessesKnowWhatTheyAre(@TempDir Path directory) throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of(), written(directory.resolve("1")), Teller.class);
                // A shell that has more to do afterwards stays between.
                ChildJvm grandchild = ChildJvm.start(
                        List.of("sh", "-c", "\"$@\"; exit 0", "sh"), written(directory.resolve("2")), Teller.class)) {
            assertThat(child.output()).isEqualTo("worker 7");
            assertThat(grandchild.output()).isEqualTo("master");
        }
        assertThat(directory.resolve("1")).as("what was read").doesNotExist();
    }

    private static Map<String, String> written(Path file) throws IOException {
        return RoleFile.write(file, 7, role(SELF).toMap()).environment();
    }

    /** A restart script that a worker has started starts the service once its master is gone. */
    @Test
    void onlyTheProcessThatWasStartedIsAnOrphan() throws Exception {
        Process master = new ProcessBuilder("sleep", "60").start();
        RoleFile file = new RoleFile(master.pid(), Role.startOf(master.pid()), 5000, 7, Path.of("/run/x/role-7"));
        assertThat(file.isForChildOf(master.pid(), 5002)).isTrue();
        assertThat(file.isForChildOf(SELF, 5002)).as("of another process").isFalse();
        master.destroyForcibly().waitFor();
        assertThatExceptionOfType(Role.OrphanException.class).isThrownBy(() -> file.isForChildOf(1, 5002));
        assertThat(file.isForChildOf(1, 4000)).as("older than the start").isFalse();
        assertThat(file.isForChildOf(1, 7000)).as("started long after").isFalse();
    }

    @Test
    void onlyAWorkerIsAnOrphan() {
        RoleFile file = new RoleFile(SELF, Role.startOf(SELF) - 1, 5000, 0, Path.of("/run/x/role"));
        assertThat(file.isForChildOf(1, 5002)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1:2:3:4", "1:2:3:x:/run", "1:2:3:4:\0"})
    void aPlaceOfARoleThatNoParentSetsIsRefused(String text) {
        assertThatIllegalStateException()
                .isThrownBy(() -> RoleFile.parse("HANDOFF_ROLE", text))
                .withMessageContaining("HANDOFF_ROLE is set to '" + text + "'");
    }

    @Test
    void anOrphanIsRefused() throws Exception {
        Process master = new ProcessBuilder("sleep", "60").start();
        Map<String, String> words = role(master.pid()).toMap();
        assertThat(Role.of(words, master.pid())).isPresent();
        master.destroyForcibly().waitFor();
        assertThatExceptionOfType(Role.OrphanException.class)
                .isThrownBy(() -> Role.of(words, 1))
                .withMessage("worker 7 was started by master " + master.pid()
                        + ", which is gone: there is nothing to work for");
    }

    @Test
    void anotherProcessWithTheMastersPidIsNoMaster() {
        Role older = new Role(SELF, Role.startOf(SELF) - 1, 7, 2, 3, Path.of("/run/x"), new Token(1, -2));
        assertThatExceptionOfType(Role.OrphanException.class).isThrownBy(() -> Role.of(older.toMap(), SELF));
    }

    @Test
    void aMasterThatHasEndedIsGoneEvenAsAZombie() throws Exception {
        // The shell's child ends when the shell has become a program that does not wait for children.
        String script = "(while [ $(cat /proc/$$/comm) != sleep ]; do :; done) & echo $!; exec sleep 60";
        Process parent = new ProcessBuilder("sh", "-c", script).start();
        try {
            long zombie = Long.parseLong(parent.inputReader().readLine());
            await().until(() -> Role.startOf(zombie) == -1);
            assertThat(Path.of("/proc", Long.toString(zombie), "stat"))
                    .content()
                    .contains(") Z ");
        } finally {
            parent.destroyForcibly();
        }
    }

    /** Names of processes are bytes. */
    @Test
    void aProcessOfAnyNameHasAStart() throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", "printf '\\344) Z 1' > /proc/$$/comm; echo up; read line").start();
        try {
            assertThat(process.inputReader().readLine()).isEqualTo("up");
            assertThat(Role.startOf(process.pid())).isPositive();
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"MASTER, 12", "MASTER, x:y", "MASTER, ''", "WORKER, 1:2", "WORKER, 1:2:3:4", "WORKER, 1:2:three"})
    void aWordThatNoMasterWritesIsRefusedByName(String name, String value) {
        Map<String, String> words = new HashMap<>(role(SELF).toMap());
        words.put(name, value);
        assertThatIllegalStateException()
                .isThrownBy(() -> Role.of(words, SELF))
                .withMessageContaining(name + "=" + value);
    }

    @Test
    void aTokenGoesThroughTextAndNotIntoLogs() {
        Token token = Token.random();
        assertThat(Token.parse(token.toHex())).isEqualTo(token);
        assertThat(token.toHex()).hasSize(32);
        assertThat(token).hasToString("Token[***]").isNotEqualTo(Token.random());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "0000000000000000000000000000000g", "000000000000000000000000000000000"})
    void aTokenOfAnotherFormIsRefused(String hex) {
        assertThatIllegalArgumentException().isThrownBy(() -> Token.parse(hex));
    }

    static final class Teller {
        private Teller() {}

        public static void main(String[] arguments) {
            System.out.println(Role.ofThisProcess()
                    .map(role -> "worker " + role.workerId())
                    .orElse("master"));
        }
    }
}
