"""The sender's domain as the host's own resolver sees it: MX, SPF, DMARC and reverse DNS, as findings with records to publish.

Must not know screens or sockets, and asks nobody but the host's resolver.
"""
