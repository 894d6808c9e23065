package dev.handoff.netty.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** JSON texts of requests and responses. Any thread may call. */
public final class Json {
    /* A client may be newer than a worker that is about to be replaced: what it says in addition is no error. */
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    /**
     * A value as JSON.
     *
     * @throws IllegalArgumentException if Jackson cannot write it
     */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "cannot write " + value.getClass().getName() + " as JSON", e);
        }
    }

    static <T> T read(byte[] text, Class<T> type) {
        try {
            T value = MAPPER.readValue(text, type);
            if (value == null) {
                throw HttpFailure.badRequest("the body is null where a JSON value was expected");
            }
            return value;
        } catch (JacksonException e) {
            throw HttpFailure.badRequest("the body is not the JSON text that was expected");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read JSON from memory", e);
        }
    }
}
