package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClassPreloaderTest {
    @Test
    void everyClassOfTheMasterCanBeLoadedAhead() {
        assertThat(ClassPreloader.loadAll()).isGreaterThan(150);
    }
}
