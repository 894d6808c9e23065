package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The environment variables of children. Any thread may read and change them. A name or value that cannot be a variable is refused. */
final class Environment extends AbstractMap<String, String> {
    private final Map<String, String> variables =
            new ConcurrentHashMap<>(ProcessProvider.get().environment());

    @Override
    public Set<Entry<String, String>> entrySet() {
        return variables.entrySet();
    }

    @Override
    public @Nullable String get(Object name) {
        return variables.get(name);
    }

    @Override
    public boolean containsKey(Object name) {
        return variables.containsKey(name);
    }

    @Override
    public @Nullable String remove(Object name) {
        return variables.remove(name);
    }

    @Override
    public @Nullable String put(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new IllegalArgumentException(
                    "cannot set the variable \"" + name + "\": a name has at least one character and no '='");
        }
        Words.check("the variable", name);
        Words.check("the variable " + name, value);
        return variables.put(name, value);
    }
}
