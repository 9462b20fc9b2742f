"""What the probe told becomes an outcome: stages from the library's own account, the place of a failure from its frames.

Everything secret is taken out here, before anybody else sees it. Must not know processes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence

from wizard.identityiq.javamail.job import Job
from wizard.identityiq.javamail.outcome import End, Outcome, SignIn, Status, Step
from wizard.identityiq.javamail.process import Record
from wizard.identityiq.settings import Encryption
from wizard.profile import Password
from wizard.smtp.observation import Stage

DOTS = "••••"
_REPLY = re.compile(r"\d{3}(?:[ -]|$)")
_COMMANDS = {
    "EHLO": Stage.EHLO,
    "HELO": Stage.EHLO,
    "STARTTLS": Stage.STARTTLS,
    "AUTH": Stage.AUTH,
    "MAIL FROM": Stage.MAIL,
    "RCPT TO": Stage.RCPT,
    "DATA": Stage.DATA,
}
_AUTH = re.compile(r"DEBUG SMTP: AUTH (\S+) (command trace suppressed|succeeded|failed)")
_REFUSED = re.compile(r": [45]\d\d[ -]")
# Frames or exceptions that tell which part of opening a connection it was, the first that is found.
_OPENING = (
    ("AuthenticationFailedException", Stage.AUTH),
    ("java.net.UnknownHostException", Stage.RESOLVE),
    ("SSLHandshakeException", Stage.TLS),
    ("SSLException", Stage.TLS),
    ("SSLProtocolException", Stage.TLS),
    ("readServerResponse", Stage.GREETING),
    ("startHandshake", Stage.TLS),
    ("InetAddress.", Stage.RESOLVE),
    ("Net.connect", Stage.CONNECT),
    ("socketConnect", Stage.CONNECT),
    ("SocketImpl.connect", Stage.CONNECT),
    ("Socket.connect", Stage.CONNECT),
)


def outcome_of(records: Sequence[Record], job: Job, password: Password | None) -> Outcome:
    """Fold the records of one job."""
    secrets = _forms(job.username, password)
    debug = tuple(_redacted([one.text for one in records if one.kind == "debug"], secrets))
    trace = tuple(_without(one.text, secrets) for one in records if one.kind == "log")
    ended = next((one for one in records if one.kind in ("end", "waits", "died")), None)
    account = _Account(job.encryption)
    for line in debug:
        account.read(line)
    tls = next((one.text for one in records if one.kind == "tls"), "")
    frames = tuple(one.text for one in records if one.kind == "frame")
    end = _end(ended)
    logged = tuple(line for line in trace if line.strip() and not line.startswith(("\tat ", "\t... ")))
    if ended is not None and ended.kind == "died":
        logged = (*logged, f"The Java ended before the session did. {ended.text}".strip())
    stage = None if end in (End.SENT, End.CONNECTED) else account.place((*trace, *frames))
    if stage:
        account.ends(stage, Status.WAITS if end is End.WAITS else Status.FAILED, _first(logged) if end is End.FAILED else "")
    else:
        account.passes()
    return Outcome(
        end=end,
        stage=stage,
        steps=tuple(account.steps),
        encrypted=account.encrypted or (bool(tls) and end is not End.FAILED),
        tls=tls,
        sign_in=account.sign_in(bool(job.username), stage, _first(logged)),
        mechanism=account.mechanism,
        logged=logged,
        trace=trace,
        debug=debug,
        frames=tuple(frame for frame in frames if not frame.startswith(("java.lang.Thread", "Probe"))),
        seconds=max((one.at for one in records), default=0) / 1000,
        java=next((one.text for one in records if one.kind == "java"), ""),
    )


def _end(record: Record | None) -> End:
    if record is None or record.kind == "waits":
        return End.WAITS
    if record.kind == "died":
        return End.NOT_RUN
    return End(record.text) if record.text in ("sent", "connected") else End.FAILED


def _first(logged: Sequence[str]) -> str:
    """Return the innermost exception: what a person looks for in a log."""
    causes = [line.removeprefix("Caused by: ") for line in logged if line.startswith("Caused by: ")]
    return (causes or list(logged) or [""])[-1 if causes else 0].strip()


class _Account:
    """The library's own account, line by line: which stages it went through."""

    def __init__(self, encryption: Encryption) -> None:
        self.steps: list[Step] = []
        self.encrypted = False
        self.mechanism = ""
        self.current = Stage.CONNECT
        self._encryption = encryption
        self._accepted = self._in_message = self._leaving = False

    def read(self, line: str) -> None:
        """Take one line of the account."""
        if self._in_message:
            self._in_message = line != "."
            return
        found = _AUTH.match(line)
        if found:
            self._signing(found[1], found[2])
        elif line.startswith("DEBUG"):
            self._remarked(line)
        elif _REPLY.match(line):
            self._replied(line)
        else:
            self._said(line)

    def _remarked(self, line: str) -> None:
        if "got bad greeting" in line.lower() and self.current is Stage.CONNECT:
            self._opened()
            self.current = Stage.GREETING
        elif "Attempt to authenticate" in line:
            self._begin(Stage.AUTH)

    def _signing(self, mechanism: str, what: str) -> None:
        self.mechanism = mechanism
        self._accepted = what == "succeeded"
        self._begin(Stage.AUTH)
        if self._accepted:
            self._pass(Stage.AUTH, mechanism)

    def _replied(self, line: str) -> None:
        if self._leaving:
            return  # to RSET or QUIT, after it was all over
        if self.current is Stage.CONNECT:
            self._opened()
            self.current = Stage.GREETING
        if line[3:4] == "-" or (self.current is Stage.AUTH and line[0] == "3"):
            return
        if line[0] == "2" or (self.current is Stage.DATA and line[0] == "3"):
            self._went_well(line)

    def _went_well(self, line: str) -> None:
        if self.current is Stage.DATA and line[0] == "3":
            self._in_message = True
            return
        self._pass(self.current, line if self.current in (Stage.GREETING, Stage.DATA) else "")
        if self.current is Stage.STARTTLS:
            self.current = Stage.TLS

    def _opened(self) -> None:
        self._pass(Stage.RESOLVE)
        self._pass(Stage.CONNECT)
        if self._encryption is Encryption.SSL:
            self._pass(Stage.TLS)
            self.encrypted = True

    def _said(self, line: str) -> None:
        stage = next((stage for word, stage in _COMMANDS.items() if line.upper().startswith(word)), None)
        self._leaving = stage is None
        if stage is None:
            return
        if self.current is Stage.TLS and stage is Stage.EHLO:
            self._pass(Stage.TLS)
            self.encrypted = True
        self._begin(stage)

    def _begin(self, stage: Stage) -> None:
        self.current = stage

    def _pass(self, stage: Stage, words: str = "") -> None:
        if not any(step.stage is stage and step.status is Status.PASSED for step in self.steps) or stage is Stage.EHLO:
            self.steps.append(Step(stage, Status.PASSED, words))

    def passes(self) -> None:
        """Nothing failed: what is said without a line of its own."""
        if not self.steps:
            self._opened()

    def place(self, lines: Sequence[str]) -> Stage:
        """Return where it ended; the part of opening a connection stands in the frames alone."""
        if self.current is not Stage.CONNECT:
            return self.current
        told = " ".join(lines)
        return next((stage for sign, stage in _OPENING if sign in told), Stage.CONNECT)

    def ends(self, stage: Stage, status: Status, words: str) -> None:
        """The stage at which it ends, after those that must have passed before it."""
        before = {Stage.CONNECT: 1, Stage.TLS: 2, Stage.GREETING: 2}.get(stage, 0) if not self.steps else 0
        for passed in (Stage.RESOLVE, Stage.CONNECT)[:before]:
            self._pass(passed)
        if stage is Stage.GREETING and self._encryption is Encryption.SSL:
            self._pass(Stage.TLS)
            self.encrypted = True
        self.steps.append(Step(stage, status, words))

    def sign_in(self, wanted: bool, stage: Stage | None, said: str) -> SignIn:
        """What became of the sign-in; ``said`` is the exception's own text, where there is one."""
        if not wanted:
            return SignIn.NOBODY
        if self._accepted:
            return SignIn.ACCEPTED
        if stage is Stage.AUTH:
            return SignIn.REFUSED if _REFUSED.search(said) else SignIn.UNABLE
        after = stage in (None, Stage.MAIL, Stage.RCPT, Stage.DATA)
        return SignIn.SKIPPED if after else SignIn.NOT_REACHED


# -- secrets -----------------------------------------------------------------------------------------------------------


def _forms(username: str, password: Password | None) -> tuple[str, ...]:
    """Return every form in which the password may stand in a line, the longest first."""
    if not password:
        return ()
    secret = password.reveal()
    plain = (secret, f"\0{username}\0{secret}", f"{username}\0{username}\0{secret}")
    coded = (base64.b64encode(text.encode(coding, "replace")).decode() for text in plain for coding in ("utf-8", "latin-1"))
    found = {*coded, secret} if len(secret) >= 4 else set(coded)  # a shorter one would blank half of every line
    return tuple(sorted(found, key=len, reverse=True))


def _without(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, DOTS)
    return text


def _redacted(lines: Sequence[str], secrets: tuple[str, ...]) -> Iterator[str]:
    """Leave out what is said between AUTH and the server's verdict, whatever it is, and the message."""
    signing = False
    for line in lines:
        if line.upper().startswith("AUTH "):
            signing = True
            yield " ".join(line.split(" ")[:2]) + f" {DOTS}"
        elif signing and not line.startswith("DEBUG") and not _REPLY.match(line):
            yield DOTS
        else:
            signing = signing and not (_REPLY.match(line) and line[0] != "3")
            yield _without(line, secrets)
