"""docs/domain.md: a head written by hand, and a table made from the findings. Must not know DNS."""

from wizard.domain.table import ENTRIES

_HEAD = """# The sender's domain

A mail server may accept a message that its recipients then refuse, because DNS does not say that it may send for the
domain. `smtp-wizard domain ADDRESS` and `smtp-wizard check --domain` look at that.

```
smtp-wizard domain iiq@example.com --host smtp.example.com --exit-address 203.0.113.7
smtp-wizard domain --profile prod --json
```

Only this host's own resolver is asked, everything at once, and all of it within five seconds (`--timeout`). Before it
begins, the names that will be asked are shown. Where the resolver fails or stays silent, that is "not known", never
"missing".

**Which address counts.** Recipients see the last server on the way. For a provider that is known (`--host
smtp.office365.com`), its include has to stand in the SPF record. Otherwise the address counts that mail leaves from:
`--exit-address`, this host's own where it is a public one, or, with `check --domain`, the one the mail server repeats in
its reply to EHLO.

**Records to publish** are the ones that are there with what is missing: there is never a second SPF record. Before an
include is offered, the resolver is asked whether that name has an SPF record today.

**Exit codes** of `domain`: 0 nothing to mend, 1 a warning, 2 usage. What is marked `-` is worth knowing and does not count.
`check --domain` ends as `check` does. With `--json` the records stand under `domain.records`, each with `name`, `type`,
`value`, and what it replaces.

## What cannot be known from here

- **DKIM.** Its records stand under names (selectors) that only whoever signs knows, and DNS has no list of them. Where the
  mail server is a known provider's, the names it usually takes are asked. The header of a received mail shows the selector
  and the result.
- **Another view of DNS.** Inside a company network the resolver may answer differently from outside.
- **A resolver that knows its own network only.** Where it does not know the domain's ending (.com) either,
  nothing counts as missing.
- **Reputation.** Block lists and the opinion of receivers are not asked: nobody but the resolver is.
- **The way behind the mail server.** Where a server that is not a known provider passes mail on, its last address is not
  seen from here.

## Findings

DMARC is read by RFC 9989, which finds the organisation's domain by walking up the names and needs no list of public
suffixes. The table is made from the program: `python -m wizard.domain > docs/domain.md`.

| Finding | Meaning | Evidence | Cure | Source |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    rows = (
        f"| `{name}` | {entry.meaning} | {entry.evidence} | {entry.cure} | [{entry.source}]({entry.link}) |\n"
        for name, entry in ENTRIES.items()
    )
    return _HEAD + "".join(rows)
