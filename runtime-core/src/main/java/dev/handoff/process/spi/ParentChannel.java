package dev.handoff.process.spi;

/** The channel to the process that has forked this one. */
public interface ParentChannel extends Channel {
    /** Lets this process end although somebody listens to the channel; what waits to be sent or answered still keeps it. */
    void unref();
}
