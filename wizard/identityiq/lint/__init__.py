"""What is wrong with IdentityIQ's mail settings, rule by rule, each with its cure. Must not know files or consoles."""
