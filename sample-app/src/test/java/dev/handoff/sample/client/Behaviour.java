package dev.handoff.sample.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** How clients behave. Each is played from connecting to closing, over and over, by one thread or several. */
public enum Behaviour {
    /** A connection for each request, and the server is told so. */
    NEW {
        @Override
        void play(Client client) throws IOException {
            client.pause(0, 2);
            client.connect();
            client.get("Connection: close\r\n");
            client.answered();
            client.mustEnd();
        }
    },
    /** One request after the other on the same connection, until the server says that it ends. */
    KEEP_ALIVE {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            boolean open = true;
            for (int i = 0; open && i < 50; i++) {
                client.pause(0, 2);
                client.get("");
                open = client.answered();
            }
        }
    },
    /** Connections that say nothing for a while, and then do. */
    SILENT_THEN_SEND {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.pause(200, 800);
            client.get("");
            client.answered();
        }
    },
    /** A connection that rests between two requests. */
    IDLE_THEN_SEND {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            boolean open = true;
            for (int i = 0; open && i < 3; i++) {
                client.get("");
                open = client.answered();
                client.pause(100, 500);
            }
        }
    },
    /** A body that comes piece by piece. */
    SLOW_POST {
        @Override
        void play(Client client) throws IOException {
            List<String> pieces = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                pieces.add("piece " + i + " of a slow body\n");
            }
            String body = String.join("", pieces);
            client.connect();
            client.request(echoHead(body.length()));
            for (String piece : pieces) {
                client.pause(20, 120);
                client.more(piece);
            }
            client.answered(body);
        }
    },
    /** A body of which one half comes with its head, and the other much later. */
    HALF_BODY {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.request(echoHead(10) + "first");
            client.pause(200, 1000);
            client.more("other");
            client.answered("firstother");
        }
    },
    /** A head that comes in two halves. */
    HALF_HEAD {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.halfGet();
            client.pause(50, 300);
            client.otherHalf();
            client.answered();
        }
    },
    /** Requests that do not wait for the answers to those before. */
    PIPELINED {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            for (int i = 0; i < 3; i++) {
                client.request(echoHead(1) + i);
            }
            int answered = 0;
            for (boolean open = true; open && answered < 3; answered++) {
                open = client.answered(Integer.toString(answered));
            }
            client.waive(3 - answered);
        }
    },
    /** Thinks exactly as long as the server says that it keeps the connection. */
    WORST_PHASE {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            boolean inTime = true;
            for (int i = 0; inTime && i < 3; i++) {
                client.get("");
                inTime = client.answered() && client.thinkAsLongAsAnnounced();
            }
        }
    },
    /** Leaves in the middle of something: a head, a body, an answer that takes its time. */
    EARLY_CLOSE {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.request(client.oneOf(
                    "GET /plaintext HTTP/1.1\r\nHo",
                    echoHead(10) + "first",
                    "GET /sleep?ms=300 HTTP/1.1\r\nHost: strict\r\n\r\n"));
            client.pause(0, 100);
            client.leave();
        }
    },
    /** Says something in the chat and waits until it hears it, until it is told to go. */
    WEB_SOCKET {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            boolean open = client.upgrade();
            for (int i = 0; open && i < 50; i++) {
                client.pause(10, 50);
                open = client.says(client.unique("line " + i));
            }
        }
    },
    /** Hears what it says in capitals, as the server of Netty's examples has it, until it is told to go. */
    SHOUTING_WEB_SOCKET {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.upgrade("/websocket");
            boolean open = true;
            for (int i = 0; open && i < 50; i++) {
                client.pause(10, 50);
                open = client.says("line " + i, "LINE " + i);
            }
        }
    },
    /** A visit to the chat of Netty's examples: it hears what it says, and then says goodbye. */
    CHAT_LINES {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.hears("Welcome to secure chat service!");
            for (int i = 0; i < 5; i++) {
                client.pause(10, 100);
                String line = client.unique("line " + i);
                client.saysLine(line);
                client.hears("[you] " + line);
                client.answeredLine();
            }
            client.saysLine("bye");
            client.hears("[you] bye");
            client.answeredLine();
        }
    },
    /** Several requests of HTTP/2 at a time, until the server announces that it will end the connection. */
    HTTP_2 {
        @Override
        void play(Client client) throws IOException {
            client.speakHttp2(Http2Client::isAnnouncedToEnd);
        }
    },
    /** The same until the server says which request is the last that it serves: it refuses those behind. */
    HTTP_2_TO_THE_LAST {
        @Override
        void play(Client client) throws IOException {
            client.speakHttp2(Http2Client::knowsLast);
        }
    };

    private static String echoHead(int length) {
        return "POST /echo HTTP/1.1\r\nHost: strict\r\nContent-Length: " + length + "\r\n\r\n";
    }

    abstract void play(Client client) throws IOException;

    /** One connection of one client, which keeps the ledger. */
    static final class Client {
        private static final int OVERSLEPT_MILLIS = 500;
        private static final int SERVICE_RESTART = 1012;
        private static final int STREAMS = 6;

        private final Load load;
        private final Ledger ledger;
        private final Random random;
        private final StrictConnection connection;
        private Answer lastAnswer = Answer.NONE;
        private long askedNanos;

        Client(Load load, Ledger ledger, Random random, StrictConnection connection) {
            this.load = load;
            this.ledger = ledger;
            this.random = random;
            this.connection = connection;
        }

        void connect() throws IOException {
            connection.connect(load.port());
            if (load.asksWho()) {
                ledger.sent();
                connection.askWho();
                ledger.answered();
            }
        }

        /** Sends the request of its load, with these fields besides. */
        void get(String fields) throws IOException {
            request("GET " + load.target() + " HTTP/1.1\r\nHost: strict\r\n" + fields + "\r\n");
        }

        /** Sends what {@link #otherHalf} makes the request of its load. */
        void halfGet() throws IOException {
            request("GET " + load.target() + " HTTP/1.1\r\nHo");
        }

        void otherHalf() throws IOException {
            more("st: strict\r\n\r\n");
        }

        /** Reads the answer that its load expects; false if it was the connection's last. */
        boolean answered() throws IOException {
            return answered(load.expected());
        }

        /** Sends the first bytes of a request, or all. */
        void request(String bytes) throws IOException {
            askedNanos = System.nanoTime();
            ledger.sent();
            connection.send(bytes);
        }

        /** Sends more bytes of the same request. */
        void more(String bytes) throws IOException {
            connection.send(bytes);
        }

        /** Reads an answer; false if it was the connection's last. */
        boolean answered(String expected) throws IOException {
            Answer answer = connection.answer();
            answer.mustBe(expected);
            ledger.answered();
            if (answer.endsConnection()) {
                return false;
            }
            lastAnswer = answer;
            return true;
        }

        /** False if the machine has let it oversleep, or read the answer late: that is not the server's fault. */
        boolean thinkAsLongAsAnnounced() throws IOException {
            long millis = TimeUnit.SECONDS.toMillis(lastAnswer.keptSeconds());
            sleep(millis);
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - askedNanos) < millis + OVERSLEPT_MILLIS;
        }

        /** The text, as nobody else says it. */
        String unique(String text) {
            return text + " of " + Long.toHexString(random.nextLong());
        }

        String oneOf(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        /** Requests behind the answer with which the server has said that it ends the connection: it will not serve them. */
        void waive(int requests) {
            for (int i = 0; i < requests; i++) {
                ledger.waived();
            }
        }

        /** Closes with the answer still to come. */
        void leave() throws IOException {
            waive(1);
            connection.close();
        }

        /** False if the server has said at once that it goes. */
        boolean upgrade() throws IOException {
            connection.upgrade("/chat");
            return heard().isPresent();
        }

        void upgrade(String target) throws IOException {
            connection.upgrade(target);
        }

        /** Says a line to a chat of lines. */
        void saysLine(String line) throws IOException {
            ledger.sent();
            connection.send(line + "\n");
        }

        /** Reads lines until that one. */
        void hears(String expected) throws IOException {
            String heard = "";
            while (!heard.equals(expected)) {
                heard = connection.chatLine();
            }
        }

        void answeredLine() {
            ledger.answered();
        }

        /** False if the server has said that it goes. */
        boolean says(String line) throws IOException {
            return says(line, line);
        }

        /** False if the server has said that it goes. */
        boolean says(String line, String expected) throws IOException {
            ledger.sent();
            connection.sendFrame(StrictConnection.Frame.TEXT, line);
            for (Optional<String> heard = heard(); heard.isPresent(); heard = heard()) {
                if (heard.get().equals(expected)) {
                    ledger.answered();
                    return true;
                }
            }
            waive(1);
            return false;
        }

        /** What somebody said; nothing if it was that this server goes. */
        private Optional<String> heard() throws IOException {
            StrictConnection.Frame frame = connection.frame();
            if (frame.opcode() == StrictConnection.Frame.TEXT) {
                return Optional.of(frame.payload());
            }
            if (frame.opcode() != StrictConnection.Frame.CLOSE || frame.code() != SERVICE_RESTART) {
                throw new WrongAnswer("expected text or a close with 1012, got frame " + frame.opcode());
            }
            connection.sendFrame(StrictConnection.Frame.CLOSE, frame.payload());
            connection.mustEnd();
            return Optional.empty();
        }

        void speakHttp2(Predicate<Http2Client> isOver) throws IOException {
            connection.note("speaks HTTP/2");
            try (Http2Client http2 =
                    connection.isSecure() ? Http2Client.overTls(load.port()) : Http2Client.to(load.port())) {
                for (int i = 0; i < 50 && !isOver.test(http2); i++) {
                    askAtOnce(http2);
                    pause(0, 10);
                }
            }
        }

        private void askAtOnce(Http2Client http2) throws IOException {
            Map<String, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
            for (int i = 0; i < STREAMS; i++) {
                ledger.sent();
                String body = "body " + i;
                answers.put(body, http2.post("/echo", body));
            }
            for (Map.Entry<String, CompletableFuture<Answer>> answer : answers.entrySet()) {
                answered(answer.getKey(), answer.getValue());
            }
        }

        private void answered(String expected, CompletableFuture<Answer> answer) throws IOException {
            try {
                answer.join().mustBe(expected);
                ledger.answered();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof StreamRefused)) {
                    throw new IOException("no answer to " + expected + ": " + e.getCause(), e.getCause());
                }
                waive(1);
            }
        }

        void mustEnd() throws IOException {
            connection.mustEnd();
        }

        /** What a client does meanwhile is nobody's business. */
        void pause(int leastMillis, int mostMillis) throws IOException {
            sleep(random.nextInt(leastMillis, mostMillis));
        }

        private static void sleep(long millis) throws IOException {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }
}
