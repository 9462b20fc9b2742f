"""Finds IdentityIQ on this host: folders, processes, Java, mail library. Must not change anything."""

from wizard.identityiq.host.java import in_path, runtime
from wizard.identityiq.host.search import Found, at, find, look, owner_of

__all__ = ["Found", "at", "find", "in_path", "look", "owner_of", "runtime"]
