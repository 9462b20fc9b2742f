import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Makes one TLS handshake a line, as a program that says nothing of TLS does: with the trust store of the system properties. */
public class Handshake {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] job = line.split("\t", -1); // host, port, trust store, its type, its password; empty where none is named
            name("javax.net.ssl.trustStore", job[2]);
            name("javax.net.ssl.trustStoreType", job[3]);
            name("javax.net.ssl.trustStorePassword", job[4]);
            System.out.println(shake(job[0], Integer.parseInt(job[1])));
        }
    }

    private static void name(String property, String value) {
        if (value.isEmpty()) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    private static String shake(String host, int port) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null); // what the default context of a Java does with these properties
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(host, port)) {
                socket.setSoTimeout(20000);
                socket.startHandshake();
                return "accepts " + socket.getSession().getProtocol();
            }
        } catch (Exception problem) {
            StringBuilder told = new StringBuilder("refuses");
            for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
                told.append(" | ").append(cause.getClass().getSimpleName()).append(": ").append(cause.getMessage());
            }
            return told.toString().replace('\n', ' ');
        }
    }
}
