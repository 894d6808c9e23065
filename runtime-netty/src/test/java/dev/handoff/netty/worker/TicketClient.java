package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client over TLS that takes all servers for one, and keeps the session. */
record TicketClient(SSLContext context, String protocol) {
    private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();

    /** What it saw. */
    record Visit(String body, boolean resumed) {}

    /** The JDK keeps sessions by host and port: to it, all servers are one. */
    private static final class OfOneServer extends Socket {
        OfOneServer(int port) throws IOException {
            super(HOST, port);
        }

        @Override
        public int getPort() {
            return 443;
        }
    }

    static TicketClient speaking(String protocol) throws Exception {
        return new TicketClient(TestCertificate.SERVER.trustedBy(null), protocol);
    }

    Visit visit(int port) throws Exception {
        long before = nextMillisecond();
        Socket plain = new OfOneServer(port);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, HOST, port, true);
        socket.setEnabledProtocols(new String[] {protocol});
        try (RawClient client = new RawClient(socket)) {
            String body = client.get("/").answer().body();
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            return new Visit(body, socket.getSession().getCreationTime() < before);
        }
    }

    /** A session that was made in the millisecond before it is resumed would look new. */
    private static long nextMillisecond() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() <= now) {
            Thread.onSpinWait();
        }
        return now + 1;
    }

    /** Goes to each of these workers, which take turns, once. */
    void resumesAtEach(int port, int... workers) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int ignored : workers) {
            Visit seen = visit(port);
            assertThat(seen.resumed())
                    .as("%s at worker %s", protocol, seen.body())
                    .isTrue();
            bodies.add(seen.body());
        }
        assertThat(bodies)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(workers).mapToObj(Integer::toString).toList());
    }
}
