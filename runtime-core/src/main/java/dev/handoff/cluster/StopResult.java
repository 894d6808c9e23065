package dev.handoff.cluster;

/**
 * The result of a stop.
 *
 * @param forced workers that had to be killed
 * @param requestsCut requests in progress that were cut at the drain limit; 0 where the program forks, because its master knows of none
 */
public record StopResult(int forced, int requestsCut) {
    /** Whether every worker left by itself and no request was cut. */
    public boolean graceful() {
        return forced == 0 && requestsCut == 0;
    }
}
