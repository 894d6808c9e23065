package dev.handoff.sample;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;

/** What this server says on every response: which worker has given it, and how many its connection has had before. */
@FunctionalInterface
interface Signature {
    /** The same response with what is said on it. */
    Response sign(Request request, Response response);

    /** The signature of the worker that this process is. */
    static Response ofThisWorker(Request request, Response response) {
        CurrentWorker worker = Cluster.worker();
        return response.header("Handoff-Worker", Integer.toString(worker.id()))
                .header("Handoff-Generation", Integer.toString(worker.generation()))
                .header("Handoff-Served", Long.toString(request.served()));
    }
}
