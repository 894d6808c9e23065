package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;

/**
 * How much of what workers print is kept.
 *
 * @param lines that may wait to be written to the master's own output
 * @param lineBytes of one line; the rest is cut and counted
 * @param tail lines of each worker that are kept for whoever asks why it ended
 */
record LogLimits(int lines, int lineBytes, int tail) {
    static LogLimits of(ClusterSettings settings) {
        return new LogLimits(
                settings.count(Setting.LOG_LINES),
                settings.count(Setting.LOG_LINE_MAX) * 1024,
                settings.count(Setting.LOG_TAIL));
    }
}
