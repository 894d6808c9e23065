package dev.handoff.sample.guards;

import static net.bytebuddy.matcher.ElementMatchers.is;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.method.MethodList;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.implementation.StubMethod;
import net.bytebuddy.pool.TypePool;

/**
 * A change of one method in a jar of the product: what is left when a guard is taken out. One whose method, or whose call in
 * that method, is not there any more is an error, for it would prove nothing.
 */
public final class Mutation {
    private static final String PACKAGE = "dev.handoff.";
    private static final int ENDLESS = 4096;

    private final String type;
    private final Change change;

    private interface Change {
        DynamicType.Builder<?> of(DynamicType.Builder<?> builder, TypeDescription type);
    }

    private Mutation(String type, Change change) {
        this.type = PACKAGE + type;
        this.change = change;
    }

    /** A method without a result does nothing. */
    public static Mutation doesNothing(String type, String method) {
        return replaced(type, method, StubMethod.INSTANCE);
    }

    /** A method gives that, whatever it is asked. */
    public static Mutation gives(String type, String method, boolean result) {
        return replaced(type, method, FixedValue.value(result));
    }

    /** A method gives an empty {@code List} or {@code Optional}, whichever it has promised. */
    public static Mutation givesNone(String type, String method) {
        return new Mutation(type, (builder, owner) -> {
            MethodDescription changed = only(owner, method);
            TypeDescription result = changed.getReturnType().asErasure();
            MethodDescription none = result.getDeclaredMethods()
                    .filter(candidate -> candidate.isStatic()
                            && candidate.getParameters().isEmpty()
                            && (candidate.getName().equals("of")
                                    || candidate.getName().equals("empty")))
                    .getOnly();
            return builder.method(is(changed)).intercept(MethodCall.invoke(none));
        });
    }

    /** A method does what another one of its class does with the same arguments. */
    public static Mutation calls(String type, String method, String other) {
        return new Mutation(
                type,
                (builder, owner) -> builder.method(is(only(owner, method)))
                        .intercept(MethodCall.invoke(only(owner, other)).withAllArguments()));
    }

    /** A method leaves out that call. */
    public static Mutation skips(String type, String method, String called) {
        return new Mutation(
                type,
                (builder, owner) -> builder.visit(MemberSubstitution.relaxed()
                        .method(named(called))
                        .stub()
                        .on(is(only(owner, method)))));
    }

    /** A method leaves a field as it is. */
    public static Mutation forgets(String type, String method, String field) {
        return new Mutation(
                type,
                (builder, owner) -> builder.visit(MemberSubstitution.relaxed()
                        .field(named(field))
                        .onWrite()
                        .stub()
                        .on(is(only(owner, method)))));
    }

    /** Objects are built with a number, their constructor's only one, that is as good as endless. */
    public static Mutation isEndless(String type) {
        return new Mutation(
                type, (builder, owner) -> builder.visit(Advice.to(Endless.class).on(isConstructor())));
    }

    /** Its code becomes part of the constructor. */
    static final class Endless {
        private Endless() {}

        @Advice.OnMethodEnter
        @SuppressWarnings("UnusedVariable") // The constructor reads it.
        static void enter(@Advice.Argument(value = 0, readOnly = false) int number) {
            number = ENDLESS;
        }
    }

    private static Mutation replaced(String type, String method, Implementation instead) {
        return new Mutation(
                type,
                (builder, owner) -> builder.method(is(only(owner, method))).intercept(instead));
    }

    private static MethodDescription only(TypeDescription type, String method) {
        MethodList<?> found = type.getDeclaredMethods().filter(named(method));
        if (found.size() != 1) {
            throw new AssertionError(
                    "expected one method " + method + " in " + type.getName() + " to change, found " + found.size());
        }
        return found.getOnly();
    }

    /** Writes a copy of a jar in which this is so. */
    public void write(Path from, Path to) throws IOException {
        byte[] changed = changed(from);
        Files.copy(from, to);
        try (FileSystem jar = FileSystems.newFileSystem(to)) {
            Files.write(jar.getPath(type.replace('.', '/') + ".class"), changed);
        }
    }

    private byte[] changed(Path jar) throws IOException {
        try (ClassFileLocator classes = new ClassFileLocator.Compound(
                ClassFileLocator.ForJarFile.of(jar.toFile()), ClassFileLocator.ForClassLoader.ofPlatformLoader())) {
            TypeDescription described =
                    TypePool.Default.of(classes).describe(type).resolve();
            DynamicType.Builder<?> builder = new ByteBuddy().redefine(described, classes);
            byte[] changed = change.of(builder, described).make().getBytes();
            if (Arrays.equals(changed, builder.make().getBytes())) {
                throw new AssertionError("found nothing to change in " + type);
            }
            return changed;
        }
    }
}
