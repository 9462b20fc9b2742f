"""The forms of an examination: facts, findings, records to publish, and what stays unknown. Must not know DNS."""

from typing import NamedTuple

from wizard.diagnosis.model import Evidence, Finding, Remedy, Severity
from wizard.domain.table import ENTRIES

_LONGEST_EVIDENCE = 600  # characters of a record that are shown
_LONGEST_RECORD = 2048  # characters: a longer one is no cure, receivers are told to keep within 450 bytes (RFC 7208 3.4)
_STRING = 255  # bytes of one string of a TXT record (RFC 1035 3.3.14)


class Fact(NamedTuple):
    """One thing that was seen: its name in words, and what it is."""

    name: str
    value: str


class Publish(NamedTuple):
    """A record to publish. ``replaces`` is the one (or ones) that must go, empty for none."""

    finding: str
    name: str
    kind: str
    value: str
    replaces: tuple[str, ...] = ()

    @property
    def zone_line(self) -> str:
        """The record as a zone file takes it; a long text in strings of at most 255 bytes."""
        value = self.value
        if self.kind == "TXT":
            value = " ".join(f'"{self.value[at : at + _STRING]}"' for at in range(0, len(self.value), _STRING))
        return f"{self.name}. {self.kind} {value}"

    @property
    def asking(self) -> str:
        """What to do with it."""
        old = f", in place of the {_number(len(self.replaces))} there now" if self.replaces else ""
        return f"Publish this record{old}"

    @property
    def advice(self) -> str:
        """What to do with it, as one sentence that ends with the record."""
        return f"{self.asking}: {self.zone_line}"


def _number(number: int) -> str:
    return "one" if number == 1 else f"{number}"


class Part(NamedTuple):
    """What one side of the domain showed."""

    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()
    records: tuple[Publish, ...] = ()

    def __or__(self, other: "Part") -> "Part":
        return Part(
            self.facts + other.facts,
            self.findings + other.findings,
            self.unknown + other.unknown,
            self.records + other.records,
        )


class Examination(NamedTuple):
    """A domain, examined. ``unknown`` are sentences: what cannot be known from here, and what the resolver did not say."""

    domain: str
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()
    records: tuple[Publish, ...] = ()

    @property
    def warns(self) -> bool:
        """Whether something should be mended."""
        return any(finding.severity is not Severity.INFO for finding in self.findings)


def shortened(text: str) -> str:
    """Return a record fit to be shown: a hostile one may have sixty thousand characters."""
    return text if len(text) <= _LONGEST_EVIDENCE else f"{text[:_LONGEST_EVIDENCE]}... ({len(text)} characters)"


def found(
    id: str,  # noqa: A002 - the finding's own word
    title: str,
    meaning: str,
    *,
    seen: str = "",
    severity: Severity = Severity.WARNING,
    publish: tuple[Publish, ...] = (),
    advice: tuple[str, ...] = (),
) -> Part:
    """Return a finding and the records it wants published; its link comes from the table."""
    publish = tuple(record for record in publish if len(record.value) <= _LONGEST_RECORD)
    remedies = (*(Remedy(record.advice) for record in publish), *(Remedy(text) for text in advice))
    finding = Finding(
        id, severity, None, title, meaning, Evidence(text=shortened(seen)), remedies=remedies, link=ENTRIES[id].link
    )
    return Part(findings=(finding,), records=publish)


def fact(name: str, value: str) -> Part:
    """Return one fact."""
    return Part(facts=(Fact(name, shortened(value)),))


def unknown(sentence: str) -> Part:
    """Return one thing that is not known."""
    return Part(unknown=(sentence,))
