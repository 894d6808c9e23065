package dev.handoff.sample.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How clients behave. Each is played from connecting to closing, over and over, by one thread or several. */
public enum Behaviour {
    /** A connection for each request, and the server is told so. */
    NEW {
        @Override
        void play(Client client) throws IOException {
            client.pause(0, 2);
            client.connect();
            client.request("GET /plaintext HTTP/1.1\r\nHost: strict\r\nConnection: close\r\n\r\n");
            client.answered(HELLO);
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
                client.request(HELLO_REQUEST);
                open = client.answered(HELLO);
            }
        }
    },
    /** Connections that say nothing for a while, and then do. */
    SILENT_THEN_SEND {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.pause(200, 800);
            client.request(HELLO_REQUEST);
            client.answered(HELLO);
        }
    },
    /** A connection that rests between two requests. */
    IDLE_THEN_SEND {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            boolean open = true;
            for (int i = 0; open && i < 3; i++) {
                client.request(HELLO_REQUEST);
                open = client.answered(HELLO);
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
            client.request("POST /echo HTTP/1.1\r\nHost: strict\r\nContent-Length: " + body.length() + "\r\n\r\n");
            for (String piece : pieces) {
                client.pause(20, 120);
                client.more(piece);
            }
            client.answered(body);
        }
    },
    /** A head that comes in two halves. */
    HALF_HEAD {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            client.request("GET /plaintext HTTP/1.1\r\nHo");
            client.pause(50, 300);
            client.more("st: strict\r\n\r\n");
            client.answered(HELLO);
        }
    },
    /** Requests that do not wait for the answers to those before. */
    PIPELINED {
        @Override
        void play(Client client) throws IOException {
            client.connect();
            for (int i = 0; i < 3; i++) {
                client.request("POST /echo HTTP/1.1\r\nHost: strict\r\nContent-Length: 1\r\n\r\n" + i);
            }
            for (int i = 0; i < 3; i++) {
                client.answered(Integer.toString(i));
            }
        }
    };

    private static final String HELLO = "Hello world\n";
    private static final String HELLO_REQUEST = "GET /plaintext HTTP/1.1\r\nHost: strict\r\n\r\n";

    abstract void play(Client client) throws IOException;

    /** One connection of one client, which keeps the ledger. */
    static final class Client {
        private final int port;
        private final Ledger ledger;
        private final Random random;
        private final StrictConnection connection;
        private final boolean asksWho;

        Client(int port, Ledger ledger, Random random, StrictConnection connection, boolean asksWho) {
            this.port = port;
            this.ledger = ledger;
            this.random = random;
            this.connection = connection;
            this.asksWho = asksWho;
        }

        void connect() throws IOException {
            connection.connect(port);
            if (asksWho) {
                ledger.sent();
                connection.askWho();
                ledger.answered();
            }
        }

        /** Sends the first bytes of a request, or all. */
        void request(String bytes) throws IOException {
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
            return !answer.endsConnection();
        }

        void mustEnd() throws IOException {
            connection.mustEnd();
        }

        /** What a client does meanwhile is nobody's business. */
        void pause(int leastMillis, int mostMillis) throws IOException {
            try {
                Thread.sleep(random.nextInt(leastMillis, mostMillis));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }
}
