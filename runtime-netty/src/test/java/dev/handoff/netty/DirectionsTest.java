package dev.handoff.netty;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.handoff.acceptor.Listener;
import dev.handoff.acceptor.Platform;
import dev.handoff.netty.http.FriendAccess;
import dev.handoff.process.spi.TaskThreads;
import dev.handoff.process.spi.Threads;
import dev.handoff.process.spi.Timer;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.Directories;
import dev.handoff.unix.Fd;
import dev.handoff.unix.LibC;
import dev.handoff.unix.OwnFile;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SocketAddressBytes;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnnamedAddress;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Role;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.SocketHandle;
import dev.handoff.wire.StateFormat;
import dev.handoff.wire.TicketSecrets;
import io.netty.channel.EventLoopGroup;
import java.io.File;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Who may know whom: two processes that never import each other, a wire between them, one package for what is native.
 * It stands in this module because both are on its class path.
 */
class DirectionsTest {
    private static final String OURS = "dev.handoff..";

    /** The packages of the core, and the others of ours that each one uses. Master and worker meet on the wire only. */
    private static final Map<String, Set<String>> CORE = Map.ofEntries(
            entry("process", Set.of()),
            entry("cluster", Set.of("process")),
            entry("unix", Set.of("process")),
            entry("guard", Set.of("unix")),
            entry("wire", Set.of("unix", "cluster", "process")),
            entry("jvm", Set.of("wire", "unix", "process")),
            entry("child", Set.of("jvm", "wire", "unix", "process")),
            entry("acceptor", Set.of("wire", "unix", "guard", "cluster", "process")),
            entry("workers", Set.of("wire", "unix", "cluster", "process")),
            entry("launch", Set.of("child", "jvm", "unix", "cluster", "process")),
            entry("output", Set.of("launch", "child", "unix", "cluster", "process")),
            entry("probe", Set.of("wire", "unix", "cluster")),
            entry("directory", Set.of("wire", "unix", "cluster", "process")),
            entry("control", Set.of("wire", "unix", "process")),
            entry(
                    "master",
                    Set.of(
                            "workers",
                            "launch",
                            "output",
                            "probe",
                            "directory",
                            "control",
                            "acceptor",
                            "child",
                            "wire",
                            "unix",
                            "cluster",
                            "process")),
            entry("signals", Set.of("acceptor", "unix", "cluster", "process")),
            entry("forks", Set.of("workers", "acceptor", "child", "jvm", "wire", "unix", "cluster", "process")),
            entry("worker", Set.of("wire", "unix", "cluster", "process")));

    private static final DescribedPredicate<JavaClass> IS_CORE =
            resideInAPackage(OURS).and(not(resideInAnyPackage(ours("netty", "sample", "benchmarks"))));

    /** Those whose code runs in a master that supervises, and in no worker. */
    private static final String[] MASTERS =
            ours("master", "workers", "launch", "output", "probe", "directory", "control", "acceptor");

    /** JNR without its names of error numbers, which call nothing. */
    private static final DescribedPredicate<JavaClass> NATIVE =
            resideInAnyPackage("jnr..", "com.kenai..").and(not(resideInAPackage("jnr.constants..")));

    /** Both ends of the control socket, and what loads their classes ahead. */
    private static final DescribedPredicate<JavaClass> CONTROL_SOCKETS = belongToAnyOf(ControlChannel.class)
            .or(nameMatching(
                    "dev\\.handoff\\.(control\\.(ControlServer|ControlSocket)|master\\.ClassPreloader)(\\$.*)?"));

    /** What crosses the seam between the worker's side and Netty: values and single descriptors, no channel or codec. */
    private static final DescribedPredicate<JavaClass> SEAM = belongToAnyOf(
            Platform.class,
            Fd.class,
            BorrowedFd.class,
            RareLog.class,
            SocketAddressBytes.class,
            UnnamedAddress.class,
            SocketFd.class,
            Role.class,
            SocketHandle.class,
            SocketHandle.Transferred.class,
            Welcome.class,
            ListenerDescription.class,
            Service.class,
            Offer.class,
            HandedBack.class,
            Progress.class,
            Refusal.class,
            Scoreboard.class,
            StateFormat.class,
            TicketSecrets.class);

