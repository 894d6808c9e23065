package dev.handoff.acceptor;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections that workers have handed back, until others take them up. The acceptor's thread only. */
final class Moved {
    private static final Logger LOG = LoggerFactory.getLogger(Moved.class);

    private final Deque<Pending> waiting = new ArrayDeque<>();

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void addFirst(Pending connection) {
        waiting.addFirst(connection);
    }

    void addLast(Pending connection) {
        waiting.addLast(connection);
    }

    /** Gives them to workers that understand them. What nobody does any more is closed: those who did are gone. */
    void handOut(Rotation rotation, Collection<Target> targets) {
        for (Iterator<Pending> each = waiting.iterator(); each.hasNext() && !rotation.isEmpty(); ) {
            Pending connection = each.next();
            if (rotation.giveMoved(connection)) {
                each.remove();
            } else if (targets.stream().noneMatch(target -> !target.isDraining() && target.understands(connection))) {
                LOG.warn(
                        "closed the connection from {}: no worker is left that understands what another has said of it",
                        connection.offer().peer().decode());
                connection.close();
                each.remove();
            }
        }
    }

    void close() {
        waiting.forEach(Pending::close);
        waiting.clear();
    }
}
