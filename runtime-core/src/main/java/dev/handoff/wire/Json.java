package dev.handoff.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.handoff.process.MessageException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Messages as JSON, by Jackson, without types in the text: the receiver says as which type a text is read. Properties that the
 * receiver does not know are ignored, so that two builds of a program understand each other during a roll.
 */
final class Json {
    /** What can be sent can be read: a message is bounded as a whole. Only its depth is bounded on both sides. */
    private static final StreamReadConstraints AS_WRITTEN = StreamReadConstraints.builder()
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(AS_WRITTEN).build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final int CASE = 'a' ^ 'A';

    private Json() {}

    static byte[] write(Object message) {
        try {
            return readable(MAPPER.writeValueAsBytes(message));
        } catch (JsonProcessingException e) {
            throw new MessageException(
                    "cannot send a " + message.getClass().getName() + ": it cannot be written as JSON, "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    /**
     * Checks a text with half a surrogate pair, which Jackson writes as an escape. The receiver can read such an escape in a value,
     * but not in a name. So the sender gets the error.
     */
    private static byte[] readable(byte[] text) throws JsonProcessingException {
        if (hasEscapedSurrogate(text)) {
            try {
                MAPPER.readTree(text);
            } catch (JsonProcessingException e) {
                throw e;
            } catch (IOException e) {
                throw new UncheckedIOException("bytes in memory cannot be read", e);
            }
        }
        return text;
    }

    private static boolean hasEscapedSurrogate(byte[] text) {
        for (int i = 0; i < text.length - 2; i++) {
            if (text[i] == '\\' && text[i + 1] == 'u' && (text[i + 2] | CASE) == 'd') {
                return true;
            }
        }
        return false;
    }

    static <T> T read(byte[] text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw new MessageException(
                    "cannot read a message of " + text.length + " bytes as " + type.getName() + ": "
                            + (place == null ? "" : "at byte " + place.getByteOffset() + ", ") + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new MessageException("cannot read a message as " + type.getName(), e);
        }
    }
}
