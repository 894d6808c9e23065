package dev.handoff;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for a state, unless they say so themselves, before they take it for a hang: as long as it takes to start a few
 * JVMs on a busy machine. JUnit finds it by itself, in each module that has this one's tests on its path.
 */
@NullMarked
public final class Patience implements BeforeAllCallback {
    private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("handoff.test.patience", 60));

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
