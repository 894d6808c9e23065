package dev.handoff.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private final Routes routes = new Routes(new Chat(), (request, response) -> response.header("Signed", "yes"));

    @ParameterizedTest
    @ValueSource(strings = {"/plaintext", "/sleep?ms=0", "/sleep?ms=3600000", "/stream?seconds=0", "/chat"})
    void answersWhatItKnows(String target) throws Exception {
        assertThat(answer("GET", target).code()).isEqualTo(200);
        assertThat(answer("HEAD", target).code()).isEqualTo(200);
    }

    @Test
    void echoesWithTheClientsType() throws Exception {
        Response echo =
                routes.answer(Request.of("POST", "/echo", "ha".getBytes(UTF_8), "Content-Type", "text/x-laugh"));
        assertThat(echo.code()).isEqualTo(200);
        assertThat(echo.headers().get("Content-Type")).contains("text/x-laugh");
    }

    @ParameterizedTest
    @CsvSource({
        "http://chat.test:8080, 101",
        "https://CHAT.test:8080, 101",
        "http://other.test:8080, 403",
        "http://chat.test, 403",
        "null, 403"
    })
    void opensTheChatForItsOwnPageOnly(String origin, int code) throws Exception {
        Request request =
                Request.of("GET", "/chat", "Host", "chat.test:8080", "Upgrade", "websocket", "Origin", origin);
        assertThat(routes.answer(request).code()).isEqualTo(code);
    }

    @Test
    void opensTheChatForProgramsWithoutAPage() throws Exception {
        assertThat(routes.answer(Request.of("GET", "/chat", "Upgrade", "websocket"))
                        .code())
                .isEqualTo(101);
    }

    @Test
    void blocksThatLong() throws Exception {
        assertThat(answer("POST", "/block?ms=1").code()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/info/", "/Plaintext"})
    void saysThatItDoesNotKnow(String target) throws Exception {
        assertThat(answer("GET", target).code()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"POST,/plaintext,'GET, HEAD'", "GET,/echo,POST", "GET,/crash?how=exit,POST", "DELETE,/,'GET, HEAD'"})
    void saysWhichMethodWouldDo(String method, String target, String allowed) throws Exception {
        Response refused = answer(method, target);
        assertThat(refused.code()).isEqualTo(405);
        assertThat(refused.headers().get("Allow")).contains(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/sleep",
        "GET,/sleep?ms=",
        "GET,/sleep?ms=soon",
        "GET,/sleep?ms=-1",
        "GET,/sleep?ms=3600001",
        "GET,/sleep?ms=99999999999999999999",
        "GET,/stream?seconds=1.5",
        "POST,/block?ms=x",
        "POST,/crash",
        "POST,/crash?how=gently"
    })
    void saysWhatIsWrongWithANumberOrAWord(String method, String target) throws Exception {
        assertThat(answer(method, target).code()).isEqualTo(400);
    }

    private Response answer(String method, String target) throws Exception {
        return routes.answer(Request.of(method, target));
    }
}
