package dev.handoff.jvm;

import java.util.regex.Pattern;

/** Options that have a JVM write an archive of classes, at its end or over its life: one JVM can. */
public final class TrainingFlag {
    private static final Pattern FLAG = Pattern.compile(
            "-XX:(ArchiveClassesAtExit=.*|\\+AutoCreateSharedArchive|AOTCacheOutput=.*|AOTMode=(record|create)"
                    + "|AOTConfiguration=.*|DumpLoadedClassList=.*|\\+RecordDynamicDumpInfo)");

    private TrainingFlag() {}

    /** Whether a word is one. */
    public static boolean isOne(String word) {
        return FLAG.matcher(word).matches();
    }
}
