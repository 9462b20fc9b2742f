"""The product we set up: IdentityIQ's mail page and what belongs on it. Must not know how it is shown."""
