package dev.handoff.netty.http;

import dev.handoff.netty.Headers;
import dev.handoff.netty.Response;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way to what an API type keeps from its users and HTTP needs all the same. The type itself opens it in its static initializer, so that
 * nothing has to be public there which users have no use for. Any thread may use it.
 *
 * @param <T> what the type lets HTTP do
 */
public final class FriendAccess<T> {
    /** To {@link Headers}. */
    public static final FriendAccess<OfHeaders> HEADERS = new FriendAccess<>(Headers.class);

    /** To {@link Response}. */
    public static final FriendAccess<OfResponse> RESPONSE = new FriendAccess<>(Response.class);

    private final Class<?> type;
    private volatile @Nullable T access;

    private FriendAccess(Class<?> type) {
        this.type = type;
    }

    /** Header fields as they stand on the wire. */
    public interface OfHeaders {
        /** Numbers that tell where one field stands: its name's begin and end, its value's begin and end. */
        int SLOTS_PER_FIELD = 4;

        /**
         * Makes fields of lines that were parsed.
         *
         * @param block holds the lines {@code Name: value}; kept without a copy, so the caller must not write to it any more
         * @param slots where each field stands in the block, {@link #SLOTS_PER_FIELD} for each; kept as they are
         * @param count of fields
         */
        Headers of(byte[] block, int start, int end, int[] slots, int count);

        /** Writes the lines. */
        void write(Headers headers, HeadWriter out);
    }

    /** What a response is made of. */
    public interface OfResponse {
        /** One with that status and content; no field of it is refused. */
        Response of(int code, Headers headers, ResponseContent content);

        /** What its body is made of. */
        ResponseContent content(Response response);
    }

    /** Called once by the type, in its static initializer. */
    public void open(T own) {
        access = own;
    }

    /** What the type lets HTTP do. */
    T get() {
        T open = access;
        return open == null ? opened() : open;
    }

    private T opened() {
        try {
            MethodHandles.publicLookup().ensureInitialized(type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(type + " is public", e);
        }
        return Objects.requireNonNull(access, "its static initializer opens it");
    }
}
