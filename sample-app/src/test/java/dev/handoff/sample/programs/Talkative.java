package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;

/** Prints before, while and after it is a master, and ends as its argument says: exit, or return. */
public final class Talkative {
    private static final int LINES = 1000;

    private Talkative() {}

    public static void main(String[] args) {
        System.out.println("before");
        ClusterServer server = ClusterServer.builder(Http.handler(request -> Response.text("hello\n")))
                .port(0)
                .start();
        print("serving");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        if (args[0].equals("exit")) {
            System.exit(7);
        }
        server.close();
        print("stopped");
    }

    private static void print(String what) {
        for (int line = 0; line < LINES; line++) {
            System.out.println(what + " " + line);
        }
    }
}
