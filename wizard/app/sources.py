"""What the Access step offers, as entries to choose from. Must not know Textual's screens, nor how a source reads anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import TYPE_CHECKING

from wizard.app.widgets.menu import Entry
from wizard.draft import Draft
from wizard.profile import Security

if TYPE_CHECKING:
    from wizard.discover import Candidate
    from wizard.identityiq.installation import Installation
    from wizard.practice import Fault
    from wizard.providers import Provider

SHOWN_PROFILES = 3

PRACTICE = Entry("practice", "The practice server", "on this machine, nothing leaves it")
FAULTS = Entry("faults", "A fault to practise on", "the practice server with one thing wrong")
ADDRESS = Entry("address", "An e-mail address", "finds the server for you@company.com")
PROVIDER = Entry("provider", "A provider", "Microsoft 365, Google, Amazon SES, ...")
EXPORT = Entry("export", "An IdentityIQ export", "SystemConfiguration XML: a file, or pasted")
EXPLAIN = Entry("explain", "An error, a bounce or a log", "paste it, and see what it means")
HAND = Entry("hand", "Type them in", "you know the host and the user name")


def top(
    profiles: Mapping[str, Draft], default: str, unfinished: Draft | None, installed: tuple[Installation, ...] | None
) -> tuple[Entry, ...]:
    """Return the first list.

    What was left unfinished comes first. Then saved profiles, because whoever has some comes back for them; whoever has none
    finds the practice server first, where nothing can go wrong. ``installed`` are the IdentityIQs on this host, None
    while that is not known.
    """
    entries = []
    if unfinished is not None:
        entries.append(Entry("resume", "Go on where you stopped", f"{in_short(unfinished)}; type the password again"))
    ordered = sorted(profiles, key=lambda name: name != default)
    entries += [Entry(f"profile:{name}", name, in_short(profiles[name])) for name in ordered[:SHOWN_PROFILES]]
    if len(ordered) > SHOWN_PROFILES:
        entries.append(Entry("profiles", "Another saved profile", " · ".join(ordered[SHOWN_PROFILES:])))
    entries += [PRACTICE, FAULTS, ADDRESS, PROVIDER, identityiq(installed), EXPORT, HAND, EXPLAIN]
    if not ordered:
        entries.append(Entry("profiles", "A saved profile", "none yet: the last step saves one", idle=True))
    return tuple(entries)


def identityiq(installed: tuple[Installation, ...] | None) -> Entry:
    """Return the entry for IdentityIQ on this host, with what is known of it."""
    from wizard.app.host import short

    if installed is None:
        about = "looking for it ..."
    elif not installed:
        about = "not found; shows where its settings are"
    elif len(installed) == 1:
        about = f"{short(installed[0].folder)}  (found)"
    else:
        about = f"{len(installed)} found"
    return Entry("identityiq", "IdentityIQ on this host", about)


def installation_entries(installed: tuple[Installation, ...]) -> tuple[Entry, ...]:
    """Return the IdentityIQs on this host, to choose one from."""
    from wizard.app.host import short

    def about(one: Installation) -> str:
        runs = f"runs in {one.server}" if one.server else "not seen to run"
        return f"{one.version}, {runs}" if one.version else runs

    return tuple(Entry(f"installation:{place}", short(one.folder), about(one)) for place, one in enumerate(installed))


def in_short(draft: Draft) -> str:
    """Return ``smtp.example.com:587 STARTTLS`` for a list."""
    from wizard.modes import MODES_SEEN

    try:
        mode = MODES_SEEN[Security(draft.security.lower() or Security.STARTTLS)]
    except ValueError:
        mode = draft.security
    where = f"{draft.host or 'no host yet'}:{draft.port}" if draft.port else draft.host or "no host yet"
    return f"{where} {mode}"


def profile_entries(profiles: Mapping[str, Draft]) -> tuple[Entry, ...]:
    """Return every saved profile."""
    return tuple(Entry(f"profile:{name}", name, in_short(draft)) for name, draft in profiles.items())


def provider_entries(providers: Iterable[Provider]) -> tuple[Entry, ...]:
    """Return the providers; those with several places lead to a second list."""
    return tuple(
        Entry(f"provider:{each.id}", each.name, f"{len(each.regions)} places" if len(each.regions) > 1 else each.host)
        for each in providers
    )


def region_entries(provider: Provider) -> tuple[Entry, ...]:
    """Return the places of one provider."""
    usual = [Entry(f"region:{provider.id}:", "The usual one", provider.host)]
    named = [Entry(f"region:{provider.id}:{each.id}", each.name, each.host) for each in provider.regions]
    return tuple(named if any(each.host == provider.host for each in provider.regions) else usual + named)


def candidate_entries(candidates: Iterable[Candidate]) -> tuple[Entry, ...]:
    """Return what was found for a domain in its order, each with where it comes from and what a look at it said."""
    return tuple(
        Entry(
            f"candidate:{candidate_name(each)}",
            in_short(Draft().with_changes(*each.changes)),
            each.look.said if each.look else each.why,
            more=f"{each.why} {each.look.said[:1].upper()}{each.look.said[1:]}." if each.look else each.why,
        )
        for each in candidates
    )


def candidate_name(candidate: Candidate) -> str:
    """Return what tells one candidate from the others, in whatever order they stand."""
    return f"{candidate.host}:{candidate.port}:{candidate.security}"


def fault_entries(faults: Mapping[str, Fault]) -> tuple[Entry, ...]:
    """Return the named faults of the practice server."""
    return tuple(Entry(f"fault:{name}", name, fault.title, more=fault.teaches) for name, fault in faults.items())


def identityiq_text() -> str:
    """Return where IdentityIQ keeps these settings on its own screen, and the fields to have at hand."""
    from wizard.identityiq.screen import PATH_NOTES, PATHS, fields

    at_hand = [
        fill(each.note, 70, initial_indent=f"{each.label:<25} ", subsequent_indent=" " * 26) if each.note else each.label
        for each in fields(None)
    ]
    return "\n".join(
        (
            fill(
                "IdentityIQ was not found on this host. Where it runs on another one, take an export there and read it here, "
                "or open its page beside this window and type the values in.",
                70,
            ),
            "",
            *(path.replace("IdentityIQ Configuration > ", "IdentityIQ Configuration\n  > ") for path in PATHS),
            "",
            fill(" ".join(PATH_NOTES), 70),
            "",
            "Have these fields at hand:",
            "",
            *at_hand,
        )
    )
