// Usage: java Read.java FOLDER < names
// What CertificateFactory.generateCertificates makes of FOLDER/NAME.pem; the output is that of read.py.
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class Read {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Map<String, Certificate> roots = new LinkedHashMap<>();
        for (String letter : List.of("A", "B", "C")) {
            try (InputStream der = Files.newInputStream(folder.resolve("root" + letter + ".der"))) {
                roots.put(letter, factory.generateCertificate(der));
            }
        }
        for (String name : new String(System.in.readAllBytes()).trim().split("\\s+")) {
            Collection<? extends Certificate> found = List.of();
            int error = 0;
            try (InputStream pem = new FileInputStream(folder.resolve(name + ".pem").toFile())) {
                found = factory.generateCertificates(pem);
            } catch (CertificateException e) {
                error = 1;
            }
            StringBuilder trusted = new StringBuilder();
            for (Map.Entry<String, Certificate> root : roots.entrySet()) {
                if (found.stream().anyMatch(one -> one.getPublicKey().equals(root.getValue().getPublicKey()))) {
                    trusted.append(root.getKey());
                }
            }
            int count = new HashSet<Certificate>(found).size();
            System.out.println(name + " " + (trusted.length() == 0 ? "-" : trusted) + " " + error + " " + count);
        }
    }
}
