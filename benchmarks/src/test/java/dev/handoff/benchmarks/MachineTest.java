package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MachineTest {
    @Test
    void namesTheProcessorAndItsCores() {
        assertThat(Machine.cpu("processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nmodel name\t: Some CPU @ 3 GHz\n", 2))
                .isEqualTo("Some CPU @ 3 GHz, 2 cores");
    }

    @Test
    void roundsTheMemory() {
        assertThat(Machine.memory("MemTotal:       24689528 kB\nMemFree: 1 kB\n"))
                .isEqualTo("24 GiB");
    }

    @Test
    void findsAVersionInWhateverAProgramSays() {
        assertThat(Machine.version("nginx version: nginx/1.22.1\n")).isEqualTo("1.22.1");
        assertThat(Machine.version("wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012"))
                .isEqualTo("4.1.0");
    }

    @Test
    void knowsThisMachine() {
        assertThat(Machine.facts())
                .containsKeys("Date", "CPU", "Kernel", "JDK", "Node", "nginx", "wrk")
                .doesNotContainValue("");
    }
}
