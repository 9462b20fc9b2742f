"""What IdentityIQ's mail library will do with a server: run for real, or predicted; compared with what was seen."""
