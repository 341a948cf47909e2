import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What the tests ask of Java, in one process: requests come on standard input, a line each, its words parted by tabs;
 * the first is the store's password behind a '=', or '-' for none. An answer is lines, then "done", or "failed" and
 * why. Bouncy Castle is used where it is on the class path.
 *
 *   make TYPE FILE [cert ALIAS DER | key ALIAS PKCS8 DER... end | secret ALIAS KEY]...
 *   list TYPE FILE        every entry, sorted: alias, kind, time, certificates, key
 *   trusted TYPE FILE     the SHA-256 of what JSSE ends up trusting, sorted
 *
 * With "connect PORT" as arguments instead: a TLS handshake with localhost by the default context, which says
 * "connected" or why not.
 */
public class KeyStores {
    static char[] password;

    public static void main(String[] args) throws Exception {
        try {
            Class<?> provider = Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider");
            Security.addProvider((Provider) provider.getDeclaredConstructor().newInstance());
        } catch (ClassNotFoundException noBouncyCastle) {
            // Only the tests of BKS bring it.
        }
        System.setOut(new PrintStream(System.out, true, "UTF-8"));
        if (args.length > 0) {
            connect(Integer.parseInt(args[1]));
            return;
        }
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] words = line.split("\t", -1);
            password = words[0].equals("-") ? null : words[0].substring(1).toCharArray();
            try {
                serve(Arrays.copyOfRange(words, 1, words.length));
                System.out.println("done");
            } catch (Exception failed) {
                System.out.println("failed " + failed.toString().replace('\n', ' '));
            }
        }
    }

    static void serve(String[] args) throws Exception {
        switch (args[0]) {
            case "make": make(args); break;
            case "list": list(load(args[1], args[2])); break;
            case "trusted": trusted(load(args[1], args[2])); break;
            default: throw new IllegalArgumentException(args[0]);
        }
    }

    static KeyStore load(String type, String file) throws Exception {
        KeyStore store = KeyStore.getInstance(type);
        try (InputStream in = new FileInputStream(file)) {
            store.load(in, password);
        }
        return store;
    }

    static Certificate certificate(String file) throws Exception {
        try (InputStream in = new FileInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static void make(String[] args) throws Exception {
        KeyStore store = KeyStore.getInstance(args[1]);
        store.load(null, null);
        for (int i = 3; i < args.length; i++) {
            String what = args[i];
            String alias = args[++i];
            if (what.equals("cert")) {
                store.setCertificateEntry(alias, certificate(args[++i]));
            } else if (what.equals("secret")) {
                byte[] key = args[++i].getBytes("UTF-8");
                store.setKeyEntry(alias, new SecretKeySpec(key, "AES"), password, null);
            } else {
                byte[] pkcs8 = Files.readAllBytes(new File(args[++i]).toPath());
                PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
                List<Certificate> chain = new ArrayList<>();
                while (!args[++i].equals("end")) {
                    chain.add(certificate(args[i]));
                }
                store.setKeyEntry(alias, key, password, chain.toArray(new Certificate[0]));
            }
        }
        try (FileOutputStream out = new FileOutputStream(args[2])) {
            store.store(out, password);
        }
    }

    static String sha256(byte[] bytes) throws Exception {
        StringBuilder hex = new StringBuilder();
        for (byte b : MessageDigest.getInstance("SHA-256").digest(bytes)) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }

    static void list(KeyStore store) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            StringBuilder line = new StringBuilder(alias);
            line.append(store.isCertificateEntry(alias) ? " trusted" : store.isKeyEntry(alias) ? " key" : " neither");
            line.append(" ").append(store.getCreationDate(alias) == null ? "-" : store.getCreationDate(alias).getTime());
            Certificate[] chain = store.getCertificateChain(alias);
            if (chain == null) {
                Certificate only = store.getCertificate(alias);
                chain = only == null ? new Certificate[0] : new Certificate[] {only};
            }
            for (Certificate certificate : chain) {
                line.append(" ").append(sha256(certificate.getEncoded()));
            }
            if (store.isKeyEntry(alias) && password != null) {
                line.append(" key:").append(sha256(store.getKey(alias, password).getEncoded()));
            }
            lines.add(line.toString());
        }
        Collections.sort(lines);
        lines.forEach(System.out::println);
    }

    static void trusted(KeyStore store) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        List<String> lines = new ArrayList<>();
        for (TrustManager manager : factory.getTrustManagers()) {
            for (X509Certificate certificate : ((X509TrustManager) manager).getAcceptedIssuers()) {
                lines.add(sha256(certificate.getEncoded()));
            }
        }
        Collections.sort(lines);
        lines.forEach(System.out::println);
    }

    static void connect(int port) throws Exception {
        try (SSLSocket socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket("localhost", port)) {
            socket.startHandshake();
            System.out.println("connected");
        } catch (javax.net.ssl.SSLException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }
}
