"""``python -m wizard.domain``: print docs/domain.md, made from the findings. Must not know more than that."""

from __future__ import annotations

import sys

from wizard.domain.page import page

if __name__ == "__main__":
    sys.stdout.write(page())
