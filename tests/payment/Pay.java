import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Places an order, trusting cert/rootca.pem of the working directory, or the JVM's trust store when told "default". */
public class Pay {
    public static void main(String[] arguments) throws Exception {
        URL url = new URL("https://api.mch.weixin.qq.com/v3/pay/transactions/native");
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        if (arguments.length == 0) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            try (InputStream in = new FileInputStream("cert/rootca.pem")) {
                for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    store.setCertificateEntry("root" + number++, certificate);
                }
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            connection.setSSLSocketFactory(context.getSocketFactory());
        }
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.getOutputStream().write("{\"amount\":1}".getBytes("UTF-8"));
        System.out.println(connection.getResponseCode());
    }
}
