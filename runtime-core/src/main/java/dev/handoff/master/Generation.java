package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.jvm.CommandLine;

/**
 * One build with one set of settings. A worker belongs to one; a roll leads from one to the next. How many workers there
 * are is not part of it.
 *
 * @param number 1, 2, 3 …
 * @param settings what its workers are started with
 * @param command how they are started, before each slot's own flags
 */
record Generation(int number, ClusterSettings settings, CommandLine command) {
    /** How they are started now: the launcher is looked up anew, unless the operator has named one. */
    CommandLine currentCommand() {
        String java = settings.text(Setting.JVM_JAVA);
        return java.isEmpty() ? command.withCurrentLauncher() : command.withJava(java);
    }

    /** The same settings once more, for what is on disk now. */
    Generation numbered(int next) {
        return new Generation(next, settings, command);
    }
}
