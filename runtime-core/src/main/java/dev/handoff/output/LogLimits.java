package dev.handoff.output;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;

/**
 * How much is kept of what is printed.
 *
 * @param lines of workers that may wait to be written to the master's own output
 * @param bytes that may wait there, the master's own among them
 * @param lineBytes of one line; the rest is cut and counted
 * @param tail lines of each worker that are kept, to tell why it ended
 */
public record LogLimits(int lines, int bytes, int lineBytes, int tail) {
    static LogLimits of(ClusterSettings settings) {
        return new LogLimits(
                settings.count(Setting.LOG_LINES),
                settings.count(Setting.LOG_MEMORY) * 1024 * 1024,
                settings.count(Setting.LOG_LINE_MAX) * 1024,
                settings.count(Setting.LOG_TAIL));
    }
}
