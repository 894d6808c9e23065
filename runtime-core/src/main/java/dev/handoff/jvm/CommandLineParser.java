package dev.handoff.jvm;

import dev.handoff.jvm.CommandLine.Main;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reading of one command line, word by word, as the {@code java} launcher does it. Used once. */
final class CommandLineParser {
    private final List<String> typed;
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private @Nullable Main main;
    private boolean filesAreOpened = true;
    private boolean valueIsNext;
    private boolean moduleIsNext;
    private boolean jar;
    private boolean source;

    CommandLineParser(List<String> typed) {
        this.typed = typed;
    }

    CommandLine parse() {
        typed.stream().skip(1).forEach(this::read);
        if (main == null) {
            throw new IllegalArgumentException("no class, jar, module or source file to run in: " + typed);
        }
        return CommandLine.of(typed.get(0), options, main, arguments);
    }

    /** Behind the main part the launcher opens no file: there {@code @name} is an argument of the program. */
    private void read(String word) {
        if (main == null && filesAreOpened && ArgumentFile.isOne(word)) {
            readFile(word);
        } else {
            take(word);
        }
    }

    /** A file of nothing but options stays a file. */
    private void readFile(String word) {
        int before = options.size();
        boolean optionsOnly = true;
        for (String each : ArgumentFile.read(word)) {
            optionsOnly &= take(each);
        }
        if (optionsOnly) {
            options.subList(before, options.size()).clear();
            options.add(word);
        }
    }

    /** Takes a word; false if it belongs to the main part or the arguments. */
    private boolean take(String word) {
        if (main != null) {
            arguments.add(word);
            return false;
        }
        if (moduleIsNext) {
            return run(Main.Kind.MODULE, word);
        }
        if (valueIsNext) {
            valueIsNext = false;
            return options.add(word);
        }
        return word.startsWith("-") ? takeOption(word) : run(kindOf(word), word);
    }

    private boolean takeOption(String word) {
        if (word.equals("-jar")) {
            jar = true;
            return false;
        }
        if (word.equals("-m") || word.equals("--module")) {
            moduleIsNext = true;
            return false;
        }
        if (word.startsWith("--module=")) {
            return run(Main.Kind.MODULE, word.substring("--module=".length()));
        }
        source |= LauncherOptions.isSource(word);
        filesAreOpened &= !word.equals("--disable-@files");
        valueIsNext = LauncherOptions.takesValue(word);
        return options.add(word);
    }

    private boolean run(Main.Kind kind, String name) {
        main = new Main(kind, name);
        return false;
    }

    private Main.Kind kindOf(String word) {
        if (jar) {
            return Main.Kind.JAR;
        }
        return source || word.endsWith(".java") ? Main.Kind.SOURCE : Main.Kind.CLASS;
    }
}
