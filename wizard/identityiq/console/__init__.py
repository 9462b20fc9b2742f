"""IdentityIQ's own console, driven once for all commands; its output is judged, not its exit code."""
