package dev.handoff.cluster;

/**
 * How a stop went.
 *
 * @param forced workers that had to be killed
 * @param requestsCut requests in progress that the drain limit cut; 0 where the program forks, whose master knows of none
 */
public record StopResult(int forced, int requestsCut) {
    /** Whether every worker left by itself and no request was cut. */
    public boolean graceful() {
        return forced == 0 && requestsCut == 0;
    }
}
