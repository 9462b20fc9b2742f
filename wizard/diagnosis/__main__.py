"""``python -m wizard.diagnosis``: print docs/findings.md, made from the rules."""

from __future__ import annotations

import sys

from wizard.diagnosis.table import findings_document

if __name__ == "__main__":
    sys.stdout.write(findings_document())
