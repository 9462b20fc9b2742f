import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import javax.mail.Message;
import javax.mail.MessagingException;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Does with the mail library beside it what IdentityIQ is expected to do with the same settings, and tells what happens.
 *
 * Jobs come on standard input: lines of "name value" up to an empty line; backslash and line end are written \\ and \n. Each runs
 * in a thread of its own, so that one which waits for ever holds up no other. Answers are lines of "id kind milliseconds text".
 * The only other question is "where ID": the frames of that job's thread, which say what it waits for.
 *
 * Written for Java 7 and JavaMail 1.4, and for every later one: no lambda, nothing newer than the oldest in use. A password
 * stands in no argument and no property of the JVM.
 */
public final class Probe implements Runnable {
    private static final Map<String, Thread> RUNNING = new ConcurrentHashMap<String, Thread>();
    private static PrintStream answers;

    private final Map<String, String> job;
    private final long began = System.nanoTime();
    private Session session;

    private Probe(Map<String, String> job) {
        this.job = job;
    }

    public static void main(String[] arguments) throws Exception {
        answers = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err); // nothing but answers where answers are read
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        SSLContext own = SSLContext.getDefault();
        SSLContext.setDefault(new Watched(own));
        for (Map<String, String> next = next(questions); next != null; next = next(questions)) {
            if (next.containsKey("where")) {
                where(next.get("where"));
                continue;
            }
            Thread thread = new Thread(new Probe(next), "job " + next.get("id"));
            thread.setDaemon(true);
            RUNNING.put(next.get("id"), thread);
            thread.start();
        }
        for (Thread thread : RUNNING.values()) {
            thread.join();
        }
    }

    private static Map<String, String> next(BufferedReader questions) throws IOException {
        Map<String, String> found = new LinkedHashMap<String, String>();
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            if (line.isEmpty()) {
                return found;
            }
            int blank = line.indexOf(' ');
            found.put(blank < 0 ? line : line.substring(0, blank), blank < 0 ? "" : unescaped(line.substring(blank + 1)));
        }
        return null;
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char letter = text.charAt(at);
            if (letter == '\\' && at + 1 < text.length()) {
                at++;
                letter = text.charAt(at) == 'n' ? '\n' : text.charAt(at);
            }
            plain.append(letter);
        }
        return plain.toString();
    }

    private static void where(String id) {
        Thread thread = RUNNING.get(id);
        if (thread != null) {
            for (StackTraceElement frame : thread.getStackTrace()) {
                answer(id, "frame", 0, frame.getClassName() + "." + frame.getMethodName());
            }
        }
        answer(id, "told", 0, "");
    }

    private static void answer(String id, String kind, long milliseconds, String text) {
        synchronized (answers) {
            answers.print(id + " " + kind + " " + milliseconds + " " + text + "\n");
            answers.flush();
        }
    }

    private void tell(String kind, String text) {
        answer(job.get("id"), kind, (System.nanoTime() - began) / 1000000L, text);
    }

    private boolean asked(String name) {
        return "true".equals(job.get(name));
    }

    @Override
    public void run() {
        tell("java", System.getProperty("java.version") + " " + System.getProperty("java.vendor"));
        Watched.Connection watch = Watched.begin();
        String end = "failed";
        try {
            watch.context = trusting();
            end = work(watch);
        } catch (MessagingException problem) {
            log(problem);
        } catch (GeneralSecurityException problem) {
            log(problem);
        } catch (IOException problem) {
            log(problem);
        } catch (RuntimeException problem) {
            log(problem);
        } catch (LinkageError problem) { // a jar that the library needs is not beside it
            log(problem);
        } catch (OutOfMemoryError problem) { // a reply without end: this library keeps all of it
            log(problem);
        }
        if (watch.agreed() != null) {
            tell("tls", watch.agreed());
        }
        tell("end", end);
        RUNNING.remove(job.get("id"));
    }

    private String work(Watched.Connection watch) throws MessagingException, IOException {
        session = Session.getInstance(settings());
        session.setDebugOut(new PrintStream(new Lines(), true, "UTF-8"));
        session.setDebug(true);
        Transport transport = session.getTransport("smtp");
        try {
            transport.connect(job.get("host"), Integer.parseInt(job.get("port")), job.get("username"), job.get("password"));
            tell("connected", "");
            watch.look();
            if (!asked("deliver")) {
                return "connected";
            }
            Message message = message();
            transport.sendMessage(message, message.getAllRecipients());
            return "sent";
        } finally {
            transport.close();
        }
    }

    private Message message() throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(job.get("sender")));
        message.setRecipients(Message.RecipientType.TO, InternetAddress.parse(job.get("recipient")));
        message.setSubject(job.get("subject"), "UTF-8");
        message.setText(job.get("text"), "UTF-8");
        message.setHeader("Auto-Submitted", "auto-generated");
        if (job.containsKey("token")) {
            message.setHeader("X-SMTP-Wizard-Token", job.get("token"));
        }
        message.setSentDate(new Date());
        message.saveChanges();
        return message;
    }

    /** The session properties that IdentityIQ's Encryption setting is expected to stand for; no time limits, as in IdentityIQ. */
    private Properties settings() {
        Properties settings = new Properties();
        settings.setProperty("mail.transport.protocol", "smtp");
        settings.setProperty("mail.smtp.host", job.get("host"));
        settings.setProperty("mail.smtp.port", job.get("port"));
        settings.setProperty("mail.smtp.auth", String.valueOf(job.containsKey("username")));
        if (job.containsKey("localhost")) {
            settings.setProperty("mail.smtp.localhost", job.get("localhost"));
        }
        String encryption = job.get("encryption");
        if ("TLS".equals(encryption)) {
            settings.setProperty("mail.smtp.starttls.enable", "true");
            settings.setProperty("mail.smtp.starttls.required", String.valueOf(asked("guarded")));
        } else if ("SSL".equals(encryption) && asked("factory")) {
            settings.setProperty("mail.smtp.socketFactory.class", "javax.net.ssl.SSLSocketFactory");
            settings.setProperty("mail.smtp.socketFactory.port", job.get("port"));
            settings.setProperty("mail.smtp.socketFactory.fallback", String.valueOf(!asked("guarded")));
        } else if ("SSL".equals(encryption)) {
            settings.setProperty("mail.smtp.ssl.enable", "true");
        }
        return settings;
    }

    /** What a logging library writes of an exception: the chain of them, with their frames. */
    private void log(Throwable problem) {
        StringWriter written = new StringWriter();
        problem.printStackTrace(new PrintWriter(written, true));
        for (String line : written.toString().split("\r?\n")) {
            tell("log", line);
        }
    }

    /** A trust store of this job's own, in place of the JVM's; null leaves the JVM's. */
    private SSLContext trusting() throws GeneralSecurityException, IOException {
        String path = job.get("truststore");
        if (path == null) {
            return null;
        }
        String password = job.get("truststore-password");
        String type = job.get("truststore-type");
        KeyStore known = KeyStore.getInstance(type == null ? KeyStore.getDefaultType() : type);
        InputStream file = new FileInputStream(path);
        try {
            known.load(file, password == null ? null : password.toCharArray());
        } finally {
            file.close();
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Turns what the library writes for debugging into lines with their time. */
    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int letter) throws IOException {
            if (letter == '\n') {
                tell("debug", line.toString("UTF-8").replace("\r", ""));
                line.reset();
            } else if (line.size() < 4096) {
                line.write(letter);
            }
        }
    }
}
