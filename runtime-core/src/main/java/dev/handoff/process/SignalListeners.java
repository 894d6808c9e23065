package dev.handoff.process;

import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.ProcessProvider;
import java.util.EnumMap;
import java.util.Map;

/** The listeners of signals. The first listener of a signal replaces its default effect; when the last one is removed, the effect is restored. */
final class SignalListeners {
    private final Map<Signal, OfSignal> bySignal = new EnumMap<>(Signal.class);

    private record OfSignal(Listeners<Signal> listeners, Runnable restore) {}

    synchronized Subscription add(Signal signal, Runnable listener) {
        if (signal == Signal.NONE || signal == Signal.KILL || signal == Signal.STOP) {
            throw new IllegalArgumentException("cannot listen to " + signal + ": "
                    + (signal == Signal.NONE ? "it is none" : "no process can catch it"));
        }
        OfSignal those = bySignal.computeIfAbsent(signal, SignalListeners::begin);
        Subscription subscription = those.listeners.add(each -> listener.run());
        return () -> remove(signal, subscription);
    }

    private static OfSignal begin(Signal signal) {
        Listeners<Signal> listeners = new Listeners<>();
        return new OfSignal(listeners, ProcessProvider.get().handleSignal(signal.name(), () -> listeners.fire(signal)));
    }

    private synchronized void remove(Signal signal, Subscription subscription) {
        subscription.close();
        OfSignal those = bySignal.get(signal);
        if (those != null && those.listeners.isEmpty()) {
            bySignal.remove(signal);
            those.restore.run();
        }
    }
}
