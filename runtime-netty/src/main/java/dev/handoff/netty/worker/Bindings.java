package dev.handoff.netty.worker;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of a program's handlers serves which of the master's listeners. The master goes on through a roll, and the program of the
 * next workers may declare other listeners than its own did.
 */
final class Bindings {
    private Bindings() {}

    /**
     * Why a program cannot serve these listeners. Unless the operator said them, the program must declare the same ones, in any order.
     *
     * @param listeners the master's
     * @param declared the program's
     */
    static Optional<String> refusal(List<ListenerDescription> listeners, List<ListenOptions> declared) {
        if (listeners.stream().anyMatch(listener -> listener.declared().isEmpty())) {
            return Optional.empty();
        }
        List<ListenOptions> left = new ArrayList<>(declared);
        for (ListenerDescription listener : listeners) {
            Optional<ListenOptions> same =
                    left.stream().filter(where -> isSame(listener, where)).findFirst();
            if (same.isEmpty()) {
                return Optional.of(difference(listeners, declared));
            }
            left.remove(same.get());
        }
        return left.isEmpty() ? Optional.empty() : Optional.of(difference(listeners, declared));
    }

    private static String difference(List<ListenerDescription> listeners, List<ListenOptions> declared) {
        List<String> there = listeners.stream()
                .map(listener -> text(listener.name(), listener.declared()))
                .toList();
        List<String> wanted = declared.stream()
                .map(where -> text(where.name(), where.toString()))
                .toList();
        return "this program declares the listeners " + wanted + ", and its master has " + there
                + ", which no roll changes: stop the master and start it with this program, or say the addresses as the"
                + " operator (listen)";
    }

    private static String text(String name, String address) {
        return name.isEmpty() ? address : name + "=" + address;
    }

    private static boolean isSame(ListenerDescription listener, ListenOptions where) {
        boolean namesDiffer = !listener.name().isEmpty()
                && !where.name().isEmpty()
                && !listener.name().equals(where.name());
        return !namesDiffer && listener.declared().equals(where.toString());
    }

    /**
     * The bindings by the keys of the listeners. A name decides; then, where the program's word counts, the address; then the place; and
     * where the operator has said more listeners than the program the last one.
     *
     * @throws IllegalStateException if a listener has a name that none of them has, and its place is another one's
     */
    static List<Binding> of(List<ListenerDescription> listeners, List<Binding> bindings) {
        List<@Nullable Binding> found = new ArrayList<>();
        listeners.forEach(listener -> found.add(null));
        List<Binding> left = new ArrayList<>(bindings);
        match(listeners, left, found, Bindings::hasItsName);
        match(listeners, left, found, (listener, binding) -> isSame(listener, binding.where()));
        List<Binding> all = new ArrayList<>();
        for (int key = 0; key < listeners.size(); key++) {
            Binding binding = found.get(key);
            all.add(binding != null ? binding : atPlace(key, listeners.get(key), bindings));
        }
        return all;
    }

    private static void match(
            List<ListenerDescription> listeners,
            List<Binding> left,
            List<@Nullable Binding> found,
            BiPredicate<ListenerDescription, Binding> fits) {
        for (int key = 0; key < listeners.size(); key++) {
            ListenerDescription listener = listeners.get(key);
            Optional<Binding> first = found.get(key) != null
                    ? Optional.empty()
                    : left.stream()
                            .filter(binding -> fits.test(listener, binding))
                            .findFirst();
            if (first.isPresent()) {
                found.set(key, first.get());
                left.remove(first.get());
            }
        }
    }

    private static boolean hasItsName(ListenerDescription listener, Binding binding) {
        return !listener.name().isEmpty()
                && listener.name().equals(binding.where().name());
    }

    private static Binding atPlace(int key, ListenerDescription listener, List<Binding> bindings) {
        Binding binding = bindings.get(Math.min(key, bindings.size() - 1));
        if (!listener.name().isEmpty() && !binding.where().name().isEmpty()) {
            throw new IllegalStateException("the master listens on " + listener.address() + " for '" + listener.name()
                    + "', and this program declares no listener of that name");
        }
        return binding;
    }
}
