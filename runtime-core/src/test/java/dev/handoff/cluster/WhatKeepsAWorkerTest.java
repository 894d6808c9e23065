package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.NodeTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker's process lives as long as its channel or a listener is open that counts. */
@Timeout(90)
class WhatKeepsAWorkerTest extends WithForks {
    private static final String ANY_PORT = "greet 127.0.0.1:0";

    @Test
    @NodeTest("test-cluster-rr-handle-keep-loop-alive.js")
    @NodeTest("test-cluster-rr-handle-close.js")
    void anOpenListenerDoesWithoutItsChannelAndOnceItIsClosedNothingDoes() throws Exception {
        ForkedWorker worker = fork();
        int port = port(listen(worker, ANY_PORT));
        ask(worker, "unrefChannel");
        assertStaysAndServes(worker, port);

        order(worker, "close", 0);
        assertEnds(worker);
    }

    @Test
    @NodeTest("test-cluster-rr-handle-ref-unref.js")
    void theChannelDoesWithoutItsListenerAndNothingDoesWithoutBoth() throws Exception {
        ForkedWorker worker = fork();
        int port = port(listen(worker, ANY_PORT));
        ask(worker, "unref");
        assertStaysAndServes(worker, port);

        order(worker, "unrefChannel", 0);
        assertEnds(worker);
    }

    @Test
    @NodeTest("test-cluster-rr-ref.js")
    void aListenerThatCountsAgainIsClosedAsAnyOther() throws Exception {
        ForkedWorker worker = fork();
        int port = port(listen(worker, ANY_PORT));
        ask(worker, "unref");
        ask(worker, "ref");
        ask(worker, "unrefChannel");
        assertStaysAndServes(worker, port);

        order(worker, "close", 0);
        assertEnds(worker);
    }

    @Test
    void anExclusiveListenerCountsLikeASharedOne() throws Exception {
        ForkedWorker worker = fork();
        int port = port(listen(worker, ANY_PORT + " exclusive"));
        ask(worker, "unrefChannel");
        assertStaysAndServes(worker, port);

        order(worker, "close", 0);
        assertEnds(worker);
    }

    @Test
    void whoLeavesTellsItsMasterFirstThoughNothingKeepsIt() {
        ForkedWorker worker = fork();
        ask(worker, "env", "HOME", 0);
        order(worker, "unrefAndDisconnect", 0);
        awaitGone(worker);
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(0));
        assertThat(worker.exitedAfterDisconnect()).isTrue();
    }

    /** A process that nothing keeps is gone before it is asked often. */
    private void assertStaysAndServes(ForkedWorker worker, int port) throws Exception {
        for (int count = 0; count < 20; count++) {
            assertThat(greeting(port)).isEqualTo("" + worker.id());
            assertThat(ask(worker, "held")).isEqualTo("0");
        }
    }

    private void assertEnds(ForkedWorker worker) {
        awaitGone(worker);
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(0));
        assertThat(worker.exitedAfterDisconnect()).isFalse();
    }
}
