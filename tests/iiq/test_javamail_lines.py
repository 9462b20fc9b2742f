"""The log lines of every finding, what is read from the library's own account, and how two columns are told apart. No Java."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from wizard.diagnosis.handbook import RULES, UNKNOWN
from wizard.diagnosis.warnings import WARNINGS
from wizard.identityiq.installation import JavaRuntime, MailLibrary
from wizard.identityiq.javamail.comparing import compare, differences, in_clear
from wizard.identityiq.javamail.job import Job, job_of, written
from wizard.identityiq.javamail.library import NotHereError, library_of, package_of
from wizard.identityiq.javamail.loglines import log_lines
from wizard.identityiq.javamail.outcome import End, Outcome, SignIn, Status
from wizard.identityiq.javamail.predicting import Facts, predict
from wizard.identityiq.javamail.process import Record
from wizard.identityiq.javamail.program import runtime_of
from wizard.identityiq.javamail.reading import outcome_of
from wizard.identityiq.javamail.trial import kept_back
from wizard.identityiq.settings import Encryption
from wizard.profile import Endpoint, Login, Mechanism, Password, Profile, Security
from wizard.report import Report, StageResult
from wizard.smtp.observation import LADDER, Context, Kind, Observation, Stage, TlsFacts

SECRET = Password("Sesame-4711")
JOB = Job("mail.test", 587, Encryption.TLS, username="iiq@mail.test")
IDS = sorted({rule.id for rule in (*RULES, UNKNOWN, *WARNINGS)} | {"ok", "jvm-distrusts", "redirect-active"})


@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("finding", IDS)
def test_every_finding_has_a_line_for_identityiqs_log(finding: str, security: Security) -> None:
    line = log_lines(finding, security)

    assert line
    assert "{" not in line
    assert "that is known of" not in line or finding not in {rule.id for rule in RULES}


def test_every_rule_that_ends_a_run_says_what_the_log_shows() -> None:
    assert [rule.title for rule in (*RULES, UNKNOWN) if not rule.log_line] == []


def test_a_certificate_reads_otherwise_after_starttls_than_in_tls_from_the_first_byte() -> None:
    assert log_lines("cert-expired", Security.STARTTLS).startswith("MessagingException: Could not convert socket to TLS")
    assert log_lines("cert-expired", Security.TLS).startswith("MessagingException: Could not connect to SMTP host")
    assert log_lines("cert-expired", Security.NONE) == "nothing: this line is not encrypted"


def records(debug: Sequence[str], *more: Record) -> list[Record]:
    return [*(Record("debug", number, line) for number, line in enumerate(debug)), *more]


OPENED = (
    'DEBUG SMTP: trying to connect to host "mail.test", port 587, isSSL false',
    "220 mail.test ESMTP",
    "EHLO iiq",
    "250-mail.test",
    "250 AUTH LOGIN",
)


def test_an_old_library_that_prints_the_sign_in_is_still_shown_without_it() -> None:
    user, password = (base64.b64encode(text.encode()).decode() for text in ("iiq@mail.test", SECRET.reveal()))
    dialogue = (
        "AUTH LOGIN",
        "334 VXNlcm5hbWU6",
        user,
        "334 UGFzc3dvcmQ6",
        password,
        "235 2.7.0 welcome",
        "MAIL FROM:<a@mail.test>",
    )

    seen = outcome_of(records((*OPENED, *dialogue)), JOB, SECRET)

    shown = "\n".join(seen.debug)
    assert password not in shown
    assert user not in shown
    assert "MAIL FROM:<a@mail.test>" in shown


@pytest.mark.parametrize("form", [SECRET.reveal(), base64.b64encode(b"\0iiq@mail.test\0Sesame-4711").decode()])
def test_a_password_that_a_server_echoes_is_taken_out_wherever_it_stands(form: str) -> None:
    told = Record("log", 9, f"javax.mail.AuthenticationFailedException: 535 you sent {form}")

    seen = outcome_of([*records((*OPENED, f"250 {form}")), told, Record("end", 9, "failed")], JOB, SECRET)

    assert SECRET.reveal() not in repr(seen)
    assert form not in repr(seen)


def test_an_account_that_ends_without_a_verdict_is_a_wait_at_its_last_stage() -> None:
    seen = outcome_of([*records((*OPENED, "MAIL FROM:<a@mail.test>")), Record("waits", 0, "")], JOB, None)

    assert (seen.end, seen.stage) == (End.WAITS, Stage.MAIL)
    assert [step.stage for step in seen.steps if step.status is Status.WAITS] == [Stage.MAIL]


def test_a_java_that_dies_is_told_and_not_taken_for_the_servers_doing() -> None:
    seen = outcome_of([Record("died", 0, "Error: could not create the Java Virtual Machine")], JOB, None)

    assert seen.end is End.NOT_RUN
    assert "could not create" in seen.logged[-1]


def test_a_password_of_several_lines_or_with_a_backslash_stays_one_field() -> None:
    text = written(JOB, Password("a\\b\nhost elsewhere"), "1")

    assert "password a\\\\b\\nhost elsewhere\n" in text
    assert text.count("\nhost ") == 1


PROFILE = Profile(Endpoint("mail.test", 587, Security.STARTTLS), login=Login("iiq@mail.test"), sender="a@b.c", recipient="d@b.c")
TLS = TlsFacts("TLSv1.3", "AES", True, None)


def passed(profile: Profile, *offered: str, mechanism: str = "PLAIN") -> Report:
    """A run in which every stage passed; the server offers these mechanisms."""
    context = Context(capabilities={"AUTH": " ".join(offered)}, mechanism=mechanism, tls=TLS)
    stages = LADDER[profile.endpoint.security]
    return Report(profile, tuple(StageResult(one, Observation(one, Kind.PASSED, context=context)) for one in stages), ended=True)


def test_a_mechanism_the_library_does_not_have_is_foretold_to_fail() -> None:
    seen = predict(passed(PROFILE, "SCRAM-SHA-256", mechanism="SCRAM-SHA-256"), PROFILE)

    assert (seen.end, seen.stage, seen.sign_in) == (End.FAILED, Stage.AUTH, SignIn.UNABLE)


@pytest.mark.parametrize(
    ("java", "fails"),
    [("1.8.0_281", False), ("1.8.0_291", True), ("11.0.10", False), ("11.0.11", True), ("17.0.15", True), ("", True)],
)
def test_an_old_library_speaks_a_tls_that_a_newer_java_has_switched_off(java: str, fails: bool) -> None:
    facts = Facts(JavaRuntime(Path("/java"), java), MailLibrary(Path("/mail.jar"), "1.4.4"))

    seen = predict(passed(PROFILE, "LOGIN"), PROFILE, facts)

    assert (seen.stage is Stage.TLS) is fails
    assert ("No appropriate protocol" in " ".join(seen.logged)) is fails


def test_a_java_that_does_not_trust_the_server_is_a_difference_with_its_reason() -> None:
    report = passed(PROFILE, "LOGIN")
    foretold = predict(report, PROFILE, Facts(accepts=False, refusal="expired"))

    (row,) = differences(compare(report, foretold))
    assert row.stage is Stage.TLS
    assert row.why
    assert "CertificateExpiredException" in foretold.logged[0]


def test_where_nothing_differs_no_row_says_so_and_nothing_is_in_clear() -> None:
    report = passed(PROFILE, "LOGIN")
    foretold = predict(report, PROFILE)

    assert differences(compare(report, foretold)) == ()
    assert not in_clear(report, foretold)
    assert foretold.predicted


def test_a_line_that_stays_in_clear_against_the_settings_is_said() -> None:
    assert in_clear(passed(PROFILE, "LOGIN"), Outcome(End.SENT, encrypted=False))


def test_a_token_is_never_given_to_the_library_as_a_password() -> None:
    profile = PROFILE._replace(login=Login("iiq@mail.test", Mechanism.XOAUTH2))

    assert "token" in kept_back(passed(profile, "XOAUTH2"), again=True)


def test_the_job_names_encryption_as_identityiq_does_and_keeps_the_password_out() -> None:
    job = job_of(PROFILE, deliver=True)

    assert job.encryption is Encryption.TLS
    assert job.guarded
    assert "Sesame" not in repr(job)


def jar(place: Path, *entries: str, manifest: str = "") -> Path:
    with zipfile.ZipFile(place, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", manifest)
        for entry in entries:
            made.writestr(entry, "")
    return place


def test_a_library_takes_the_activation_of_its_own_package_beside_it(tmp_path: Path) -> None:
    jar(tmp_path / "activation-2.0.jar", "jakarta/activation/DataHandler.class")
    wanted = jar(tmp_path / "javax.activation.jar", "javax/activation/DataHandler.class")
    mail = jar(tmp_path / "mail.jar", "javax/mail/Transport.class", manifest="Implementation-Version: 1.4.4\n")

    found = library_of(None, mail)

    assert found.version == "1.4.4"
    assert found.more == (wanted,)


def test_a_jar_without_a_mail_library_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(NotHereError, match="holds no mail library"):
        package_of(jar(tmp_path / "other.jar", "org/example/Thing.class"))


def test_a_java_named_by_its_bin_folder_or_its_program_is_found(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()

    assert {runtime_of(None, place).home for place in (tmp_path, tmp_path / "bin", tmp_path / "bin" / "java")} == {tmp_path}
