"""The sender's domain as the host's own resolver sees it: MX, SPF, DKIM, DMARC, reverse DNS, and the records to publish.

Must not know screens or sockets, and asks nobody but the host's resolver.
"""

from wizard.domain.table import ENTRIES

# For documents: each finding's id, meaning, evidence, cure, and where that is written.
FINDINGS = tuple((name, entry.meaning, entry.evidence, entry.cure, entry.source) for name, entry in ENTRIES.items())
