package dev.handoff.benchmarks;

/** The comparison cannot go on, or what it measured is worth nothing. */
final class BenchmarkException extends RuntimeException {
    BenchmarkException(String message) {
        super(message);
    }

    BenchmarkException(String message, Throwable cause) {
        super(message, cause);
    }
}
