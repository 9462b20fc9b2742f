"""What a test as IdentityIQ will do, before anything is contacted. Must not know Textual's screens, nor Java."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from wizard.app.verdict import dot, endpoint

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.javamail.trial import Means
    from wizard.profile import Profile


def as_iiq_plan(profile: Profile, tools: Means, installation: Installation | None, *, deliver: bool, again: bool) -> Content:
    """Return who is contacted, with what, and how often it signs in."""
    rows = [("connect to", endpoint(profile)), *_library(tools, installation)]
    if again:
        rows.insert(0, ("first", "SMTP Wizard's own check, because the settings have not been tested as they stand"))
    if profile.login:
        rows.append(("sign in", f"as {profile.login.username}: the library only after our own sign-in was accepted"))
    if profile.sender and profile.recipient:
        rows.append(("send", f"{dot(not deliver)} nothing: the library ends once it is signed in"))
        rows.append(("m", f"{dot(deliver)} one test message to {profile.recipient}, by the library"))
    lines = [Content.styled("Nothing has been contacted yet. This is what Enter will do:", "bold"), Content("")]
    lines += [
        Content.assemble((f"{label:<11}", "bold $primary" if label == "m" else "$muted"), _wrapped(text)) for label, text in rows
    ]
    return Content("\n").join(lines)


def _wrapped(text: str) -> str:
    from textwrap import wrap

    return ("\n" + " " * 11).join(wrap(text, 65, break_long_words=False, break_on_hyphens=False))


def _library(tools: Means, installation: Installation | None) -> list[tuple[str, str]]:
    if not tools.there or tools.library is None or tools.runtime is None:
        return [("library", f"not run but foretold: {tools.problem}")]
    whose = "IdentityIQ's own" if installation and installation.mail == tools.library else "of this host, not IdentityIQ's"
    version = f"JavaMail {tools.library.version}".strip()
    java = f"{tools.runtime.version} in" if tools.runtime.version else "in"
    return [
        ("library", f"{version}, {whose} ({tools.library.jar})"),
        ("Java", f"{java} {tools.runtime.home}{', which runs IdentityIQ' if _runs(installation, tools) else ''}"),
    ]


def _runs(installation: Installation | None, tools: Means) -> bool:
    return bool(installation and installation.jvm and tools.runtime and installation.jvm.home == tools.runtime.home)
