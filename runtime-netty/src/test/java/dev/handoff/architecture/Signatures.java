package dev.handoff.architecture;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What of a type and its members a caller can see, one line for each. Types of the JDK stand without their package. */
final class Signatures {
    private static final Pattern OURS = Pattern.compile("dev\\.handoff(?:[.$]\\w+)+");

    private Signatures() {}

    /** The type, then its fields, constructors and methods by their names. */
    static Stream<String> of(Class<?> type) {
        return Stream.of(
                        Stream.of(header(type)),
                        members(type.getDeclaredFields(), Signatures::field),
                        members(type.getDeclaredConstructors(), Signatures::constructor),
                        members(type.getDeclaredMethods(), Signatures::method))
                .flatMap(lines -> lines);
    }

    private static <M extends Member> Stream<String> members(M[] declared, Function<M, String> text) {
        return Arrays.stream(declared)
                .filter(member -> isSeen(member.getModifiers()) && !member.isSynthetic())
                .sorted(Comparator.<M, String>comparing(Member::getName).thenComparing(text))
                .map(member -> "    " + text.apply(member));
    }

    /** All types of ours that stand in such lines. */
    static Set<String> mentioned(Stream<Class<?>> types) {
        Set<String> names = new TreeSet<>();
        types.flatMap(Signatures::of)
                .forEach(line -> OURS.matcher(line).results().forEach(found -> names.add(found.group())));
        return names;
    }

    private static boolean isSeen(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String header(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        int left = type.getModifiers() & ~Modifier.INTERFACE & (type.isInterface() ? ~Modifier.ABSTRACT : ~0);
        Type above = type.getGenericSuperclass();
        String extended = above == null || above == Object.class || type.isEnum() || type.isRecord()
                ? ""
                : " extends " + text(type.getAnnotatedSuperclass());
        AnnotatedType[] interfaces = type.getAnnotatedInterfaces();
        String implemented =
                interfaces.length == 0 ? "" : (type.isInterface() ? " extends " : " implements ") + texts(interfaces);
        String sealed = type.isSealed() ? "sealed " : "";
        return modifiers(left) + sealed + kind + " " + type.getName() + variables(type.getTypeParameters()) + extended
                + implemented;
    }

    private static String field(Field field) {
        return modifiers(field.getModifiers()) + text(field.getAnnotatedType()) + " " + field.getName();
    }

    private static String constructor(Constructor<?> constructor) {
        return modifiers(constructor.getModifiers())
                + variables(constructor.getTypeParameters())
                + constructor.getDeclaringClass().getSimpleName()
                + parameters(constructor);
    }

    private static String method(Method method) {
        String variables = variables(method.getTypeParameters());
        int left = method.getModifiers() & ~Modifier.SYNCHRONIZED & ~Modifier.VOLATILE & ~Modifier.TRANSIENT;
        int usual = method.getDeclaringClass().isInterface() ? Modifier.PUBLIC | Modifier.ABSTRACT : 0;
        return modifiers(left & ~usual)
                + (method.isDefault() ? "default " : "")
                + (variables.isEmpty() ? "" : variables + " ")
                + text(method.getAnnotatedReturnType()) + " " + method.getName() + parameters(method);
    }

    private static String modifiers(int modifiers) {
        return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
    }

    private static String parameters(Executable executable) {
        String all = Arrays.stream(executable.getParameters())
                .map(Parameter::getAnnotatedType)
                .map(Signatures::text)
                .collect(Collectors.joining(", ", "(", ")"));
        String varargs = executable.isVarArgs() ? all.replaceFirst("\\[\\]\\)$", "...)") : all;
        AnnotatedType[] thrown = executable.getAnnotatedExceptionTypes();
        return thrown.length == 0 ? varargs : varargs + " throws " + texts(thrown);
    }

    private static String variables(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables).map(Signatures::variable).collect(Collectors.joining(", ", "<", ">"));
    }

    private static String variable(TypeVariable<?> variable) {
        List<AnnotatedType> bounds = Arrays.stream(variable.getAnnotatedBounds())
                .filter(bound -> bound.getType() != Object.class || bound.getAnnotations().length > 0)
                .toList();
        return bounds.isEmpty()
                ? variable.getName()
                : variable.getName() + " extends "
                        + bounds.stream().map(Signatures::text).collect(Collectors.joining(" & "));
    }

    private static String texts(AnnotatedType[] types) {
        return Arrays.stream(types).map(Signatures::text).collect(Collectors.joining(", "));
    }

    private static String text(AnnotatedType type) {
        if (type instanceof AnnotatedArrayType array) {
            return text(array.getAnnotatedGenericComponentType()) + annotations(type, " ") + "[]";
        }
        if (type instanceof AnnotatedTypeVariable variable) {
            return annotations(type, "") + ((TypeVariable<?>) variable.getType()).getName();
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            return annotations(type, "") + "?" + bound(" super ", wildcard.getAnnotatedLowerBounds())
                    + bound(" extends ", wildcard.getAnnotatedUpperBounds());
        }
        if (type instanceof AnnotatedParameterizedType generic) {
            Class<?> raw = (Class<?>) ((ParameterizedType) type.getType()).getRawType();
            return annotations(type, "") + name(raw) + "<" + texts(generic.getAnnotatedActualTypeArguments()) + ">";
        }
        return annotations(type, "") + name((Class<?>) type.getType());
    }

    private static String bound(String word, AnnotatedType[] bounds) {
        Predicate<AnnotatedType> said = bound -> bound.getType() != Object.class;
        return Arrays.stream(bounds).anyMatch(said) ? word + texts(bounds) : "";
    }

    private static String annotations(AnnotatedType type, String before) {
        @Nullable Annotation[] all = type.getAnnotations();
        return all.length == 0
                ? ""
                : Arrays.stream(all)
                        .map(each -> "@"
                                + Objects.requireNonNull(each).annotationType().getSimpleName() + " ")
                        .collect(Collectors.joining("", before, ""));
    }

    private static String name(Class<?> type) {
        return type.getPackageName().startsWith("java.") && !type.isPrimitive()
                ? type.getName().substring(type.getPackageName().length() + 1)
                : type.getName();
    }
}