    /** The seam, and the pools behind it. */
    private static final DescribedPredicate<JavaClass> STARTS_THREADS = belongToAnyOf(
                    Threads.class, Timer.class, TaskThreads.class)
            .or(nameMatching("dev\\.handoff\\.netty\\.worker\\.BlockingExecutor(\\$.*)?"))
            .or(nameMatching("dev\\.handoff\\.process\\.spi\\.Spare"));

    /** By itself, by a pool of the JDK's, or, where no executor is named, by the common pool. */
    private static final DescribedPredicate<JavaMethodCall> STARTS_A_THREAD = calls("start", Thread.class)
            .or(calls("onExit", Process.class))
            .or(calls("onExit", ProcessHandle.class))
            .or(calls("parallelStream", Collection.class))
            .or(DescribedPredicate.describe("use the JDK's pools", DirectionsTest::usesAPool));

    private static DescribedPredicate<JavaMethodCall> calls(String name, Class<?> owner) {
        return DescribedPredicate.describe(
                "call " + owner.getSimpleName() + "." + name,
                call -> call.getName().equals(name) && call.getTargetOwner().isAssignableTo(owner));
    }

    private static boolean usesAPool(JavaMethodCall call) {
        JavaClass owner = call.getTargetOwner();
        boolean inCommonPool = owner.isAssignableTo(CompletionStage.class)
                && call.getName().endsWith("Async")
                && call.getTarget().getRawParameterTypes().stream()
                        .noneMatch(type -> type.isEquivalentTo(Executor.class));
        return inCommonPool || owner.isEquivalentTo(Executors.class) || owner.isEquivalentTo(ForkJoinPool.class);
    }

    private static final DescribedPredicate<JavaConstructorCall> MAKES_A_POOL = DescribedPredicate.describe(
            "make a pool of threads",
            call -> call.getTargetOwner().isAssignableTo(ExecutorService.class)
                    || call.getTargetOwner().isEquivalentTo(java.util.Timer.class));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            // Programs, where an IDE has them on the class path.
            .withImportOption(location -> !location.contains("/sample-app/") && !location.contains("/benchmarks/"))
            .importPackages("dev.handoff");

    /** Without workers, one process is both: it opens its listeners as a master does. */
    private static final DescribedPredicate<JavaClass> LOCAL = nameMatching(
                    "dev\\.handoff\\.netty\\.worker\\.Local(Cluster|Listener)(\\$.*)?")
            .forSubtype();

    /**
     * The packages inside, and the others of them that each one uses. All know what programs see. A pipeline of a program's is built of Netty's
     * codecs, and HTTP is carried by a connection of a worker's; never the other way round.
     */
    private static final Map<String, Set<String>> NETTY = Map.of(
            "pipeline", Set.of("http", "worker"),
            "http", Set.of("websocket", "worker"),
            "websocket", Set.of("worker"),
            "worker", Set.of());

    /** The types that programs see which know what is inside. All others are made of what programs see. */
    private static final Map<String, Set<String>> DOORS = Map.of(
            "ClusterServer", Set.of("worker", "pipeline"),
            "Datagrams", Set.of("worker"),
            "HandBack", Set.of("worker"),
            "Headers", Set.of("http"),
            "Http", Set.of("http", "websocket"),
            "Request", Set.of("http"),
            "Response", Set.of("http"),
            "Tls", Set.of("http", "worker"));

    /** What it needs of the master's side for that. */
    private static final DescribedPredicate<JavaClass> LISTENING = belongToAnyOf(Listener.class, Accepted.class);

    private static final DescribedPredicate<JavaMethodCall> DELETES = describe(
            "delete a file, or put another in its place",
            call -> isOf(Files.class, call, "delete", "deleteIfExists", "move", "walkFileTree")
                    || isOf(File.class, call, "delete", "deleteOnExit", "renameTo")
                    || (call.getTarget().getOwner().isAssignableTo(LibC.class)
                            && List.of("unlink", "unlinkat", "rmdir", "rename")
                                    .contains(call.getTarget().getName())));

    private static final DescribedPredicate<JavaMethodCall> LISTS = describe(
            "list files as a stream",
            call -> isOf(Files.class, call, "list", "walk", "find", "lines", "newDirectoryStream"));

