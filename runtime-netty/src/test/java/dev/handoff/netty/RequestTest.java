package dev.handoff.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as handlers see them, and as tests of handlers make them. */
class RequestTest {
    @Test
    void requestForATestHasAllButAWorker() {
        Request request = Request.of("GET", "/a%20b?x=1&y=a+b%21&x=2&z", "Accept", "text/html");
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).isEqualTo("/a%20b?x=1&y=a+b%21&x=2&z");
        assertThat(request.path()).isEqualTo("/a b");
        assertThat(request.query("x")).contains("1");
        assertThat(request.query("y")).contains("a b!");
        assertThat(request.query("z")).contains("");
        assertThat(request.query("none")).isEmpty();
        assertThat(request.headers().get("accept")).contains("text/html");
        assertThat(request.headers().get("host")).contains("localhost");
        assertThat(request.body().bytes()).isEmpty();
        assertThat(request.secure()).isFalse();
        assertThat(request.served()).isZero();
        assertThat(request.remote()).hasToString("localhost/<unresolved>:0");
        assertThatThrownBy(request::context).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bodyForATestCanBeReadInEveryWay() throws Exception {
        Body body = Request.of("POST", "/", "[1,2]".getBytes(UTF_8)).body();
        assertThat(body.text()).isEqualTo("[1,2]");
        assertThat(body.json(int[].class)).containsExactly(1, 2);
        assertThat(body.stream().readAllBytes()).hasSize(5);
        CompletableFuture<String> published = new CompletableFuture<>();
        body.publisher().subscribe(new Reading(published));
        assertThat(published.get()).isEqualTo("[1,2]");
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/../../b, /b",
        "/a/.., /",
        "/a/., /a/",
        "/a/b/../, /a/",
        "/%2e%2e/%2E%2e/etc, /etc",
        "/a%2f..%2f..%2fb, /b",
        "/..., /...",
        "/.a/b., /.a/b.",
        "//a//b, //a//b",
        "http://host:80/a/../b?c, /b",
        "http://host, /",
        "http://host?c, /"
    })
    void pathIsDecodedAndItsDotsAreResolved(String target, String path) {
        assertThat(Request.of("GET", target).path()).isEqualTo(path);
    }

    @Test
    void requestThatNoClientCouldSendIsRefused() {
        assertThatThrownBy(() -> Request.of("GET", "a b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Request.of("GET", "/%")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Request.of("", "/")).isInstanceOf(IllegalArgumentException.class);
    }

    private record Reading(CompletableFuture<String> text) implements Flow.Subscriber<ByteBuffer> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(1);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            text.complete(UTF_8.decode(bytes).toString());
        }

        @Override
        public void onError(Throwable failure) {
            text.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            text.complete("nothing");
        }
    }
}
