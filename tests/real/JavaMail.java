import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.mail.Message;
import javax.mail.MessagingException;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Sends one mail with the real JavaMail for each job on standard input, and prints what a Java program's log would show of it.
 *
 * A job is lines of "name value" up to an empty line; the answer is "sent", or the exceptions without their stack frames, up to
 * an empty line. The encryption is named as in IdentityIQ's settings, and means what it is expected to mean there.
 */
public final class JavaMail {
    private static final String TIMEOUT_MS = "1500";

    public static void main(String[] arguments) throws IOException {
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (Map<String, String> job = next(jobs); !job.isEmpty(); job = next(jobs)) {
            answers.print(outcome(job) + "\n\n");
            answers.flush();
        }
    }

    private static Map<String, String> next(BufferedReader jobs) throws IOException {
        Map<String, String> job = new HashMap<>();
        for (String line = jobs.readLine(); line != null && !line.isEmpty(); line = jobs.readLine()) {
            String[] pair = line.split(" ", 2);
            job.put(pair[0], pair[1]);
        }
        return job;
    }

    private static String outcome(Map<String, String> job) {
        try {
            trustOnly(job.get("truststore"));
            send(job);
            return "sent";
        } catch (MessagingException | GeneralSecurityException | IOException problem) {
            return logged(problem);
        }
    }

    /** What a logging library writes of an exception: each one in the chain, here without frames and blank lines. */
    private static String logged(Exception problem) {
        StringWriter written = new StringWriter();
        problem.printStackTrace(new PrintWriter(written, true));
        StringBuilder kept = new StringBuilder();
        for (String line : written.toString().split("\\R")) {
            if (!line.isBlank() && !line.startsWith("\tat ") && !line.startsWith("\t...")) {
                kept.append(kept.length() == 0 ? "" : "\n").append(line);
            }
        }
        return kept.toString();
    }

    /** The trust store stands for the JVM's own: JavaMail is not told of it. Without one the JVM's list is used. */
    private static void trustOnly(String truststore) throws GeneralSecurityException, IOException {
        KeyStore known = null;
        if (truststore != null) {
            known = KeyStore.getInstance("PKCS12");
            try (InputStream file = new FileInputStream(truststore)) {
                known.load(file, "changeit".toCharArray());
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLContext.setDefault(context);
    }

    private static void send(Map<String, String> job) throws MessagingException {
        Session session = Session.getInstance(settings(job));
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(job.get("sender")));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(job.get("recipient")));
        message.setSubject(job.get("subject"));
        message.setText("Sent by JavaMail.");
        message.saveChanges();
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect(job.get("host"), Integer.parseInt(job.get("port")), job.get("username"), job.get("password"));
            transport.sendMessage(message, message.getAllRecipients());
        }
    }

    private static Properties settings(Map<String, String> job) {
        Properties settings = new Properties();
        settings.setProperty("mail.smtp.localhost", "iiq.example.com");
        settings.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MS);
        settings.setProperty("mail.smtp.timeout", TIMEOUT_MS);
        settings.setProperty("mail.smtp.auth", String.valueOf(job.containsKey("username")));
        switch (job.get("encryption")) {
            case "NONE":
                break;
            case "SSL":
                settings.setProperty("mail.smtp.ssl.enable", "true");
                break;
            case "TLS":
                settings.setProperty("mail.smtp.starttls.enable", "true");
                break;
            default:
                throw new IllegalArgumentException("NONE, SSL or TLS, not " + job.get("encryption"));
        }
        return settings;
    }
}
