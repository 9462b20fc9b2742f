"""A JVM's eyes: its trust store and the TLS it still allows, against what a server shows."""
