package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
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
        return new Entries();
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
        Words.checkVariable(name, value, variables.containsKey(name));
        return variables.put(name, value);
    }

    /** A view, through which nothing is put in either that cannot be a variable. */
    private final class Entries extends AbstractSet<Entry<String, String>> {
        @Override
        public int size() {
            return variables.size();
        }

        @Override
        public Iterator<Entry<String, String>> iterator() {
            Iterator<Entry<String, String>> all = variables.entrySet().iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public Entry<String, String> next() {
                    return new Variable(all.next());
                }

                @Override
                public void remove() {
                    all.remove();
                }
            };
        }
    }

    private final class Variable extends SimpleEntry<String, String> {
        private static final long serialVersionUID = 1L;

        Variable(Entry<String, String> entry) {
            super(entry);
        }

        @Override
        public String setValue(String value) {
            put(getKey(), value);
            return super.setValue(value);
        }
    }
}
