package dev.handoff.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.handoff.cluster.ListenException;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.wire.Place;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ListenRequestsTest {
    @Test
    void aUnixPathThatIsNoTextIsRefusedBecauseTheMasterWouldTakeAnother() {
        ListenOptions odd = ListenOptions.unix(Path.of(URI.create("file:///tmp/%FF")));
        ListenException refusal =
                catchThrowableOfType(ListenException.class, () -> ListenRequests.place(Place.Kind.STREAMS, odd));
        assertThat(refusal).hasMessageContaining("bytes that are no text");
    }
}
