package dev.handoff.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What programs may use, and nothing else: all that is public or protected in three packages. Each line of {@code docs/public-api.txt} is
 * one type or member, without {@code dev.handoff} and the JDK's packages, so that a change of it shows in the diff of a commit.
 */
class PublicApiTest {
    /** Everything below them, {@code spi} for one, is for our own packages. */
    static final List<String> PACKAGES = List.of("dev.handoff.process", "dev.handoff.cluster", "dev.handoff.netty");

    private static final String OURS = "dev.handoff.";
    private static final Path COMMITTED = Path.of("../docs/public-api.txt");
    private static final String WRITE = "handoff.test.writeApi";

    @Test
    void isWhatIsCommitted() throws IOException {
        String now = String.join("\n", print()) + "\n";
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(COMMITTED, now);
        }
        assertThat(now.lines()).as("""
                        the public API, and what docs/public-api.txt says of it. If the change is meant, write that file anew and commit it:
                        mvn test -pl runtime-netty -am -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -D%s=true
                        """, WRITE).containsExactlyElementsOf(Files.readAllLines(COMMITTED));
    }

    @Test
    void mentionsNothingInternal() {
        Set<String> ours = Signatures.mentioned(types());
        assertThat(ours)
                .as("types of ours in signatures of the public API")
                .isSubsetOf(types().map(Class::getName).toList());
    }

    private static List<String> print() {
        return types().flatMap(Signatures::of)
                .map(line -> line.replace(OURS, ""))
                .toList();
    }

    private static Stream<Class<?>> types() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages(PACKAGES.toArray(String[]::new))
                        .stream()
                        .filter(type -> PACKAGES.contains(type.getPackageName()))
                        .<Class<?>>map(JavaClass::reflect)
                        .filter(PublicApiTest::isVisible)
                        .sorted(Comparator.comparing(Class::getName));
    }

    private static boolean isVisible(Class<?> type) {
        boolean seen = Modifier.isPublic(type.getModifiers()) || Modifier.isProtected(type.getModifiers());
        Class<?> around = type.getDeclaringClass();
        return seen && !type.isAnonymousClass() && !type.isLocalClass() && (around == null || isVisible(around));
    }
}
