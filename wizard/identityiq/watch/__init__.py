"""Points IdentityIQ at a relay on this host for a while, and back again."""
