package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.handoff.unix.ChildJvm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RoleTest {
    private static final long SELF = ProcessHandle.current().pid();

    private static Role role(long master) {
        return new Role(master, Role.startOf(master), 7, 2, 3, Path.of("/run/x"), new Token(1, -2));
    }

    @Test
    void aProcessWithoutTheVariablesIsAMaster() {
        assertThat(Role.of(Map.of(), SELF)).isEmpty();
        Map<String, String> partly = new HashMap<>(role(SELF).toEnvironment());
        partly.remove("HANDOFF_TOKEN");
        assertThat(Role.of(partly, SELF)).isEmpty();
    }

    @Test
    void aChildOfTheMasterIsItsWorker() {
        assertThat(Role.of(role(SELF).toEnvironment(), SELF)).contains(role(SELF));
    }

    @Test
    void aGrandchildIsAMasterAgain() {
        assertThat(Role.of(role(SELF).toEnvironment(), SELF + 1)).isEmpty();
    }

    @Test
    void realProcessesKnowWhatTheyAre() throws Exception {
        Map<String, String> environment = role(SELF).toEnvironment();
        try (ChildJvm child = ChildJvm.start(List.of(), environment, Teller.class);
                // A shell that has more to do afterwards stays between.
                ChildJvm grandchild =
                        ChildJvm.start(List.of("sh", "-c", "\"$@\"; exit 0", "sh"), environment, Teller.class)) {
            assertThat(child.output()).isEqualTo("worker 7");
            assertThat(grandchild.output()).isEqualTo("master");
        }
    }

    @Test
    void anOrphanIsRefused() throws Exception {
        Process master = new ProcessBuilder("sleep", "60").start();
        Map<String, String> environment = role(master.pid()).toEnvironment();
        assertThat(Role.of(environment, master.pid())).isPresent();
        master.destroyForcibly().waitFor();
        assertThatExceptionOfType(Role.OrphanException.class)
                .isThrownBy(() -> Role.of(environment, 1))
                .withMessage("worker 7 was started by master " + master.pid()
                        + ", which is gone: there is nobody to work for");
    }

    @Test
    void anotherProcessWithTheMastersPidIsNoMaster() {
        Role older = new Role(SELF, Role.startOf(SELF) - 1, 7, 2, 3, Path.of("/run/x"), new Token(1, -2));
        assertThatExceptionOfType(Role.OrphanException.class).isThrownBy(() -> Role.of(older.toEnvironment(), SELF));
    }

    @Test
    void aMasterThatHasEndedIsGoneEvenWhileNobodyHasWaitedForIt() throws Exception {
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

    @ParameterizedTest
    @CsvSource({
        "HANDOFF_MASTER, 12",
        "HANDOFF_MASTER, x:y",
        "HANDOFF_MASTER, ''",
        "HANDOFF_WORKER, 1:2",
        "HANDOFF_WORKER, 1:2:3:4",
        "HANDOFF_WORKER, 1:2:three"
    })
    void aVariableThatNoMasterSetsIsRefusedByName(String name, String value) {
        Map<String, String> environment = new HashMap<>(role(SELF).toEnvironment());
        environment.put(name, value);
        assertThatIllegalStateException()
                .isThrownBy(() -> Role.of(environment, SELF))
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
