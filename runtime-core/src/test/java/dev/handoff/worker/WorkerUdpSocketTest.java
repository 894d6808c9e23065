package dev.handoff.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.unix.ChildJvm;
import dev.handoff.wire.BoundDatagrams;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a socket keeps its process. */
@Timeout(60)
final class WorkerUdpSocketTest {
    /** A program that closes its socket when a datagram comes. */
    static final class ClosesWhenTold {
        private ClosesWhenTold() {}

        public static void main(String[] arguments) throws IOException {
            BoundDatagrams bound = BoundDatagrams.open(ListenOptions.address("127.0.0.1", 0));
            WorkerUdpSocket socket = new WorkerUdpSocket(bound.socket(), bound.address(), new NoOwner());
            socket.start(datagram -> socket.close());
            if (arguments.length > 0) {
                socket.unref();
            }
            System.out.println(bound.address().port());
        }
    }

    private static final class NoOwner implements WorkerUdpSocket.Owner {
        @Override
        public void onCloseWanted() {}

        @Override
        public void onClosed(WorkerUdpSocket socket) {}
    }

    @Test
    void itKeepsTheProcessUntilItIsClosed() throws Exception {
        try (ChildJvm child = ChildJvm.start(ClosesWhenTold.class);
                BufferedReader lines = child.process().inputReader(StandardCharsets.UTF_8);
                DatagramSocket client = new DatagramSocket()) {
            int port = Integer.parseInt(lines.readLine());
            assertThat(child.process().isAlive()).isTrue();
            client.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
            assertThat(child.exitCode()).isZero();
        }
    }

    @Test
    void unreferencedItKeepsNothing() throws Exception {
        try (ChildJvm child = ChildJvm.start(ClosesWhenTold.class, "unref")) {
            assertThat(child.exitCode()).isZero();
        }
    }
}
