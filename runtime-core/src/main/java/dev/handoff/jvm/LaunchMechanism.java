package dev.handoff.jvm;

/** How the JDK starts processes. */
public final class LaunchMechanism {
    private static final String PROPERTY = "jdk.lang.Process.launchMechanism";

    private LaunchMechanism() {}

    /**
     * The JDK's default goes through a helper program of the JDK on disk, which refuses to serve a JVM of another
     * version: once the JDK is upgraded in place, a long-lived process could never start a child again. Plain fork
     * needs no file. Read by the JDK once, at its first spawn; what the operator said stays.
     */
    public static void survivePatchedJdk() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "FORK");
        }
    }
}
