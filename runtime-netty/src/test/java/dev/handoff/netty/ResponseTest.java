package dev.handoff.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseTest {
    @Test
    void settingsGiveNewResponses() {
        Response ok = Response.text("x");
        Response created = ok.withStatus(201).header("Location", "/1");
        assertThat(ok.code()).isEqualTo(200);
        assertThat(ok.headers().get("Location")).isEmpty();
        assertThat(created.code()).isEqualTo(201);
        assertThat(created.headers().get("Location")).contains("/1");
        assertThat(created.headers().get("Content-Type")).contains("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type",
                "content-type",
                "LOCATION",
                "ETag",
                "Last-Modified",
                "Access-Control-Allow-Origin"
            })
    void fieldThatMayStandOnceIsReplaced(String name) {
        assertThat(Response.text("x")
                        .header(name, "a")
                        .header(name, "b")
                        .headers()
                        .all(name))
                .containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Set-Cookie", "Vary", "Link", "X-Own"})
    void fieldThatMayStandOftenIsAdded(String name) {
        assertThat(Response.text("x")
                        .header(name, "a")
                        .header(name, "b")
                        .headers()
                        .all(name))
                .containsExactly("a", "b");
    }

    /** Which would be sent as a question mark. */
    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "a\ude00b", "\ude00\ud83d"})
    void halfACharacterIsRefused(String text) {
        assertThatThrownBy(() -> Response.text(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half of a character");
        assertThatThrownBy(() -> Response.html(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Response.text("x").header("X-Own", text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "DATE", "Connection", "Keep-Alive", "Upgrade"})
    void fieldsOfTheServersOwnAreRefused(String name) {
        assertThatThrownBy(() -> Response.status(200).header(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100, 199, 600})
    void statusThatIsNoneOfAResponseIsRefused(int code) {
        assertThatThrownBy(() -> Response.status(code))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + code);
        assertThatThrownBy(() -> Response.text("").withStatus(code)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void valueThatIsNoJsonNamesItsClass() {
        assertThatThrownBy(() -> Response.json(new Object()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
    }

    @Test
    void responseThatComesLaterHasItsOwnStatusAndHeaders() {
        Response later = Response.later(new CompletableFuture<>());
        assertThatThrownBy(() -> later.withStatus(201)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> later.header("A", "b")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void typeOfAFileIsToldByItsName() {
        assertThat(typeOf("index.HTML")).isEqualTo("text/html; charset=utf-8");
        assertThat(typeOf("a.tar.gz")).isEqualTo("application/gzip");
        assertThat(typeOf("Makefile")).isEqualTo("application/octet-stream");
        assertThat(typeOf(".css")).isEqualTo("text/css; charset=utf-8");
    }

    private static String typeOf(String file) {
        return Response.file(Path.of(file)).headers().get("Content-Type").orElseThrow();
    }
}
