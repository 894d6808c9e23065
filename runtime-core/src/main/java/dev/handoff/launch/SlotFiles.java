package dev.handoff.launch;

import dev.handoff.jvm.OutputFlag;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * Names of files that a JVM writes, made one worker's own by its slot: {@code gc.log} is {@code gc-slot2.log}. Not by
 * its id, which grows for ever in a crash loop. Names with the process's id in them, and directories, stay.
 */
final class SlotFiles {
    private final int slot;
    private final Predicate<Path> isDirectory;

    SlotFiles(int slot, Predicate<Path> isDirectory) {
        this.slot = slot;
        this.isDirectory = isDirectory;
    }

    /** The option with another file name in it, or as it is. */
    String rewrite(String option) {
        return OutputFlag.parse(option)
                .filter(flag -> flag.isRecording() || !flag.file().contains("%p"))
                .map(flag -> flag.withFile(own(flag.file())))
                .orElse(option);
    }

    private String own(String name) {
        return isDirectory.test(Path.of(name)) ? name : withSlot(name);
    }

    private String withSlot(String name) {
        int dot = name.lastIndexOf('.');
        int end = dot > name.lastIndexOf('/') + 1 ? dot : name.length();
        return name.substring(0, end) + "-slot" + slot + name.substring(end);
    }
}
