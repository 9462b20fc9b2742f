"""IdentityIQ's e-mail templates: read, rendered with sample arguments, examined."""
