package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SharedUseTest {
    private final List<String> done = new ArrayList<>();
    private final SharedUse use = new SharedUse(() -> done.add("wake"), () -> done.add("close"));

    @Test
    void whatNoThreadUsesIsClosedAtOnceAndOnce() throws Exception {
        use.begin();
        use.end();
        use.close();
        use.close();
        assertThat(done).containsExactly("close");
    }

    @Test
    void theLastOfThoseWhoUseItCloses() throws Exception {
        use.begin();
        use.begin();
        use.close();
        use.close();
        assertThat(done).containsExactly("wake");
        use.end();
        assertThat(done).containsExactly("wake");
        use.end();
        assertThat(done).containsExactly("wake", "close");
    }

    @Test
    void noCallBeginsAfterAClose() throws Exception {
        use.begin();
        use.close();
        assertThatThrownBy(use::begin).isInstanceOf(ClosedChannelException.class);
        use.end();
        assertThatThrownBy(use::begin).isInstanceOf(ClosedChannelException.class);
        assertThat(done).containsExactly("wake", "close");
    }

    @Test
    void whatCannotBeWokenIsClosedAllTheSame() throws Exception {
        SharedUse stubborn = new SharedUse(
                () -> {
                    throw new IOException("asleep");
                },
                () -> done.add("close"));
        stubborn.begin();
        assertThatThrownBy(stubborn::close).hasMessage("asleep");
        assertThat(done).isEmpty();
        stubborn.end();
        assertThat(done).containsExactly("close");
    }
}
