package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever status a program gives to whatever content: the client knows where the response ends, and takes nothing of it for the next one. */
final class HttpFramingTest {
    private static final String TEXT = "0123456789".repeat(300);
    private static final int[] STATUSES = {200, 204, 205, 206, 304, 404};
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST");

    private final Map<String, Response> contents = new LinkedHashMap<>();

    HttpFramingTest(@TempDir Path directory) throws IOException {
        byte[] bytes = TEXT.getBytes(US_ASCII);
        contents.put("bytes", Response.bytes("text/plain", bytes));
        contents.put("writer", Response.stream("text/plain", out -> out.write(bytes)));
        contents.put(
                "publisher",
                Response.publisher("text/plain", subscriber -> subscriber.onSubscribe(new Once(subscriber))));
        contents.put("file", Response.file(Files.write(directory.resolve("file.txt"), bytes)));
    }

    private static final class Once implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private boolean done;

        Once(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (!done) {
                done = true;
                subscriber.onNext(ByteBuffer.wrap(TEXT.getBytes(US_ASCII)));
                subscriber.onComplete();
            }
        }

        @Override
        public void cancel() {
            done = true;
        }
    }

    private Response serve(Request request) {
        String[] words = request.path().substring(1).split("/", -1);
        Response content = contents.get(words[0]);
        if (content == null) {
            return Response.text("next");
        }
        Response response = content.withStatus(Integer.parseInt(words[1]));
        return words.length > 2 ? Response.later(CompletableFuture.completedFuture(response)) : response;
    }

    private List<String> targets() {
        List<String> all = new ArrayList<>();
        for (String content : contents.keySet()) {
            for (int status : STATUSES) {
                all.add("/" + content + "/" + status);
                all.add("/" + content + "/" + status + "/later");
            }
        }
        return all;
    }

    private static int status(String target) {
        return Integer.parseInt(target.split("/", -1)[2]);
    }

    private static boolean hasBody(String method, String target) {
        return !method.equals("HEAD") && status(target) != 204 && status(target) != 205 && status(target) != 304;
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1", "1.0"})
    void nextResponseBeginsBehindTheLast(String version) throws Exception {
        try (TestServer server = TestServer.serving(Http.handler(this::serve))) {
            for (String method : METHODS) {
                for (String target : targets()) {
                    try (RawClient client = server.connect()) {
                        mustBeFramed(client, method, target, version);
                    }
                }
            }
        }
    }

    private static void mustBeFramed(RawClient client, String method, String target, String version)
            throws IOException {
        String name = method + " " + target + " HTTP/" + version;
        client.send(name + "\r\nHost: t\r\nConnection: keep-alive\r\n\r\n");
        RawClient.Answer answer = method.equals("HEAD") ? client.answerToHead() : client.answer();
        assertThat(answer.status()).as(name).isEqualTo(status(target));
        assertThat(answer.body()).as(name).isEqualTo(hasBody(method, target) ? TEXT : "");
        if (status(target) == 204) {
            assertThat(answer.headers()).as(name).doesNotContainKeys("Content-Length", "Transfer-Encoding");
        }
        if (answer.header("Connection").equals("close")) {
            assertThat(client.isEnded()).as(name).isTrue();
        } else {
            assertThat(client.get("/next").answer().body()).as(name).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void streamsOfHttp2EndWhereTheirStatusSays(boolean gzip) throws Exception {
        try (TestServer server = TestServer.serving(Http.handler(this::serve).gzip(gzip));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.window(0, 1 << 24);
            int stream = 1;
            for (String method : METHODS) {
                for (String target : targets()) {
                    client.request(stream, true, method, target, "accept-encoding", "gzip");
                    RawHttp2.Answer answer = client.answer(stream);
                    assertThat(answer.status()).as(method + " " + target).isEqualTo(status(target));
                    assertThat(answer.error()).as(method + " " + target).isNegative();
                    assertThat(answer.length() > 0).as(method + " " + target).isEqualTo(hasBody(method, target));
                    stream += 2;
                }
            }
        }
    }

    @Test
    void compressedResponsesEndWhereTheirStatusSays() throws Exception {
        try (TestServer server = TestServer.serving(Http.handler(this::serve).gzip(true));
                RawClient client = server.connect()) {
            for (String method : METHODS) {
                for (String target : targets()) {
                    client.send(method + " " + target + " HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
                    RawClient.Answer answer = method.equals("HEAD") ? client.answerToHead() : client.answer();
                    assertThat(answer.body().isEmpty())
                            .as(method + " " + target)
                            .isNotEqualTo(hasBody(method, target));
                }
            }
            assertThat(client.get("/next").answer().body()).isEqualTo("next");
        }
    }
}
