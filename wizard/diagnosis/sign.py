"""The form of a sign: words of a program that stand for what a session of our own would have seen. Must not know any."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage


@dataclass(frozen=True, slots=True)
class Sign:
    """Words that stand for one kind of ending. A ``weak`` one is what wrappers say and yields to anything more specific."""

    words: Words
    kind: Kind
    stage: Stage
    verify_code: int | None = None
    tls_reason: str = ""
    weak: bool = False
