package dev.handoff.process.spi;

/** The channel to the process that has forked this one. */
public interface ParentChannel extends Channel {
    /** Lets this process end although the channel has listeners. Messages that wait to be sent or answered still keep it alive. */
    void unref();
}
