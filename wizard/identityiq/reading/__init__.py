"""What IdentityIQ's files hold, streamed and safe: settings, templates, requests. Must not know what is wrong with them."""
