"""The words under the stages: the plan before a run, the cause after a failed one, the proof after a passed one.

Labelled notes made from a profile and a report; must not know Textual, so that tests read them as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.diagnosis.model import Finding, Remedy
from wizard.diagnosis.names import plain_name
from wizard.draft import Change, Draft, Field
from wizard.modes import MODES
from wizard.profile import Profile
from wizard.report import Report
from wizard.smtp.observation import Observation, Stage


class Tone(StrEnum):
    """How a note is meant; the look of each is the style sheet's business."""

    GOOD = "good"
    BAD = "bad"
    CALM = "calm"
    TEXT = "text"
    WARN = "warn"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph. ``label`` stands left of it (may be empty); a note with ``wide`` uses the whole line.

    With ``key`` the label names a key to press.
    """

    text: str
    label: str = ""
    tone: Tone = Tone.TEXT
    wide: bool = False
    key: bool = False


FIELD_NAMES = {
    Field.HOST: "Host",
    Field.PORT: "Port",
    Field.SECURITY: "Encryption",
    Field.USERNAME: "User name",
    Field.PASSWORD: "Password kept in",
    Field.MECHANISM: "Sign-in method",
    Field.SENDER: "From",
    Field.RECIPIENT: "Test recipient",
    Field.EHLO_NAME: "Name said in EHLO",
    Field.CA_FILE: "CA file",
    Field.TIMEOUT: "Seconds per stage",
    Field.TOTAL_TIMEOUT: "Seconds in all",
    Field.ACCEPT_CLEARTEXT_AUTH: "Password in clear accepted",
    Field.ACCEPT_UNVERIFIED_TLS: "Unverified server accepted",
    Field.MESSAGE: "Text of the message",
    Field.IIQ_TYPE: "Notification type",
    Field.IIQ_REDIRECT_ADDRESS: "Redirect to",
    Field.IIQ_REDIRECT_FILE: "Redirect file",
    Field.IIQ_ENVIRONMENT: "Environment",
    Field.IIQ_FOLDER: "IdentityIQ's folder",
    Field.IIQ_SUPPRESS_DUPLICATES: "Suppress duplicates",
    Field.IIQ_RETRIES: "Maximum retries",
    Field.IIQ_SERVER_ROOT: "Server root path",
    Field.IIQ_EMAIL_ENDPOINT: "Email endpoint",
    Field.IIQ_TOKEN_ENDPOINT: "Token endpoint",
    Field.IIQ_REFRESH_ENDPOINT: "Refresh endpoint",
    Field.IIQ_SCOPE: "Scope",
    Field.IIQ_CLIENT_ID: "Client ID",
    Field.IIQ_CLIENT_SECRET: "Client secret kept in",
}


def endpoint(profile: Profile) -> str:
    """Return where a run goes, for titles: ``smtp.example.com:587 STARTTLS``."""
    where = profile.endpoint
    host = f"[{where.host}]" if ":" in where.host else where.host
    return f"{host}:{where.port} {MODES[where.security]}"


def plan(profile: Profile, *, deliver: bool, secret: str, failures: int = 0, letter: str = "") -> tuple[Note, ...]:
    """Return what a run would do, before anything is contacted.

    ``secret`` says where the password comes from, ``letter`` which template stands in for the test message.
    """
    notes = [
        Note("Nothing has been contacted yet. This is what the test will do:", wide=True, tone=Tone.CALM),
        Note(endpoint(profile), "connect to"),
        Note(f"once, as {profile.login.username}, {secret}" if profile.login else "no: there is no user name", "sign in"),
        Note(profile.sender or "no sender: stops before this", "from"),
        Note(profile.recipient or "no recipient: stops before this", "to"),
        *_sending(profile, deliver=deliver, letter=letter),
    ]
    return (*notes, *accepted_risks(profile), *_failures(failures, profile))


def _sending(profile: Profile, *, deliver: bool, letter: str) -> tuple[Note, ...]:
    """Return the choice of whether a message is sent, the chosen one marked."""
    if not (profile.sender and profile.recipient):
        return (Note("nothing", "send"),)
    what = f"the template '{letter}'" if letter else "one test message"
    return (
        Note(f"{dot(not deliver)} nothing: ends once the server has accepted the recipient", "send"),
        Note(f"{dot(deliver)} {what} to {profile.recipient}", "m", key=True),
    )


def dot(chosen: bool) -> str:
    """Return the sign of a choice that is taken, or not."""
    return "●" if chosen else "○"


def _failures(count: int, profile: Profile) -> tuple[Note, ...]:
    if not count or not profile.login:
        return ()
    times = "1 sign-in" if count == 1 else f"{count} sign-ins"
    was = "was" if count == 1 else "were"
    return (Note(f"{times} as {profile.login.username} {was} refused lately. Many servers lock after three.", "!", Tone.WARN),)


def accepted_risks(profile: Profile) -> tuple[Note, ...]:
    """Return the warnings that stay in view while a profile accepts what is not safe."""
    notes = []
    if profile.accept_cleartext_auth:
        notes.append(Note("You accepted that the password may travel over a line that is not encrypted.", "!", Tone.WARN))
    if profile.accept_unverified_tls:
        notes.append(Note("You accepted a server whose certificate does not verify.", "!", Tone.WARN))
    return tuple(notes)


def failed(report: Report) -> tuple[Note, ...]:
    """Return what went wrong: the cause, what it means, what to do, and the evidence."""
    finding = report.error
    if report.stopped or finding is None:
        return stopped(report)
    return (*about(finding), *warnings(report))


def about(finding: Finding, *, keys: bool = True) -> tuple[Note, ...]:
    """Return a cause in words: title, meaning, cures, evidence, what else it could be. Without ``keys`` no cure names one."""
    numbered = _numbered(finding) if keys else [(0, remedy) for remedy in finding.remedies]
    return (
        Note(finding.title, tone=Tone.BAD, wide=True),
        Note(finding.meaning, wide=True),
        *(_remedy(remedy, number, finding) for number, remedy in numbered),
        *_evidence(finding),
        *(Note(f"{plain_name(other.id)}: {other.tell_apart}", "perhaps", Tone.QUIET) for other in finding.also_possible),
        *((Note(finding.log_line, "IIQ logs", Tone.QUIET),) if finding.log_line else ()),
        *((Note(finding.link, "read", Tone.QUIET),) if finding.link else ()),
    )


def _numbered(finding: Finding) -> list[tuple[int, Remedy]]:
    """Number the remedies that one key applies; advice has number 0."""
    numbers = {id(remedy): number for number, remedy in enumerate(fixes(finding), start=1)}
    return [(numbers.get(id(remedy), 0), remedy) for remedy in finding.remedies]


def fixes(finding: Finding | None) -> tuple[Remedy, ...]:
    """Return the remedies with changes, the first of which Enter applies."""
    return tuple(remedy for remedy in finding.remedies if remedy.changes) if finding else ()


def _remedy(remedy: Remedy, number: int, finding: Finding) -> Note:
    key = {0: "advice", 1: "Enter"}.get(number, str(number))
    seen = " (seen to work just now)" if remedy.proven and "just now" not in finding.meaning else ""
    return Note(f"{remedy.label}{seen}", key, Tone.TEXT, key=number > 0)


def _evidence(finding: Finding) -> tuple[Note, ...]:
    """Return what the server said or what was seen, unless the meaning quotes it already."""
    evidence = finding.evidence
    code = " ".join(str(part) for part in (evidence.code, evidence.enhanced) if part is not None)
    text = evidence.text.removeprefix(code).strip()
    if not (code or text) or (text and text in finding.meaning):
        return ()
    return (Note(f"{code} {text}".strip(), "they said" if code else "seen", Tone.QUIET),)


def stopped(report: Report) -> tuple[Note, ...]:
    """Return what is known after the user stopped a run."""
    failed_stage = report.failed
    if failed_stage is not None and failed_stage.stage is Stage.DATA:
        text = "The connection is closed. The message was on its way: the server may or may not have taken it."
    else:
        text = "The connection is closed. No message was sent."
    return (Note("You stopped the test.", tone=Tone.CALM, wide=True), Note(text, wide=True))


def passed(report: Report, *, waiting: bool = False, arrived: bool = False) -> tuple[Note, ...]:
    """Return what a run without a failure has shown: accepted is said, and more only when ``arrived`` was seen."""
    accepted = report.accepted
    host = report.profile.endpoint.host
    if arrived:
        notes = []
    elif accepted is None:
        notes = [
            Note("Every stage passed. No message was sent.", tone=Tone.GOOD, wide=True),
            Note(_reached(report), wide=True),
        ]
    else:
        queue_id = f" as {accepted.queue_id}" if accepted.queue_id else ""
        notes = [
            Note(f"Accepted by {host}{queue_id}.", tone=Tone.GOOD, wide=True),
            Note(_whether_arrived(report, waiting=waiting), wide=True),
        ]
    return (*notes, *warnings(report), *accepted_risks(report.profile))


def _reached(report: Report) -> str:
    done = {result.stage for result in report.stages if result.status == "passed"}
    if Stage.RCPT in done:
        return f"The server would take mail for {report.profile.recipient}. Press m, then Enter, to send a test message."
    if Stage.AUTH in done:
        return "The sign-in works. Give a sender and a test recipient in Details to go further."
    return "The server answers. Give a user name, a sender or a test recipient in Details to go further."


def _whether_arrived(report: Report, *, waiting: bool) -> str:
    if waiting:
        return "Waiting for it in the practice mailbox."
    token = report.accepted.token if report.accepted else None
    look = f" Look for {token} in its subject." if token else ""
    return f"Accepted is not yet arrived: look into the mailbox of {report.profile.recipient}.{look}"


def recipients(report: Report) -> tuple[Note, ...]:
    """Return what was answered to the further recipients of a run, and what inside and outside say together."""
    if not report.recipients:
        return ()
    from wizard.render.recipients import named, together

    notes = [Note(f"{one.address}: {_answer(one.seen)}", "also to") for one in named(report)]
    said = together(report)
    return (*notes, *((Note(said, wide=True),) if said else ()))


def _answer(seen: Observation) -> str:
    if seen.passed:
        return "accepted"
    return f"refused: {seen.reply}" if seen.reply else "no answer"


def warnings(report: Report) -> tuple[Note, ...]:
    """Return what is worth knowing beside the result."""
    return tuple(Note(f"{finding.title.rstrip('.')}. {finding.meaning}".strip(), "!", Tone.WARN) for finding in report.warnings)


def difference(draft: Draft, changes: tuple[Change, ...]) -> tuple[str, ...]:
    """Return before and after of each change, one line each: ``Port  465 -> 587``."""
    width = max((len(FIELD_NAMES[change.field]) for change in changes), default=0)
    return tuple(
        f"  {FIELD_NAMES[each.field]:<{width}}  {_value(draft, each.field)} -> {each.value or '(empty)'}" for each in changes
    )


def _value(draft: Draft, field: Field) -> str:
    return draft.get(field) or "(empty)"
