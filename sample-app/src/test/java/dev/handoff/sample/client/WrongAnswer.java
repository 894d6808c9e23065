package dev.handoff.sample.client;

import java.io.IOException;

/** An answer came that is not the right one. */
final class WrongAnswer extends IOException {
    WrongAnswer(String message) {
        super(message);
    }
}
