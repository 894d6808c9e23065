package dev.handoff.process;

import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.ProcessProvider;
import java.util.EnumMap;
import java.util.Map;

/** Who hears of which signal. The first one changes what the signal does, and the last one to go changes it back. */
final class SignalListeners {
    private final Map<Signal, Heard> heard = new EnumMap<>(Signal.class);

    private record Heard(Listeners<Signal> listeners, Runnable restore) {}

    synchronized Subscription add(Signal signal, Runnable listener) {
        if (signal == Signal.NONE || signal == Signal.KILL || signal == Signal.STOP) {
            throw new IllegalArgumentException("cannot listen to " + signal + ": "
                    + (signal == Signal.NONE ? "it is none" : "nobody can catch it"));
        }
        Heard those = heard.computeIfAbsent(signal, SignalListeners::begin);
        Subscription subscription = those.listeners.add(each -> listener.run());
        return () -> remove(signal, subscription);
    }

    private static Heard begin(Signal signal) {
        Listeners<Signal> listeners = new Listeners<>();
        return new Heard(listeners, ProcessProvider.get().handleSignal(signal.name(), () -> listeners.fire(signal)));
    }

    private synchronized void remove(Signal signal, Subscription subscription) {
        subscription.close();
        Heard those = heard.get(signal);
        if (those != null && those.listeners.isEmpty()) {
            heard.remove(signal);
            those.restore.run();
        }
    }
}
