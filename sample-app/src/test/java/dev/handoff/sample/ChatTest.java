package dev.handoff.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTest {
    private final Chat chat = new Chat();

    @Test
    void showsItsPage() {
        assertThat(chat.answer(Request.of("GET", "/chat")).code()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "http://chat.test:8080, 101",
        "https://CHAT.test:8080, 101",
        "http://other.test:8080, 403",
        "http://chat.test, 403",
        "null, 403"
    })
    void opensTheChatForItsOwnPageOnly(String origin, int code) {
        Request request =
                Request.of("GET", "/chat", "Host", "chat.test:8080", "Upgrade", "websocket", "Origin", origin);
        assertThat(chat.answer(request).code()).isEqualTo(code);
    }

    @Test
    void opensTheChatForProgramsWithoutAPage() {
        assertThat(chat.answer(Request.of("GET", "/chat", "Upgrade", "websocket"))
                        .code())
                .isEqualTo(101);
    }
}