    private static boolean isOf(Class<?> owner, JavaMethodCall call, String... names) {
        return call.getTarget().getOwner().isEquivalentTo(owner)
                && List.of(names).contains(call.getTarget().getName());
    }

    /** Exactly that: a package that is new has to be put here, and what is no longer needed goes. */
    @Test
    void eachPackageOfTheCoreKnowsTheseOthers() {
        Map<String, Set<String>> known = new TreeMap<>();
        CLASSES.stream()
                .filter(IS_CORE)
                .forEach(type -> known.computeIfAbsent(room(type), name -> new TreeSet<>())
                        .addAll(others(type)));
        assertThat(known).containsExactlyInAnyOrderEntriesOf(CORE);
    }

    private static Set<String> others(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .filter(resideInAPackage(OURS))
                .map(DirectionsTest::room)
                .filter(room -> !room.equals(room(type)))
                .collect(Collectors.toSet());
    }

    /** The first name below ours: what is public for those who provide a service belongs to what it is the service of. */
    private static String room(JavaClass type) {
        return type.getPackageName().split("\\.", -1)[2];
    }

    @Test
    void onlyUnixCallsNativeCode() {
        check(noClasses()
                .that(not(resideInAPackage("dev.handoff.unix..")).and(not(CONTROL_SOCKETS)))
                .should()
                .dependOnClassesThat(NATIVE));
    }

    /** It keeps bytes, looks commands up where they are meant, and unblocks signals: what does not go through it does none of it. */
    @Test
    void processesAreStartedInOnePlaceOnly() {
        check(noClasses()
                .that(resideInAPackage(OURS)
                        .and(not(nameMatching("dev\\.handoff\\.child\\.(LaunchMechanism|InheritedEnvironment)")))
                        .and(not(resideInAPackage("dev.handoff.benchmarks.."))))
                .should()
                .callMethod(ProcessBuilder.class, "start")
                .orShould()
                .callMethod(ProcessBuilder.class, "environment"));
    }

    @Test
    void controlChannelUsesNoNativeCodeButItsSocket() {
        check(classes()
                .that(CONTROL_SOCKETS)
                .should()
                .onlyDependOnClassesThat(not(NATIVE)
                        .or(resideInAnyPackage("jnr.unixsocket..", "jnr.enxio.."))
                        .or(nameMatching("jnr\\.ffi\\.LastError"))));
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
    void nettyKnowsTheWorkersSideAndNeverTheMasters() {
        check(classes()
                .that()
                .resideInAPackage("dev.handoff.netty..")
                .and(not(LOCAL))
                .should()
                .onlyDependOnClassesThat(whatNettyKnows()));
    }

    @Test
    void eachPackageOfNettyKnowsTheseOthers() {
        Map<String, Set<String>> known = new TreeMap<>();
        CLASSES.stream()
                .filter(resideInAPackage("dev.handoff.netty.*"))
                .forEach(type -> known.computeIfAbsent(roomOfNetty(type), name -> new TreeSet<>())
                        .addAll(otherRoomsOfNetty(type)));
        assertThat(known).containsExactlyInAnyOrderEntriesOf(NETTY);
    }

    @Test
    void typesThatProgramsSeeOpenTheseDoors() {
        Map<String, Set<String>> opened = new TreeMap<>();
        CLASSES.stream().filter(resideInAPackage("dev.handoff.netty")).forEach(type -> {
            String outermost =
                    type.getName().substring("dev.handoff.netty.".length()).replaceFirst("\\$.*", "");
            opened.computeIfAbsent(outermost, name -> new TreeSet<>()).addAll(otherRoomsOfNetty(type));
        });
        opened.values().removeIf(Set::isEmpty);
        assertThat(opened).containsExactlyInAnyOrderEntriesOf(DOORS);
    }

    private static Set<String> otherRoomsOfNetty(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .filter(resideInAPackage("dev.handoff.netty.*"))
                .map(DirectionsTest::roomOfNetty)
                .filter(room -> !type.getPackageName().endsWith("." + room))
                .collect(Collectors.toSet());
    }

    private static String roomOfNetty(JavaClass type) {
        return type.getPackageName().split("\\.", -1)[3];
    }

    /** What a type keeps from programs it alone lets HTTP have. */
    @Test
    void friendsAreLetInByTheTypesThemselves() {
        check(noClasses()
                .that(not(belongToAnyOf(Headers.class, Response.class)))
                .should()
                .callMethodWhere(calls("open", FriendAccess.class)));
    }

    /** Protocols are served as they are by any worker: of our core they know what programs know, how to call their code, and how to log rarely. */
    @Test
    void protocolsKnowNothingOfTheMaster() {
        check(classes()
                .that()
                .resideInAnyPackage(ours("netty.pipeline", "netty.http", "netty.websocket"))
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                        .or(resideInAnyPackage(ours("netty", "cluster", "process", "guard")))
                        .or(belongToAnyOf(RareLog.class))));
    }

