package dev.handoff.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.jvm.CommandLine.Main;
import dev.handoff.jvm.CommandLine.Main.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunnerTest {
    @Test
    void theOneOfThisTestIsFound() {
        assertThat(Runner.inCharge())
                .hasValueSatisfying(name -> assertThat(name).startsWith("org.junit."));
    }

    @ParameterizedTest
    @CsvSource({
        "CLASS, org.apache.maven.surefire.booter.ForkedBooter, true",
        "CLASS, org.codehaus.plexus.classworlds.launcher.Launcher, true",
        "CLASS, com.acme.Main, false",
        "JAR, /project/target/surefire/surefirebooter-20261123_1.jar, true",
        "JAR, surefirebooter.jar, true",
        "JAR, /surefirebooter/shop.jar, false",
        "MODULE, com.acme/com.acme.Main, false",
        "SOURCE, Main.java, false"
    })
    void aCommandLineTells(Kind kind, String name, boolean isRunner) {
        assertThat(Runner.of(new Main(kind, name)).isPresent()).isEqualTo(isRunner);
    }
}
