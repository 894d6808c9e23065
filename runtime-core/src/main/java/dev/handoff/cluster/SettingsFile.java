package dev.handoff.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A file with settings, one in each line, such as {@code workers = 4}: in the format of {@link Properties}, in UTF-8. A file with a line
 * that is no setting is refused.
 */
final class SettingsFile {
    private SettingsFile() {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming the file, if it cannot be read, or a line is no setting, has a wrong value, or sets something a
     *     second time
     */
    static Map<Setting, Object> read(Path file) {
        try {
            Map<Setting, Object> settings = new EnumMap<>(Setting.class);
            lines(file).forEach((name, text) -> {
                Setting setting = Setting.of((String) name);
                settings.put(setting, setting.parse((String) text));
            });
            return settings;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "there is no such file" : e.toString();
            throw new IllegalArgumentException("cannot read the settings file '" + file + "': " + why, e);
        }
    }

    private static Properties lines(Path file) throws IOException {
        Properties lines = new Once();
        try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
            lines.load(reader);
        }
        return lines;
    }

    /** Properties that refuse a second value for a name, instead of replacing the first. */
    private static final class Once extends Properties {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized @Nullable Object put(Object name, Object text) {
            if (containsKey(name)) {
                throw new IllegalArgumentException("'" + name + "' is set twice");
            }
            return super.put(name, text);
        }
    }
}
