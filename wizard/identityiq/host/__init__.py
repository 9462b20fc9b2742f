"""Finds IdentityIQ on this host: folders, processes, Java, mail library. Must not change anything."""
