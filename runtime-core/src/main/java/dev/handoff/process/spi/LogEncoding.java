package dev.handoff.process.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes this process write its log in UTF-8, whatever the locale: under {@code LC_ALL=C} a JVM writes question marks. */
public final class LogEncoding {
    private static final AtomicBoolean DONE = new AtomicBoolean();

    private LogEncoding() {}

    /** From now on {@code System.out} and {@code System.err} encode text in UTF-8. Bytes are written as before. */
    public static void beUtf8() {
        if (DONE.compareAndSet(false, true)) {
            if (!UTF_8.equals(charset(System.out, "sun.stdout.encoding"))) {
                System.setOut(new PrintStream(System.out, true, UTF_8));
            }
            if (!UTF_8.equals(charset(System.err, "sun.stderr.encoding"))) {
                System.setErr(new PrintStream(System.err, true, UTF_8));
            }
        }
    }

    /** JDK 17 has no such method: there it is the encoding of the terminal, or the default. */
    private static Charset charset(PrintStream stream, String property) {
        try {
            return (Charset) PrintStream.class.getMethod("charset").invoke(stream);
        } catch (ReflectiveOperationException e) {
            return Optional.ofNullable(System.getProperty(property))
                    .map(Charset::forName)
                    .orElse(Charset.defaultCharset());
        }
    }
}
