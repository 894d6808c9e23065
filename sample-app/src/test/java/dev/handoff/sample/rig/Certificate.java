package dev.handoff.sample.rig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for localhost that only its own clients trust, made anew.
 *
 * @param chain PEM
 * @param key PEM, PKCS#8
 * @param client of those who trust it
 */
public record Certificate(Path chain, Path key, SSLContext client) {
    private static final String ALIAS = "server";
    private static final String PASSWORD = "changeit";

    /** Makes one, in a directory. */
    public static Certificate in(Path directory) throws IOException {
        Path file = directory.resolve("server.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Tool.run(
                keytool,
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD);
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            java.security.cert.Certificate certificate = store.getCertificate(ALIAS);
            byte[] key = store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
            return new Certificate(
                    pem(directory.resolve("server.pem"), "CERTIFICATE", certificate.getEncoded()),
                    pem(directory.resolve("server.key.pem"), "PRIVATE KEY", key),
                    trusting(certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make use of a certificate that keytool has made", e);
        }
    }

    private static Path pem(Path file, String what, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n",
                StandardCharsets.US_ASCII);
    }

    private static SSLContext trusting(java.security.cert.Certificate certificate)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(ALIAS, certificate);
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
