// Runs keytool itself over many files in one virtual machine: lines of path, tab, password on standard input.
import java.io.*;

public class KeytoolMany {
    public static void main(String[] args) throws Exception {
        Class<?> keytool = Class.forName("sun.security.tools.keytool.Main");
        PrintStream out = System.out;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split("\t", -1);
            out.println("FILE " + parts[0]);
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            System.setOut(new PrintStream(said, true));
            System.setErr(System.out);
            try {
                // Where this works, keytool will; where it fails, keytool would end the process.
                java.security.KeyStore.getInstance(new File(parts[0]), parts[1].toCharArray());
            } catch (Exception e) {
                out.println("FAILS " + e);
                continue;
            }
            System.setOut(new PrintStream(said, true));
            String[] command = {"-list", "-keystore", parts[0], "-storepass", parts[1]};
            keytool.getMethod("main", String[].class).invoke(null, (Object) command);
            System.setOut(out);
            // An entry is a line that names its kind and a line with its fingerprint.
            String kind = null;
            for (String text : said.toString().split("\n")) {
                if (text.contains("Entry,")) {
                    kind = text.substring(text.lastIndexOf(' ', text.lastIndexOf("Entry,")) + 1, text.lastIndexOf(','));
                    if (!kind.startsWith("trusted")) {
                        out.println(kind + " " + text.substring(0, text.indexOf(',')));
                    }
                } else if (text.contains("(SHA-256): ") && "trustedCertEntry".equals(kind)) {
                    out.println(kind + " " + text.substring(text.indexOf("): ") + 3).replace(":", "").toLowerCase().trim());
                }
            }
        }
    }
}
