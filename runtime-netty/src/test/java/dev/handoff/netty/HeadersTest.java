package dev.handoff.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {
    private static final Headers SOME = Headers.of("Accept", "text/html", "X-Id", "1", "x-id", "2", "Empty", "");

    @Test
    void namesIgnoreCaseAndOrderIsKept() {
        assertThat(SOME.get("accept")).contains("text/html");
        assertThat(SOME.get("X-ID")).contains("1");
        assertThat(SOME.all("X-Id")).containsExactly("1", "2");
        assertThat(SOME.get("Empty")).contains("");
        assertThat(SOME.get("X-I")).isEmpty();
        assertThat(SOME.all("none")).isEmpty();
        List<String> seen = new ArrayList<>();
        SOME.forEach((name, value) -> seen.add(name + "=" + value));
        assertThat(seen).containsExactly("Accept=text/html", "X-Id=1", "x-id=2", "Empty=");
    }

    @Test
    void addingGivesNewOnes() {
        Headers more = SOME.with("X-Id", "3");
        assertThat(more.all("X-Id")).containsExactly("1", "2", "3");
        assertThat(SOME.all("X-Id")).containsExactly("1", "2");
        assertThat(more).hasToString("Accept: text/html\r\nX-Id: 1\r\nx-id: 2\r\nEmpty: \r\nX-Id: 3\r\n");
    }

    @Test
    void fieldsOfARequestCanBeAddedTo() {
        Headers headers = Request.of("GET", "/", "A", "1").headers().with("B", "2");
        assertThat(headers.get("a")).contains("1");
        assertThat(headers.get("Host")).contains("localhost");
        assertThat(headers.get("b")).contains("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r", "a\n", "a\0", "ä", "(a)"})
    void wrongNameIsRefused(String name) {
        assertThatThrownBy(() -> Headers.of(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\n", "\ra", "a\0b", "a\u007f", "\u20ac", " a", "a ", "\t"})
    void wrongValueIsRefused(String value) {
        assertThatThrownBy(() -> Headers.of("X", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("X");
        assertThatThrownBy(() -> Response.status(200).header("X", value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void valueThatIsMissingIsToldByName() {
        assertThatThrownBy(() -> Headers.of("A", "1", "B"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("B");
    }
}
