"""``predict``: what the library would do with a server, foretold from what our own check saw. Must not run anything."""

from __future__ import annotations

from typing import NamedTuple

from wizard.diagnosis.facts import quoted
from wizard.identityiq.installation import JavaRuntime, MailLibrary
from wizard.identityiq.javamail.outcome import End, Outcome, SignIn, Status, Step
from wizard.identityiq.javamail.ways import NO_AUTH, NO_TLS, Ends, Goes, GoesOn, mechanism, way_at
from wizard.profile import Profile, Security
from wizard.report import Report
from wizard.smtp.observation import LADDER, Kind, Observation, Stage

_NO_PROTOCOL = "Could not convert socket to TLS; SSLHandshakeException: No appropriate protocol"
_UNSEEN = "what comes after that was not seen by our own check"


class Facts(NamedTuple):
    """What is known of the Java and the library, where an installation is at hand.

    ``accepts`` says whether that Java accepts the server's certificate and TLS version, None where nobody looked; ``refusal``
    why it would not, one of jvm.view.Refusal.
    """

    runtime: JavaRuntime | None = None
    library: MailLibrary | None = None
    accepts: bool | None = None
    refusal: str = ""


# What Java's exception says, by the reason it has; an authority it does not know is the usual one.
_PKIX = "PKIX path building failed: unable to find valid certification path to requested target"
_REFUSALS = {
    "expired": "PKIX path validation failed: CertificateExpiredException: NotAfter",
    "not-yet-valid": "PKIX path validation failed: CertificateNotYetValidException: NotBefore",
    "switched-off": "PKIX path validation failed: Algorithm constraints check failed",
    "version": "Received fatal alert: protocol_version, or: No appropriate protocol",
    "cipher": "Received fatal alert: handshake_failure",
}
NO_FACTS = Facts()


def predict(report: Report, profile: Profile, facts: Facts = NO_FACTS) -> Outcome:
    """Return what the library is expected to do, with the reasons. Nothing is contacted.

    Where our check went on to the recipient and sent nothing, the library is foretold to CONNECTED; where it delivered, to SENT.
    """
    walk = _Walk(report, profile, facts)
    walk.climb()
    return walk.outcome()


