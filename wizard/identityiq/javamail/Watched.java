import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import javax.net.ssl.HandshakeCompletedEvent;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The JVM's own way of TLS, unchanged, which tells what a connection agreed to; with a trust store of the job's own where it has one.
 */
final class Watched extends SSLContext {
    private static final ThreadLocal<Connection> CURRENT = new ThreadLocal<Connection>();

    Watched(SSLContext own) {
        super(new Through(own), own.getProvider(), own.getProtocol());
    }

    /** Begin to watch the connections of this thread. */
    static Connection begin() {
        Connection made = new Connection();
        CURRENT.set(made);
        return made;
    }

    /** What a thread's encrypted connection agreed to. */
    static final class Connection implements HandshakeCompletedListener {
        SSLContext context;
        private SSLSocket socket;
        private volatile String agreed;

        String agreed() {
            return agreed;
        }

        /** Ask a connection that is open; the event of the handshake comes from another thread, and may be late. */
        void look() {
            if (socket != null && agreed == null) {
                keep(socket.getSession());
            }
        }

        @Override
        public void handshakeCompleted(HandshakeCompletedEvent event) {
            keep(event.getSession());
        }

        private void keep(SSLSession session) {
            agreed = session.getProtocol() + " " + session.getCipherSuite();
        }
    }
    private static final class Through extends SSLContextSpi {
        private final SSLContext own;

        Through(SSLContext own) {
            this.own = own;
        }

        private SSLContext chosen() {
            Connection watch = CURRENT.get();
            return watch == null || watch.context == null ? own : watch.context;
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
            throw new IllegalStateException("made already");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return new Remembering(chosen().getSocketFactory());
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return chosen().getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return chosen().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return chosen().createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return chosen().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return chosen().getClientSessionContext();
        }
    }

    private static final class Remembering extends SSLSocketFactory {
        private final SSLSocketFactory own;

        Remembering(SSLSocketFactory own) {
            this.own = own;
        }

        private Socket kept(Socket made) {
            Connection watch = CURRENT.get();
            if (watch != null && made instanceof SSLSocket) {
                watch.socket = (SSLSocket) made;
                watch.socket.addHandshakeCompletedListener(watch);
            }
            return made;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return own.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return own.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return kept(own.createSocket());
        }

        @Override
        public Socket createSocket(Socket under, String host, int port, boolean close) throws IOException {
            return kept(own.createSocket(under, host, port, close));
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return kept(own.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return kept(own.createSocket(host, port, local, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return kept(own.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return kept(own.createSocket(host, port, local, localPort));
        }
    }
}
