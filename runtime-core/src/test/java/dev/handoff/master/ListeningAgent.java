package dev.handoff.master;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent for a JVM that listens on the port that it is given, as those do that tell what a JVM is at. */
public final class ListeningAgent {
    private static final String CLASS = ListeningAgent.class.getName();

    private ListeningAgent() {}

    /** Called by the JVM before main. It listens until the process ends. */
    public static void premain(String port) throws IOException {
        ServerSocket socket = new ServerSocket(Integer.parseInt(port), 1, InetAddress.getLoopbackAddress());
        System.setProperty(CLASS, socket.toString());
    }

    /** Its jar. */
    static Path writeTo(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", CLASS);
        String file = CLASS.replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream in = Objects.requireNonNull(ListeningAgent.class.getResourceAsStream("/" + file))) {
            out.putNextEntry(new JarEntry(file));
            in.transferTo(out);
        }
        return jar;
    }
}
