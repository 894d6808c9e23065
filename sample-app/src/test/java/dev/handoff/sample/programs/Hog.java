package dev.handoff.sample.programs;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers {@code /info} like the sample application; {@code /hog} takes memory outside the heap until there is none. */
public final class Hog {
    private static final int PIECE = 1024 * 1024;
    private static final List<ByteBuf> TAKEN = new ArrayList<>();

    private Hog() {}

    public static void main(String[] args) {
        ClusterServer.builder(Http.handler(Hog::answer)).port(0).run();
    }

    private static Response answer(Request request) {
        while (request.path().equals("/hog")) {
            TAKEN.add(Unpooled.directBuffer(PIECE, PIECE));
        }
        return Response.json(Map.of("pid", Cluster.worker().pid()));
    }
}
