"""The findings about a domain: what each means, what shows it, what cures it, and where that is written. Data only."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One id of the findings about a domain; ``link`` is where its source can be read."""

    meaning: str
    evidence: str
    cure: str
    source: str
    link: str


def _rfc(number: int, section: str) -> str:
    return f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"


ENTRIES: dict[str, Entry] = {
    "mx-missing": Entry(
        "the sender's domain takes no mail: no MX, and no address of its own",
        "no MX record and neither A nor AAAA record",
        "publish an MX record, or send from a domain that has one",
        "RFC 5321, section 5.1",
        _rfc(5321, "5.1"),
    ),
    "mx-null": Entry(
        "the sender's domain says that it takes no mail at all",
        "an MX record that names no host",
        "send from a domain that takes mail, or publish a real MX record",
        "RFC 7505, sections 3 and 4.2",
        _rfc(7505, "4.2"),
    ),
    "mx-unresolvable": Entry(
        "an MX record names a host that leads nowhere",
        "an MX host without A and AAAA records",
        "publish the host's address, or correct the MX record",
        "RFC 5321, section 5.1",
        _rfc(5321, "5.1"),
    ),
    "spf-missing": Entry(
        "the sender's domain does not say which servers may send for it",
        "no TXT record that begins with v=spf1",
        "publish the record shown",
        "RFC 7208, section 3",
        _rfc(7208, "3"),
    ),
    "spf-not-covering": Entry(
        "the SPF record does not allow the way this mail takes",
        "the provider's include is not in the record, or the address does not pass its evaluation",
        "publish the record shown: the present one with one term more",
        "RFC 7208, section 2.6",
        _rfc(7208, "2.6"),
    ),
    "spf-invalid": Entry(
        "the SPF record breaks a rule, so receivers ignore it or refuse the mail",
        "more than one record, a term that breaks the syntax, an include without a record, an include that leads back to itself",
        "publish the record shown, one and only one",
        "RFC 7208, sections 3.2, 4.5, 4.6 and 5.2",
        _rfc(7208, "4.6"),
    ),
    "spf-too-many-lookups": Entry(
        "the SPF record makes receivers ask DNS too often, so they stop and call it an error",
        "more than 10 terms that ask DNS, or more than 2 of them that come back empty",
        "take out what is no longer used; write fixed addresses as ip4 and ip6",
        "RFC 7208, section 4.6.4",
        _rfc(7208, "4.6.4"),
    ),
    "spf-allows-everyone": Entry(
        "the SPF record allows every server in the world",
        "the term +all or all",
        "publish the record shown",
        "RFC 7208, section 5.1",
        _rfc(7208, "5.1"),
    ),
    "dmarc-missing": Entry(
        "the sender's domain has no DMARC policy",
        "no record at _dmarc below the domain, nor below the domains above it",
        "publish the record shown",
        "RFC 9989 (before: RFC 7489, section 6)",
        _rfc(7489, "6.1"),
    ),
    "dmarc-invalid": Entry(
        "the DMARC record breaks a rule, so receivers ignore it or part of it",
        "more than one record, a wrong version, a tag with a value that does not exist",
        "publish the record shown, one and only one",
        "RFC 9989 (before: RFC 7489, section 6.3)",
        _rfc(7489, "6.3"),
    ),
    "dmarc-not-aligned": Entry(
        "SPF speaks for another domain than the one recipients see, so it does not count for DMARC",
        "envelope sender and From belong to different domains, or a provider puts an envelope sender of its own",
        "let both belong to one domain, or let the provider sign with DKIM as the From domain",
        "RFC 9989 (before: RFC 7489, section 3.1)",
        _rfc(7489, "3.1"),
    ),
    "reverse-dns-missing": Entry(
        "the address mail leaves from has no name",
        "no PTR record",
        "ask whoever owns the address for the record shown",
        "RFC 1912, section 2.1",
        _rfc(1912, "2.1"),
    ),
    "reverse-dns-mismatch": Entry(
        "the name of the address does not lead back to it",
        "none of the PTR names has the address",
        "publish the address at that name, or have the PTR record changed",
        "RFC 1912, section 2.1",
        _rfc(1912, "2.1"),
    ),
    "ehlo-name-unresolvable": Entry(
        "the name this host gives itself in EHLO leads nowhere",
        "no A and no AAAA record",
        "set ehlo_name to a name that exists, or publish the record shown",
        "RFC 5321, section 4.1.1.1",
        _rfc(5321, "4.1.1.1"),
    ),
    "ehlo-name-mismatch": Entry(
        "the name this host gives itself in EHLO belongs to another address",
        "the name's addresses do not hold the one mail leaves from",
        "set ehlo_name to the name of the address",
        "RFC 5321, section 4.1.4",
        _rfc(5321, "4.1.4"),
    ),
    "sender-differs-from-user": Entry(
        "who signs in, the envelope sender and the From address are not the same",
        "the addresses compared",
        "the right to send as another address is given on the server; nothing to do where it is",
        "RFC 6409, section 6.1",
        _rfc(6409, "6.1"),
    ),
}
