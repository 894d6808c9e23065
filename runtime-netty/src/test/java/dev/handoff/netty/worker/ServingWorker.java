package dev.handoff.netty.worker;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.process.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A forked worker that serves HTTP, plain on its first port and over TLS on its second, and sockets that it is sent. */
final class ServingWorker {
    private static final CompletableFuture<Response> LATER = new CompletableFuture<>();
    private static final Http HTTP = Http.handler(ServingWorker::answer).onStop(() -> System.out.println("stopped"));

    private ServingWorker() {}

    public static void main(String[] arguments) {
        Cluster.worker().onMessage(ServingWorker::obey);
        ListenOptions anyPort = ListenOptions.address("127.0.0.1", 0);
        ClusterServer.listen(HTTP, anyPort).join();
        // Behind what the server itself does then.
        Cluster.worker().onLeaving(() -> System.out.println("leaving"));
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        ClusterServer.listen(tls.wrap(HTTP), anyPort).join();
    }

    private static void obey(Message message) {
        message.handle()
                .ifPresentOrElse(
                        connection -> ClusterServer.serve(HTTP, connection),
                        () -> LATER.complete(Response.text("late")));
    }

    private static Response answer(Request request) throws InterruptedException {
        switch (request.path()) {
            case "/later" -> {
                System.out.println("later");
                return Response.later(LATER);
            }
            case "/block" -> {
                System.out.println("blocked");
                new CountDownLatch(1).await();
                throw new AssertionError("nobody counts down");
            }
            default -> {
                return Response.text(Cluster.worker().id() + " " + request.secure() + " " + request.remote());
            }
        }
    }
}
