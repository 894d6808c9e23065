package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;

/** Has no worker that ever gets ready. */
public final class ThrowsInStart {
    private ThrowsInStart() {}

    public static void main(String[] args) {
        Http http = Http.handler(request -> Response.text("never")).onStart(context -> {
            throw new IllegalStateException("the database is not there");
        });
        ClusterServer.builder(http).port(0).run();
    }
}
