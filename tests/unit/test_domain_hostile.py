"""Whatever a resolver gives, an examination ends with findings and no exception: answers made up by hypothesis."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.dnstypes import ResolverFailed
from wizard.domain.examining import examine
from wizard.render.domain import as_object, text
from wizard.render.style import Style

TERMS = st.sampled_from(
    [
        "include:a.test",
        "a",
        "mx",
        "ptr",
        "exists:%{i}.b.test",
        "redirect=c.test",
        "-all",
        "+all",
        "ip4:203.0.113.7",
        "ip6:::1",
        "a:%{d2}/33",
    ]
)
SPF = st.lists(st.one_of(TERMS, st.text(max_size=20))).map(lambda words: " ".join(["v=spf1", *words]))
DMARC = st.lists(
    st.one_of(st.sampled_from(["p=none", "p=x", "sp=reject", "aspf=s", "psd=y", "pct=1000"]), st.text(max_size=20))
).map(lambda tags: "; ".join(["v=DMARC1", *tags]))
KEYS = st.text(max_size=40).map(lambda key: f"v=DKIM1; p={key}")
TEXTS = st.lists(st.one_of(SPF, DMARC, KEYS, st.text(max_size=40)), max_size=3)
NAMES = st.lists(st.sampled_from([".", "a.test.", "203.0.113.7.", "x" * 70 + ".test.", "\\000.test."]), max_size=3)


class Anything:
    """A resolver that gives what it is told, whatever is asked; None fails."""

    def __init__(self, texts: list[str] | None, names: list[str] | None, addresses: list[str] | None) -> None:
        self.given = texts, names, addresses

    async def texts(self, name: str) -> list[str]:
        return self._or_fail(self.given[0])

    async def exchanges(self, domain: str) -> list[str]:
        return self._or_fail(self.given[1])

    async def names(self, address: str) -> list[str]:
        return [name.removesuffix(".") for name in self._or_fail(self.given[1])]

    async def aliases(self, name: str) -> list[str]:
        return await self.names(name)

    async def servers(self, name: str) -> list[str]:
        return self._or_fail(self.given[1])

    async def addresses(self, name: str, version: int) -> list[str]:
        return [one for one in self._or_fail(self.given[2]) if (":" in one) == (version == 6)]

    def _or_fail(self, given: list[str] | None) -> list[str]:
        if given is None:
            raise ResolverFailed("it does not want to")
        return given


@settings(deadline=None, max_examples=150)
@given(
    texts=st.none() | TEXTS,
    names=st.none() | NAMES,
    addresses=st.none() | st.lists(st.sampled_from(["203.0.113.7", "8.8.8.8", "2001:db8::1"]), max_size=3),
    host=st.sampled_from(["", "smtp.office365.com", "smtp.example.test", "203.0.113.7"]),
    out=st.sampled_from(["203.0.113.7", "2001:db8::1"]),
)
def test_no_answer_breaks_an_examination(
    texts: list[str] | None, names: list[str] | None, addresses: list[str] | None, host: str, out: str
) -> None:
    resolver = Anything(texts, names, addresses)
    found = asyncio.run(examine("iiq@example.test", host=host, exit_address=out, ehlo_name="h.example.test", resolver=resolver))

    shown = "\n".join(text(found, Style()))
    assert "\x1b" not in shown
    assert as_object(found)["name"] == "example.test"
    if texts is None:
        assert not [finding.id for finding in found.findings if finding.id.startswith(("spf", "dmarc", "dkim"))]
