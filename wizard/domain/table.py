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
    "mx-is-address": Entry(
        "an MX record holds an address where the name of a host belongs",
        "an MX host that is an IP address",
        "publish the records shown: an MX record with a name, and the address of that name",
        "RFC 1035, section 3.3.9",
        _rfc(1035, "3.3.9"),
    ),
    "mx-is-alias": Entry(
        "an MX record names an alias; most servers follow it, some do not",
        "an MX host with a CNAME record",
        "publish the record shown, which names the host itself",
        "RFC 2181, section 10.3",
        _rfc(2181, "10.3"),
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
    "dkim-not-found": Entry(
        "no DKIM key stands where this provider usually has it",
        "no TXT record under the provider's usual selectors",
        "switch signing on at the provider and publish the records it shows; nothing to do where it signs under another name",
        "RFC 6376, section 3.6",
        _rfc(6376, "3.6"),
    ),
    "dkim-revoked": Entry(
        "every DKIM key the provider usually uses was taken back",
        "a TXT record with an empty p tag",
        "have the provider make a new key, and publish its record",
        "RFC 6376, section 3.6.1",
        _rfc(6376, "3.6.1"),
    ),
    "dkim-invalid": Entry(
        "a DKIM key cannot be used, so signatures made with it fail",
        "a TXT record whose key is cut short, missing, too short or of an unknown kind",
        "copy the record again from the provider's page, whole",
        "RFC 6376, section 3.6.1",
        _rfc(6376, "3.6.1"),
    ),
    "dmarc-missing": Entry(
        "the sender's domain has no DMARC policy",
        "no record at _dmarc below the domain, nor below the domains above it",
        "publish the record shown",
        "RFC 9989, section 4.7 (before: RFC 7489, section 6)",
        _rfc(9989, "4.7"),
    ),
    "dmarc-invalid": Entry(
        "the DMARC record breaks a rule, so receivers ignore it or part of it",
        "more than one record, a wrong version, a tag with a value that does not exist",
        "publish the record shown, one and only one",
        "RFC 9989, section 4.8 (before: RFC 7489, section 6.3)",
        _rfc(9989, "4.8"),
    ),
    "dmarc-not-aligned": Entry(
        "SPF speaks for another domain than the one recipients see, so it does not count for DMARC",
        "envelope sender and From belong to different domains, or a provider puts an envelope sender of its own",
        "let both belong to one domain, or let the provider sign with DKIM as the From domain",
        "RFC 9989, section 4.4 (before: RFC 7489, section 3.1)",
        _rfc(9989, "4.4"),
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
    "reverse-dns-generic": Entry(
        "the address has a name a network gives by itself, as to lines of customers",
        "a PTR name that holds the address, or a word such as dsl or dyn",
        "ask whoever owns the address for the record shown",
        "draft-msullivan-dnsop-generic-naming-schemes",
        "https://datatracker.ietf.org/doc/html/draft-msullivan-dnsop-generic-naming-schemes-00",
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
        "the addresses compared; a warning where the provider is known to refuse the difference",
        "send as the address that signs in, or have the right to send as the other one given on the server",
        "RFC 6409, section 6.1",
        _rfc(6409, "6.1"),
    ),
}
