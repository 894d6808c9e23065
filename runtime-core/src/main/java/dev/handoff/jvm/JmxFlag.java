package dev.handoff.jvm;

import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ports of the JVM's own JMX agent, {@code -Dcom.sun.management.jmxremote.port=…} and its like. */
public final class JmxFlag {
    private static final Pattern PORT =
            Pattern.compile("(-Dcom\\.sun\\.management\\.jmxremote\\.(?:rmi\\.|local\\.)?port=)(\\d{1,5})");

    private JmxFlag() {}

    /**
     * An option with another port in it; one that names no such port as it is.
     *
     * @param ports the child's port in place of one that was typed
     */
    public static String moved(String option, IntUnaryOperator ports) {
        Matcher jmx = PORT.matcher(option);
        return jmx.matches() ? jmx.group(1) + ports.applyAsInt(Integer.parseInt(jmx.group(2))) : option;
    }
}
