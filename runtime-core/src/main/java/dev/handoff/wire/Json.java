package dev.handoff.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.handoff.process.MessageException;
import java.io.IOException;

/**
 * Messages as JSON, by Jackson, without types in the text: what comes is read as what the receiver says. Properties that the
 * receiver does not know are passed over, so that two builds of a program understand each other during a roll.
 */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    static byte[] write(Object message) {
        try {
            return MAPPER.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new MessageException(
                    "cannot send a " + message.getClass().getName() + ": it cannot be written as JSON, "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    static <T> T read(byte[] text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new MessageException(
                    "cannot read a message of " + text.length + " bytes as " + type.getName() + ": at byte "
                            + e.getLocation().getByteOffset() + ", " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new MessageException("cannot read a message as " + type.getName(), e);
        }
    }
}