class _Walk:
    """One prediction while it grows."""

    def __init__(self, report: Report, profile: Profile, facts: Facts) -> None:
        self.report, self.profile, self.facts = report, profile, facts
        self.security = profile.endpoint.security
        self.steps: list[Step] = []
        self.reasons: list[str] = []
        self.encrypted = False
        self.unseen = False
        self.ends: Ends | None = None
        self.signed = SignIn.NOT_REACHED if profile.login else SignIn.NOBODY
        self.mechanism = ""

    def climb(self) -> None:
        """Go through the stages our check went through, and on where the library would."""
        seen = [result.observation for result in self.report.stages if result.observation]
        for stage in LADDER[self.security]:
            if stage is Stage.QUIT or self.ends:
                break
            if stage in (Stage.STARTTLS, Stage.TLS) and self._old_library():
                self._end(Ends(End.FAILED, Stage.TLS, _NO_PROTOCOL, "this library offers TLS 1.0 only in STARTTLS"))
            elif self._skipped(stage):
                self.steps.append(Step(stage, Status.SKIPPED))
            else:
                one = next((one for one in seen if one.stage is stage), None)  # EHLO comes twice after STARTTLS
                if one:
                    seen.remove(one)
                self._at(stage, one)

    def _old_library(self) -> bool:
        """JavaMail 1.4 asks for TLS 1.0 after STARTTLS; a Java of today has that switched off (JDK 8u291, 11.0.11, 16)."""
        library, runtime = self.facts.library, self.facts.runtime
        old = library is not None and library.version.startswith("1.4")
        return self.security is Security.STARTTLS and old and (runtime is None or _no_tls10(runtime.version))

    def _skipped(self, stage: Stage) -> bool:
        in_clear = any(step.stage is Stage.STARTTLS and step.status is Status.SKIPPED for step in self.steps)
        no_sign_in = stage is Stage.AUTH and self.signed in (SignIn.NOBODY, SignIn.SKIPPED)
        return (in_clear and stage is Stage.TLS) or no_sign_in

    def _at(self, stage: Stage, seen: Observation | None) -> None:
        if seen is None or seen.passed:
            self._passes(stage, seen)
            return
        self._decided(stage, seen, way_at(seen, trusted=self.facts.accepts))

    def _passes(self, stage: Stage, seen: Observation | None) -> None:
        if stage is Stage.TLS and self.facts.accepts is False:
            line = f"SSLHandshakeException: {_REFUSALS.get(self.facts.refusal, _PKIX)}"
            self._end(Ends(End.FAILED, stage, line, "the library's Java does not accept this server"))
            return
        if stage is Stage.AUTH and seen and seen.passed and not mechanism(seen.context.mechanisms):
            self._unable()
            return
        if stage is Stage.MAIL and self._refused_unsigned():
            line = "SMTPSendFailedException: 530 5.7.0 Authentication required"
            self._end(Ends(End.FAILED, stage, line, "a server that wants a sign-in refuses the sender"))
            return
        self._pass(stage, seen)

    def _pass(self, stage: Stage, seen: Observation | None) -> None:
        if stage is Stage.TLS:
            self.encrypted = True
        if stage is Stage.AUTH:
            self.signed = SignIn.ACCEPTED
            self.mechanism = mechanism(seen.context.mechanisms) if seen else ""
        self.steps.append(Step(stage, Status.PASSED, "" if seen and seen.passed else "expected"))

    def _unable(self) -> None:
        line = "AuthenticationFailedException: No authentication mechanisms supported by both server and client"
        self._end(Ends(End.FAILED, Stage.AUTH, line, "none of the mechanisms offered is one of the library's", SignIn.UNABLE))

    def _refused_unsigned(self) -> bool:
        return self.unseen and self.signed is SignIn.SKIPPED

    def _decided(self, stage: Stage, seen: Observation, way: Ends | GoesOn) -> None:
        if isinstance(way, Ends):
            self._end(way, seen)
            return
        self.unseen = True
        self._reason(way.why)
        if way.how is Goes.IN_CLEAR or (stage is Stage.AUTH and way.how is Goes.WITHOUT_SIGN_IN):
            self.steps.append(Step(stage, Status.SKIPPED))
        else:
            self._pass(stage, seen)
        if self.profile.login and way.how is not Goes.ON and "AUTH" not in seen.context.capabilities:
            self.signed = SignIn.SKIPPED
            self._reason(NO_AUTH)

    def _end(self, way: Ends, seen: Observation | None = None) -> None:
        self.ends = way._replace(line=self._filled(way.line, seen))
        self.signed = way.sign_in or self.signed
        self._reason(way.why)
        self.steps.append(Step(way.stage, Status.WAITS if way.end is End.WAITS else Status.FAILED, self.ends.line))

    def _filled(self, line: str, seen: Observation | None) -> str:
        endpoint = self.profile.endpoint
        said = quoted(seen) if seen else ""
        return line.replace("{host}", endpoint.host).replace("{port}", str(endpoint.port)).replace("{said}", said)

    def _reason(self, text: str) -> None:
        if text and text not in self.reasons:
            self.reasons.append(text)

    def outcome(self) -> Outcome:
        """Put it together."""
        facts, ends = self.facts, self.ends
        end = ends.end if ends else End.SENT if self.report.accepted or self.unseen else End.CONNECTED
        if self.unseen and not ends:
            self._reason(_UNSEEN)
        return Outcome(
            end=end,
            stage=ends.stage if ends else None,
            steps=tuple(self.steps),
            encrypted=self.encrypted,
            sign_in=self.signed,
            mechanism=self.mechanism,
            logged=(ends.line,) if ends and ends.line else (),
            java=facts.runtime.version if facts.runtime else "",
            library=facts.library.version if facts.library else "",
            fallback=self._fallback(),
            predicted=True,
            reasons=tuple(self.reasons),
        )

    def _fallback(self) -> Outcome | None:
        """SSL through a socket factory goes on in clear on the same port where the handshake failed."""
        ends = self.ends
        if self.security is not Security.TLS or ends is None or ends.stage is not Stage.TLS or ends.end is not End.FAILED:
            return None
        failed = self.report.failed
        plain = failed is not None and failed.observation is not None and failed.observation.kind is Kind.TLS_PLAINTEXT
        if plain:
            return Outcome(End.CONNECTED, predicted=True, reasons=("where TLS fails, the same port is tried in clear", NO_TLS))
        why = "where TLS fails, the same port is tried in clear: the server waits for TLS and the library for a greeting"
        return Outcome(End.WAITS, Stage.GREETING, predicted=True, reasons=(why,))


def _no_tls10(version: str) -> bool:
    """Whether a Java has TLS 1.0 switched off by default; one whose version is not known is taken for a current one."""
    if version.startswith("1.8"):
        update = version.rpartition("_")[2].partition("-")[0]
        return not update.isdigit() or int(update) >= 291
    numbers = [int(part) if part.isdigit() else 0 for part in version.partition("+")[0].split(".")]
    if not version or numbers[0] >= 16:
        return True
    return numbers[0] == 11 and numbers[1:] >= [0, 11]
