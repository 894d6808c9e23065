package dev.handoff.sample.programs;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.WorkerHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.example.http.file.HttpStaticFileServerInitializer;
import io.netty.example.http.helloworld.HttpHelloWorldServerInitializer;
import io.netty.example.http.snoop.HttpSnoopServerInitializer;
import io.netty.example.http.websocketx.server.WebSocketServerInitializer;
import io.netty.example.http2.helloworld.multiplex.server.Http2ServerInitializer;
import io.netty.example.securechat.SecureChatServerInitializer;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Servers of Netty's examples, unchanged, each behind one line, and one more with a pipeline that many programs have. Arguments: a
 * file for the names and ports of {@link Which}; a certificate and its key, PEM.
 */
public final class NettyPrograms {
    private NettyPrograms() {}

    /** What listens. */
    public enum Which {
        OWN,
        HELLO,
        SNOOP,
        FILE,
        WEB_SOCKET,
        HTTP_2_OVER_TLS,
        HELLO_OVER_TLS,
        CHAT_OVER_TLS
    }

    public static void main(String[] args) throws IOException {
        SslContext tls = tls(args[1], args[2]);
        ClusterServer.Builder builder = ClusterServer.builder();
        for (Which which : Which.values()) {
            builder.listen(anyPort(), handler(which, tls));
        }
        ClusterServer server = builder.signals(true).start();
        Path ports = Path.of(args[0]);
        Path next = ports.resolveSibling("next");
        List<String> lines = new ArrayList<>();
        for (Which which : Which.values()) {
            lines.add(which + " " + server.addresses().get(lines.size()).port());
        }
        Files.write(next, lines);
        Files.move(next, ports, StandardCopyOption.ATOMIC_MOVE);
    }

    private static ListenOptions anyPort() {
        return ListenOptions.address("127.0.0.1", 0);
    }

    private static SslContext tls(String chain, String key) throws SSLException {
        return SslContextBuilder.forServer(new File(chain), new File(key))
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    private static WorkerHandler handler(Which which, SslContext tls) {
        return channel -> channel.pipeline().addLast(initializer(which, tls));
    }

    private static ChannelInitializer<SocketChannel> initializer(Which which, SslContext tls) {
        return switch (which) {
            case OWN -> new Own();
            case HELLO -> new HttpHelloWorldServerInitializer(null);
            case SNOOP -> new HttpSnoopServerInitializer(null);
            case FILE -> new HttpStaticFileServerInitializer(null);
            case WEB_SOCKET -> new WebSocketServerInitializer(null);
            case HTTP_2_OVER_TLS -> new Http2ServerInitializer(tls);
            case HELLO_OVER_TLS -> new HttpHelloWorldServerInitializer(tls);
            case CHAT_OVER_TLS -> new SecureChatServerInitializer(tls);
        };
    }

    private static final class Own extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(
                            new HttpRequestDecoder(),
                            new HttpObjectAggregator(64 * 1024),
                            new HttpResponseEncoder(),
                            new HttpContentCompressor((CompressionOptions[]) null),
                            new GreetingOrEcho());
        }
    }
}
