package dev.handoff.sample.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Clients at work, each a thread with a behaviour, until they are told to stop. */
public final class Load implements AutoCloseable {
    private static final int MOST_THREADS = 512;

    private final int port;
    private final @Nullable SSLContext tls;
    private final Map<Behaviour, Ledger> ledgers = new EnumMap<>(Behaviour.class);
    private final List<Thread> threads = new ArrayList<>();
    private final long seed = ThreadLocalRandom.current().nextLong();
    private volatile boolean endsWhenRefused;
    private volatile boolean asksWho;
    private volatile String target = "/plaintext";
    private volatile String expected = "Hello world\n";
    private volatile boolean stopping;

    private Load(int port, @Nullable SSLContext tls) {
        this.port = port;
        this.tls = tls;
    }

    /** No client yet. */
    public static Load on(int port) {
        return new Load(port, null);
    }

    /** No client yet; all that come speak over TLS. */
    public static Load on(int port, SSLContext tls) {
        return new Load(port, tls);
    }

    /** The server may go: a client that is refused takes that for the end, and for no loss. */
    public Load untilRefused() {
        endsWhenRefused = true;
        return this;
    }

    /** Each connection begins with a question for the process that serves it, so that losses can be told by worker. */
    public Load askingWho() {
        asksWho = true;
        return this;
    }

    /** Clients that get something get this, and not the sample's greeting. */
    public Load getting(String what, String answer) {
        target = what;
        expected = answer;
        return this;
    }

    int port() {
        return port;
    }

    boolean asksWho() {
        return asksWho;
    }

    String target() {
        return target;
    }

    String expected() {
        return expected;
    }

    /** Starts that many clients of a behaviour. */
    public Load with(int clients, Behaviour behaviour) {
        Ledger ledger = ledgers.computeIfAbsent(behaviour, b -> new Ledger(b.name()));
        for (int i = 0; i < clients; i++) {
            start(behaviour, ledger);
        }
        return this;
    }

    private void start(Behaviour behaviour, Ledger ledger) {
        if (threads.size() == MOST_THREADS) {
            throw new IllegalArgumentException("more than " + MOST_THREADS + " clients");
        }
        Random random = new Random(seed + threads.size());
        Thread thread = new Thread(() -> play(behaviour, ledger, random), "client-" + behaviour);
        threads.add(thread);
        thread.start();
    }

    private void play(Behaviour behaviour, Ledger ledger, Random random) {
        while (!stopping) {
            StrictConnection connection = StrictConnection.unconnected(tls);
            try {
                behaviour.play(new Behaviour.Client(this, ledger, random, connection));
            } catch (ConnectException e) {
                if (endsWhenRefused) {
                    return;
                }
                ledger.lost(e, connection);
            } catch (IOException e) {
                ledger.lost(e, connection);
            } finally {
                close(connection);
            }
        }
    }

    private static void close(StrictConnection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a client's socket", e);
        }
    }

    /** What became of the requests so far, by behaviour. */
    public Map<Behaviour, Ledger> ledgers() {
        return Map.copyOf(ledgers);
    }

    /** Requests answered so far. */
    public long answered() {
        return ledgers.values().stream().mapToLong(Ledger::answeredCount).sum();
    }

    /** Requests sent so far. */
    public long sent() {
        return ledgers.values().stream().mapToLong(Ledger::sentCount).sum();
    }

    /** Requests lost so far. */
    public long lost() {
        return ledgers.values().stream().mapToLong(Ledger::lostCount).sum();
    }

    /** Lets each client come to the end of its play. */
    public Load stop() {
        close();
        return this;
    }

    @Override
    public void close() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + thread.getName(), e);
            }
        }
    }

    @Override
    public String toString() {
        return "seed " + seed + "\n"
                + String.join(
                        "\n", ledgers.values().stream().map(Ledger::toString).toList());
    }
}
