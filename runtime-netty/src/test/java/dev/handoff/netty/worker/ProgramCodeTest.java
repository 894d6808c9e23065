package dev.handoff.netty.worker;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import org.junit.jupiter.api.Test;

/** Each kind of code of the program's is called in one place, which guards it. */
class ProgramCodeTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.handoff.netty", "dev.handoff.acceptor", "dev.handoff.forks", "dev.handoff.master");

    @Test
    void hooksOfHandlersAreCalledByHandlersAloneAndByHandlersThatWrapThem() {
        onlyCalledBy(WorkerHandler.class, "start|leaving|stop|applicationProtocols", belongToAnyOf(Handlers.class));
    }

    @Test
    void pipelinesAreBuiltAndConnectionsMovedByTheConnectionAlone() {
        onlyCalledBy(WorkerHandler.class, "initChannel", belongToAnyOf(Connection.class));
        onlyCalledBy(HandBack.class, "kind|version|release|resume", belongToAnyOf(Connection.class));
    }

    @Test
    void policiesAreAskedByTheRotationAlone() {
        onlyCalledBy(SchedulingPolicy.class, "pick", nameMatching("dev\\.handoff\\.acceptor\\.Rotation"));
    }

    private static void onlyCalledBy(Class<?> type, String methods, DescribedPredicate<? super JavaClass> callers) {
        DescribedPredicate<JavaClass> wraps = assignableTo(type);
        noClasses()
                .that(DescribedPredicate.not(wraps.or(callers)))
                .should()
                .callMethodWhere(target(owner(assignableTo(type))).and(target(nameMatching(methods))))
                .check(CLASSES);
    }
}
