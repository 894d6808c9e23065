package dev.handoff.netty;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.handoff.unix.Fd;
import dev.handoff.wire.ControlChannel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Who may know whom: two processes that never import each other, a wire between them, one package for what is native.
 * It stands in this module because both are on its class path.
 */
class DirectionsTest {
    private static final String OURS = "dev.handoff..";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.handoff");

    @Test
    void whatUsersSeeImportsNothingInside() {
        onlyKnows("process");
        onlyKnows("cluster", "process");
    }

    @Test
    void masterAndWorkerMeetOnTheWireOnly() {
        onlyKnows("master", "wire", "unix", "metrics", "cluster", "process");
        onlyKnows("worker", "wire", "unix", "metrics", "cluster", "process");
    }

    @Test
    void whatBothSidesShareKnowsNeither() {
        onlyKnows("wire", "unix", "cluster", "process");
        onlyKnows("unix");
        onlyKnows("metrics", "cluster", "process");
    }

    @Test
    void commandLineSpeaksTheAdminProtocolOnly() {
        onlyKnows("cli", "admin");
    }

    @Test
    void onlyUnixCallsNativeCode() {
        check(noClasses()
                .that(not(resideInAPackage("dev.handoff.unix..")).and(not(belongToAnyOf(ControlChannel.class))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi.."));
    }

    @Test
    void controlChannelUsesNoNativeCodeButItsSocket() {
        check(classes()
                .that(belongToAnyOf(ControlChannel.class))
                .should()
                .onlyDependOnClassesThat(not(resideInAnyPackage("jnr..", "com.kenai.jffi.."))
                        .or(resideInAnyPackage("jnr.unixsocket..", "jnr.enxio.."))));
    }

    @Test
    void coreKnowsNoNetty() {
        check(noClasses()
                .that(resideInAPackage(OURS).and(not(resideInAPackage("dev.handoff.netty.."))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
    }

    @Test
    void nettyReachesTheWireThroughTheWorkerOnly() {
        check(classes()
                .that()
                .resideInAPackage("dev.handoff.netty..")
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                        .or(resideInAnyPackage(ours("netty", "cluster", "process", "worker")))
                        .or(belongToAnyOf(Fd.class))));
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        check(slices().matching("dev.handoff.(*)..").should().beFreeOfCycles());
    }

    private static void onlyKnows(String name, String... others) {
        check(classes()
                .that()
                .resideInAPackage("dev.handoff." + name + "..")
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                        .or(resideInAnyPackage(ours(name)))
                        .or(resideInAnyPackage(ours(others)))));
    }

    private static String[] ours(String... names) {
        return Arrays.stream(names).map(name -> "dev.handoff." + name + "..").toArray(String[]::new);
    }

    /** Packages that the design names and nobody has written yet have nothing to check. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
