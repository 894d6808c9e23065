package dev.handoff.sample.rig;

import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What may befall a cluster of two workers while it serves. Each ends with two that answer. */
public enum Fault {
    /** A worker is killed: the only fault that may cost anybody anything. */
    KILL {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) {
            cluster.kill(worker);
            cluster.awaitReplaced(Set.of(worker), 2);
        }
    },
    /**
     * A worker does nothing at all for a while; when that is noticed, whoever comes is served by the other. Of the load all
     * may wait for the frozen one by then.
     */
    FREEZE {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) {
            int before = cluster.events().size();
            RunningCluster.freeze(worker);
            await("worker " + worker + " is taken out of rotation")
                    .until(() -> cluster.events().stream()
                            .skip(before)
                            .anyMatch(event -> event.is("worker.suspect", worker)));
            for (int client = 0; client < MORE; client++) {
                assertThat(cluster.whoAnswers()).isNotEqualTo(worker);
            }
            RunningCluster.send(worker, Signal.CONT);
        }
    },
    /** A handler does not give its event loop back for a while. */
    BLOCK {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) throws IOException {
            try (StrictConnection client = cluster.connect()) {
                client.sendPostHead("/block?ms=1200", 0);
                awaitMore(load);
                client.answer();
            }
        }
    },
    /** All workers are replaced. */
    ROLL {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) {
            cluster.roll();
        }
    },
    /** One worker more, and one less. */
    SCALE {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) {
            cluster.scaleTo(3, Signal.TTIN);
            cluster.awaitReady(3);
            cluster.scaleTo(2, Signal.TTOU);
        }
    },
    /** A worker is told to end. */
    TERM {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) {
            RunningCluster.send(worker, Signal.TERM);
            cluster.awaitReplaced(Set.of(worker), 2);
        }
    },
    /** Clients go away all at once, with their requests half said. */
    CLIENTS_LEAVE {
        @Override
        void befall(RunningCluster cluster, Load load, long worker) throws IOException {
            for (int client = 0; client < 50; client++) {
                try (StrictConnection leaving = cluster.connect()) {
                    leaving.send("POST /echo HTTP/1.1\r\nHost: strict\r\nContent-Length: 100\r\n\r\nhalf");
                }
            }
        }
    };

    private static final int MORE = 100;

    /** Lets it befall the cluster, and gives whether connections may have been lost by it. */
    public boolean befall(RunningCluster cluster, Load load, Random random) throws IOException {
        List<Long> workers = List.copyOf(cluster.workers());
        befall(cluster, load, workers.get(random.nextInt(workers.size())));
        cluster.awaitReady(2);
        return this == KILL;
    }

    abstract void befall(RunningCluster cluster, Load load, long worker) throws IOException;

    private static void awaitMore(Load load) {
        long before = load.answered();
        await("answers meanwhile").until(() -> load.answered() >= before + MORE);
    }
}
