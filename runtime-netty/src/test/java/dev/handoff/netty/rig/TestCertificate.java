package dev.handoff.netty.rig;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates that signed themselves, for tests only, with their keys: {@code src/test/resources/tls}. */
public enum TestCertificate {
    /** For localhost and 127.0.0.1. */
    SERVER,
    /** For other.test and all below. */
    OTHER,
    /** A client's. */
    CLIENT;

    public Path chain() {
        return resource(".pem");
    }

    public Path key() {
        return resource(".key.pem");
    }

    /** What a client needs to trust this certificate, and to show its own if it has one. */
    public SSLContext trustedBy(@Nullable TestCertificate client) throws Exception {
        KeyStore trusted = emptyStore();
        trusted.setCertificateEntry("server", certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(client == null ? null : client.keyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private KeyManager[] keyManagers() throws Exception {
        KeyStore store = emptyStore();
        String text = Files.readString(key()).replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text));
        store.setKeyEntry(
                "client", KeyFactory.getInstance("EC").generatePrivate(encoded), new char[0], new Certificate[] {
                    certificate()
                });
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        return keys.getKeyManagers();
    }

    private Certificate certificate() throws Exception {
        try (InputStream in = Files.newInputStream(chain())) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static KeyStore emptyStore() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /* OpenSSL and Tls read files: out of a jar, where other modules find these tests, comes a copy. */
    private Path resource(String suffix) {
        String name = "/tls/" + name().toLowerCase(java.util.Locale.ROOT) + suffix;
        try {
            URL found = Objects.requireNonNull(TestCertificate.class.getResource(name), name);
            return found.getProtocol().equals("file") ? Path.of(found.toURI()) : copy(found, suffix);
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException("cannot find " + name, e);
        }
    }

    private static Path copy(URL resource, String suffix) throws IOException {
        Path copy = Files.createTempFile("certificate", suffix);
        copy.toFile().deleteOnExit();
        try (InputStream in = resource.openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }
}