    @Test
    void withoutWorkersNettyKnowsTheListenersToo() {
        check(classes()
                .that(LOCAL)
                .should()
                .onlyDependOnClassesThat(whatNettyKnows().or(LISTENING)));
    }

    private static DescribedPredicate<JavaClass> whatNettyKnows() {
        return not(resideInAPackage(OURS))
                .or(resideInAnyPackage(ours("netty", "cluster", "process", "guard", "worker", "signals")))
                .or(SEAM);
    }

    /** A thread that the kernel does not grant is an answer there, and an end of the process everywhere else. */
    @Test
    void threadsAreStartedWhereAShortageIsAnswered() {
        check(noClasses().that(not(STARTS_THREADS)).should().callMethodWhere(STARTS_A_THREAD));
        check(noClasses().that(not(STARTS_THREADS)).should().callConstructorWhere(MAKES_A_POOL));
    }

    /** Elsewhere a channel that epoll has no room for would be registered never, and nothing would be told of it. */
    @Test
    void channelsArePutIntoEpollWhereARefusalIsSeen() {
        check(noClasses()
                .that(not(nameMatching("dev\\.handoff\\.netty\\.worker\\.(Registration|LaneHandle)(\\$.*)?")))
                .should()
                .callMethodWhere(calls("register", EventLoopGroup.class)));
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        check(slices().matching("dev.handoff.(*)..").should().beFreeOfCycles());
    }

    /** By one class, which knows what is ours by device and inode. */
    @Test
    void onlyOneClassDeletesFiles() {
        check(noClasses()
                .that(areOurs().and(not(belongToAnyOf(OwnFile.class))))
                .should()
                .callMethodWhere(DELETES));
    }

    /** Streams of files fail with what no caller expects, an unchecked exception, when a file goes meanwhile. */
    @Test
    void filesAreListedByOneClass() {
        check(noClasses()
                .that(areOurs().and(not(belongToAnyOf(Directories.class))))
                .should()
                .callMethodWhere(LISTS));
    }

    /** A thread of the master's that prints by itself waits for what reads it; the sink takes lines and never waits. */
    @Test
    void noThreadOfTheMastersPrintsButThroughTheSink() {
        check(noClasses()
                .that(resideInAnyPackage(MASTERS)
                        .and(not(nameMatching("dev\\.handoff\\.output\\.StandardStreams(\\$.*)?"))))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace"));
    }

    /** A logging framework may wait for what it prints to, or for its own lock: the loggers of that place do not. */
    @Test
    void loggersComeFromOnePlaceWhichWaitsForNoFramework() {
        check(noClasses()
                .that(areOurs().and(not(nameMatching("dev\\.handoff\\.process\\.spi\\.(Logs|LogQueue)"))))
                .should()
                .callMethodWhere(calls("getLogger", LoggerFactory.class)));
    }

    /** What is printed last would be lost. */
    @Test
    void noMasterHaltsWithItsLastLinesUnwritten() {
        check(noClasses()
                .that(resideInAnyPackage(MASTERS).or(resideInAPackage("dev.handoff.netty..")))
                .should()
                .callMethod(Runtime.class, "halt", int.class));
    }

    private static DescribedPredicate<JavaClass> areOurs() {
        return resideInAPackage(OURS).and(not(resideInAnyPackage(ours("benchmarks", "sample"))));
    }

    private static String[] ours(String... names) {
        return Arrays.stream(names).map(name -> "dev.handoff." + name + "..").toArray(String[]::new);
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
