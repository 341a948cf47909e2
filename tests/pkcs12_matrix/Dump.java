// Prints what a JDK (or, with "BC", Bouncy Castle) finds in key stores: one line per entry. Reads lines of
// path, tab, password ("-" for none) on standard input.
import java.io.*;
import java.security.*;
import java.security.cert.Certificate;
import java.util.*;

public class Dump {
    public static void main(String[] args) throws Exception {
        Provider provider = null;
        if (args.length > 0) {
            provider = (Provider) Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider")
                .getDeclaredConstructor().newInstance();
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split("\t", -1);
            char[] password = parts[1].equals("-") ? null : parts[1].toCharArray();
            System.out.println("FILE " + parts[0]);
            try {
                dump(parts[0], password, provider);
            } catch (Exception e) {
                System.out.println("FAILS " + e);
            }
        }
    }

    static void dump(String path, char[] password, Provider provider) throws Exception {
        KeyStore store = provider == null ? KeyStore.getInstance("PKCS12") : KeyStore.getInstance("PKCS12", provider);
        try (InputStream file = new FileInputStream(path)) {
            store.load(file, password);
        }
        for (String alias : Collections.list(store.aliases())) {
            StringBuilder text = new StringBuilder();
            if (store.isCertificateEntry(alias)) {
                text.append("trusted ").append(alias).append(' ').append(sha(store.getCertificate(alias).getEncoded()));
            } else {
                text.append("key ").append(alias).append(' ');
                try {
                    Key key = store.getKey(alias, password);
                    text.append(key == null ? "null" : key.getAlgorithm() + " " + sha(key.getEncoded()));
                } catch (Exception e) {
                    text.append("closed");
                }
                Certificate[] chain = store.getCertificateChain(alias);
                for (Certificate certificate : chain == null ? new Certificate[0] : chain) {
                    text.append(' ').append(sha(certificate.getEncoded()));
                }
            }
            if (provider == null) {
                try {
                    KeyStore.ProtectionParameter protection =
                        store.isCertificateEntry(alias) ? null : new KeyStore.PasswordProtection(password);
                    TreeSet<String> attributes = new TreeSet<>();
                    for (KeyStore.Entry.Attribute a : store.getEntry(alias, protection).getAttributes()) {
                        attributes.add(a.getName() + "=" + a.getValue());
                    }
                    text.append(' ').append(attributes);
                } catch (Exception e) {
                    text.append(" no attributes");
                }
            }
            System.out.println(text);
        }
    }

    static String sha(byte[] bytes) throws Exception {
        StringBuilder hex = new StringBuilder();
        for (byte b : MessageDigest.getInstance("SHA-256").digest(bytes)) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }
}
