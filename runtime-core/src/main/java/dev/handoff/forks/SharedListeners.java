package dev.handoff.forks;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The addresses that workers share, by what they asked for. Any thread may call. */
final class SharedListeners {
    private static final String IN_USE = "EADDRINUSE";

    private final SharedListener.Audience audience;
    private final Map<Place.Key, SharedPlace> byPlace = new HashMap<>();
    private int lastKey;

    SharedListeners(SharedListener.Audience audience) {
        this.audience = audience;
    }

    /**
     * Lets a worker listen, or receive datagrams; opens the address if it is the first one, and waits for its closing if that is under way.
     *
     * @param settings of an address that is opened now
     */
    synchronized CompletableFuture<Admission> join(
            ForkedProcess worker, Place place, RuntimePaths paths, ClusterSettings settings) {
        byPlace.values().removeIf(each -> each.closed().isDone());
        SharedPlace there = find(place.key());
        if (there != null && there.isClosing()) {
            return there.closed().thenCompose(closed -> join(worker, place, paths, settings));
        }
        Admission admission = joinNow(worker, place, paths, settings, there);
        // What is in the way may be one that is closing, under another name.
        return admission.answer().errno().equals(IN_USE) && isAnyClosing()
                ? closing().thenCompose(closed -> join(worker, place, paths, settings))
                : CompletableFuture.completedFuture(admission);
    }

    /** Who asks by its number for a port that the kernel chose for others shares it with them. */
    private @Nullable SharedPlace find(Place.Key key) {
        SharedPlace there = byPlace.get(key);
        return there != null || key.isAnyPort() ? there : findChosen(key);
    }

    private @Nullable SharedPlace findChosen(Place.Key key) {
        return byPlace.entrySet().stream()
                .filter(entry -> entry.getKey().isAnyPort())
                .filter(entry -> key.equals(
                        entry.getKey().withPort(entry.getValue().address().port())))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private boolean isAnyClosing() {
        return byPlace.values().stream().anyMatch(SharedPlace::isClosing);
    }

    /** Done when nothing is left of those that are closing now. */
    private CompletableFuture<Void> closing() {
        return CompletableFuture.allOf(byPlace.values().stream()
                .filter(SharedPlace::isClosing)
                .map(SharedPlace::closed)
                .toArray(CompletableFuture<?>[]::new));
    }

    private Admission joinNow(
            ForkedProcess worker,
            Place place,
            RuntimePaths paths,
            ClusterSettings settings,
            @Nullable SharedPlace there) {
        if (worker.isLeaving()) {
            return leaving(worker, place);
        }
        if (there != null && there.has(worker.id())) {
            return Admission.of(ListenAnswer.no(
                    IN_USE, "cannot listen on " + place.options() + ": worker " + worker.id() + " does already"));
        }
        try {
            if (there == null) {
                return open(place, paths, settings).joinFirst(worker);
            }
            there.moveTo(paths);
            return there.join(worker);
        } catch (IOException e) {
            return Admission.of(ListenAnswer.no(e));
        }
    }

    /** What a worker is told that leaves. */
    static Admission leaving(ForkedProcess worker, Place place) {
        return Admission.of(ListenAnswer.no(
                "ECANCELED", "cannot listen on " + place.options() + ": worker " + worker.id() + " is leaving"));
    }

    private SharedPlace open(Place place, RuntimePaths paths, ClusterSettings settings) throws IOException {
        int key = ++lastKey;
        SharedPlace opened = place.key().kind() == Place.Kind.DATAGRAMS
                ? SharedDatagrams.open(key, place)
                : SharedListener.open(key, place, paths.rendezvous(key), settings, audience);
        byPlace.put(place.key(), opened);
        return opened;
    }

    /** Where one of them is. */
    synchronized Optional<ListenAddress> address(int key) {
        return each(all -> all.key() == key).stream().map(SharedPlace::address).findFirst();
    }

    /** A worker wants no more from one of them. */
    synchronized void leave(int workerId, int key) {
        each(all -> all.key() == key).forEach(listener -> listener.leave(workerId, false));
    }

    /** A worker leaves all of them; those where it is the last one stay open or not. */
    synchronized void leaveAll(int workerId, boolean staysOpen) {
        byPlace.values().forEach(listener -> listener.leave(workerId, staysOpen));
    }

    /** A worker has closed its lane of one of them, after the last frame. */
    synchronized void closed(int workerId, int key) {
        each(all -> all.key() == key).forEach(listener -> listener.gone(workerId));
    }

    /** A worker is dead: other workers get the connections that it had not acknowledged. */
    synchronized void exited(int workerId) {
        byPlace.values().forEach(listener -> listener.gone(workerId));
    }

    private Collection<SharedPlace> each(Predicate<SharedPlace> which) {
        return byPlace.values().stream().filter(which).toList();
    }

    /** Closes those that no worker uses; done when nothing is left of all that are closing. */
    synchronized CompletableFuture<Void> closeUnused() {
        byPlace.values().forEach(SharedPlace::closeIfUnused);
        return closing();
    }
}
