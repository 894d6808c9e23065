package dev.handoff.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    private final AtomicLong now = new AtomicLong();
    private final FreePorts ports = new FreePorts(now::get);

    @Test
    void aPortThatSomebodyListensOnIsNotFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(ports.test(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void aFreePortIsPromisedOnceInAMinute() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        assertThat(ports.test(port)).isTrue();
        now.set(Duration.ofSeconds(59).toNanos());
        assertThat(ports.test(port)).isFalse();
        now.set(Duration.ofSeconds(61).toNanos());
        assertThat(ports.test(port)).isTrue();
    }
}
