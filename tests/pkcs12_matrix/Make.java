// Makes key stores that keytool cannot: args are the kind, the file, the password, and PEM or DER inputs.
import java.io.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.cert.Certificate;
import java.security.spec.*;
import java.util.*;
import javax.crypto.spec.SecretKeySpec;

public class Make {
    public static void main(String[] args) throws Exception {
        String kind = args[0];
        char[] password = args[2].toCharArray();
        PrivateKey key = KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Paths.get(args[3]))));
        Certificate[] certificates = new Certificate[args.length - 4];
        for (int i = 4; i < args.length; i++) {
            certificates[i - 4] = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Paths.get(args[i]))));
        }
        // leaf, intermediate, root, another root
        Certificate[] chain = Arrays.copyOf(certificates, 3);
        if (kind.startsWith("jdk-")) {
            if (kind.equals("jdk-empty")) {
                System.setProperty("keystore.pkcs12.legacy", "");
            }
            jdk(args[1], password, key, chain, certificates[3]);
            return;
        }
        Provider bc = (Provider) Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider")
            .getDeclaredConstructor().newInstance();
        Security.addProvider(bc);
        KeyStore store = KeyStore.getInstance(kind.equals("bc-3des") ? "PKCS12-3DES-3DES" : "PKCS12", bc);
        store.load(null, null);
        if (!kind.equals("bc-certs")) {
            store.setKeyEntry("shop", key, password, chain);
        }
        store.setCertificateEntry("another", certificates[3]);
        try (OutputStream out = new FileOutputStream(args[1])) {
            if (kind.equals("bc-der")) {
                Class<?> parameter = Class.forName("org.bouncycastle.jcajce.PKCS12StoreParameter");
                store.store((KeyStore.LoadStoreParameter) parameter
                    .getConstructor(OutputStream.class, char[].class, boolean.class)
                    .newInstance(out, password, true));
            } else {
                store.store(out, password);
            }
        }
    }

    static void jdk(String file, char[] password, PrivateKey key, Certificate[] chain, Certificate root)
        throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        KeyStore.ProtectionParameter protection = new KeyStore.PasswordProtection(password);
        Set<KeyStore.Entry.Attribute> attributes = Collections.singleton(
            new PKCS12Attribute("1.3.6.1.4.1.99999.7", "a note of somebody's"));
        store.setEntry("shop", new KeyStore.PrivateKeyEntry(key, chain, attributes), protection);
        store.setEntry("another", new KeyStore.TrustedCertificateEntry(root, attributes), null);
        store.setEntry("secret", new KeyStore.SecretKeyEntry(new SecretKeySpec(new byte[16], "AES")), protection);
        try (OutputStream out = new FileOutputStream(file)) {
            store.store(out, password);
        }
    }
}
