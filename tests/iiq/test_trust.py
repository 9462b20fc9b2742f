"""IdentityIQ's Java and the mail server's certificates: what is said, saved and to be typed. The verdicts themselves are held
against a real Java in tests/real/test_java_trust.py.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.iiq import java
from tests.iiq.certificates import PAST, Made, make
from wizard.commands.iiq import trust as command
from wizard.commands.parser import parse
from wizard.commands.terminal import UsageError
from wizard.diagnosis.model import Severity
from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary, TrustStore
from wizard.identityiq.jvm import JvmView, examine, pem, to_save, trusted
from wizard.identityiq.jvm.algorithms import Key, Signed, asks_for_jdk_ca, switched_off
from wizard.identityiq.jvm.distrust import distrusted_by
from wizard.identityiq.jvm.importing import plan
from wizard.identityiq.jvm.missing import Pool, missing
from wizard.identityiq.jvm.policy import policy_of
from wizard.identityiq.jvm.store import security_folder, store_of
from wizard.identityiq.jvm.trusted import Entry, Trouble, Trusted
from wizard.identityiq.jvm.versions import offer_of
from wizard.identityiq.jvm.view import Missing, Refusal, Source
from wizard.practice import PracticeServer
from wizard.profile import Endpoint, Password, Security
from wizard.render import trust as render
from wizard.render.style import Style
from wizard.smtp.observation import Certificate

SECRET = "not-the-usual-one"
TODAY = date(2026, 11, 24)


# A server and a store ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def serving(folder: Path, *sent: Made) -> AsyncIterator[Endpoint]:
    """A port that speaks TLS from the first byte and shows these certificates."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 practice.test ESMTP\r\n")
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")  # show weak certificates as well
    context.load_cert_chain(sent[0].write(folder / "server.pem", *sent[1:]))
    async with await asyncio.start_server(greet, "127.0.0.1", ssl=context) as server:
        yield Endpoint("localhost", server.sockets[0].getsockname()[1], Security.TLS)


async def stored(folder: Path, *anchors: Made, kind: str = "JKS", password: str = java.USUAL) -> TrustStore:
    path = await java.store_of(folder / f"store.{kind.lower()}", kind, anchors, password)
    return TrustStore(path, kind, own=True, password=Password(password))


def ca_file(folder: Path, one: Made) -> Path:
    path = folder / "ca.pem"
    path.write_bytes(one.pem)
    return path


@pytest.fixture(scope="module")
def root() -> Made:
    return make("Company Root", ca=True)


@pytest.fixture(scope="module")
def middle(root: Made) -> Made:
    return make("Company Middle", root, ca=True)


@pytest.fixture(scope="module")
def leaf(middle: Made) -> Made:
    return make("localhost", middle)


@pytest.fixture(scope="module")
def stranger() -> Made:
    return make("Somebody else", ca=True)


# Reading a store --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
async def test_a_store_is_read_with_its_aliases(tmp_path: Path, root: Made, middle: Made, kind: str) -> None:
    store = await stored(tmp_path, root, middle, kind=kind, password=SECRET)

    found = await trusted(store, java.runtime(store))

    assert found.trouble is None
    assert {(entry.alias, entry.der) for entry in found.entries} == {("anchor-0", root.der), ("anchor-1", middle.der)}


async def test_the_list_of_a_java_is_read_as_it_is() -> None:
    runtime = java.runtime()

    found = await trusted(store_of(runtime), runtime)

    assert found.trouble is None
    assert len(found.anchors) > 20


@pytest.mark.parametrize(
    ("make_it", "trouble", "words"),
    [
        (lambda path: None, Trouble.MISSING, "There is no trust store"),
        (lambda path: path.write_text("javax.net.ssl.trustStore=x\n"), Trouble.NOT_A_STORE, "is no trust store"),
        (lambda path: path.write_bytes(b"\xfe\xed\xfe\xed" + bytes(40)), Trouble.NOT_A_STORE, "is no trust store"),
        (lambda path: path.mkdir(), Trouble.NOT_A_STORE, "is no trust store"),
    ],
    ids=["missing", "text", "cut off", "a folder"],
)
async def test_a_store_that_cannot_be_read_is_named_in_a_sentence(tmp_path: Path, make_it, trouble: Trouble, words: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "trust"
    make_it(path)

    found = await trusted(TrustStore(path, own=True), java.runtime())

    assert found.trouble is trouble
    assert words in found.problem
    assert str(path) in found.problem


async def test_a_wrong_password_is_no_other_trouble(tmp_path: Path, root: Made) -> None:
    store = (await stored(tmp_path, root))._replace(password=Password(SECRET))

    found = await trusted(store, java.runtime())

    assert found.trouble is Trouble.WRONG_PASSWORD
    assert SECRET not in found.problem + found.detail


async def test_an_encrypted_store_without_a_password_holds_nothing_for_java(tmp_path: Path, root: Made) -> None:
    store = (await stored(tmp_path, root, kind="PKCS12"))._replace(password=None)

    found = await trusted(store, java.runtime())

    assert found.trouble is Trouble.NO_PASSWORD
    assert found.entries == ()
    assert [entry.der for entry in found.hidden] == [root.der]
    assert "trustStorePassword" in found.problem


def keytool(folder: Path, script: str) -> JavaRuntime:
    """A Java whose keytool is a stand-in: a shell script of the test."""
    program = folder / "jdk" / "bin" / "keytool"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return JavaRuntime(folder / "jdk")


async def test_the_password_goes_in_on_standard_input_alone(tmp_path: Path, root: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "another secret")
    seen = tmp_path / "seen"
    runtime = keytool(tmp_path, f'echo "$@" > {seen}; env >> {seen}; read said; echo "stdin $said" >> {seen}')
    store = (await stored(tmp_path, root))._replace(password=Password(SECRET))

    await trusted(store, runtime)

    told = seen.read_text()
    assert f"stdin {SECRET}" in told
    assert told.count(SECRET) == 1, "neither among the arguments nor in the environment"
    assert "another secret" not in told


async def test_a_keytool_that_hangs_is_ended(tmp_path: Path, root: Made) -> None:
    runtime = keytool(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 600")
    store = await stored(tmp_path, root)

    found = await trusted(store, runtime, deadline=1.0)

    assert found.trouble is Trouble.TIMEOUT
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_keytool_that_does_not_stop_talking_is_ended(tmp_path: Path, root: Made) -> None:
    runtime = keytool(tmp_path, "exec yes 'Alias name: a long line that fills the memory of whoever keeps it all'")
    store = await stored(tmp_path, root)

    found = await trusted(store, runtime)

    assert found.entries == ()
    assert found.trouble is not None


async def test_a_jre_without_keytool_is_read_with_another_one(tmp_path: Path, root: Made) -> None:
    store = await stored(tmp_path, root)

    found = await trusted(store, JavaRuntime(tmp_path / "jre"))

    assert [entry.der for entry in found.entries] == [root.der]


async def test_no_keytool_anywhere_is_said(tmp_path: Path, root: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await stored(tmp_path, root)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("wizard.identityiq.jvm.keytool._others", list)

    found = await trusted(store, JavaRuntime(tmp_path / "jre"))

    assert found.trouble is Trouble.NO_KEYTOOL
    assert not found.known, "what the Java trusts is not known then"


async def test_a_keytool_others_can_change_is_not_run(tmp_path: Path, root: Made) -> None:
    runtime = keytool(tmp_path, f"touch {tmp_path}/ran")
    (tmp_path / "jdk" / "bin" / "keytool").chmod(0o777)

    await trusted(await stored(tmp_path, root), runtime)

    assert not (tmp_path / "ran").exists()


# Which store, which versions, what is switched off ---------------------------------------------------------------------------


def a_home(folder: Path, *, eight: bool = False) -> Path:
    security = folder / ("jre/lib/security" if eight else "lib/security")
    security.mkdir(parents=True)
    (security / "cacerts").write_bytes(b"")
    return folder


def test_a_java_8_keeps_its_store_below_its_jre(tmp_path: Path) -> None:
    assert store_of(JavaRuntime(a_home(tmp_path, eight=True))).path == tmp_path / "jre/lib/security/cacerts"


def test_jssecacerts_wins_over_cacerts(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    (security_folder(home) / "jssecacerts").write_bytes(b"")

    assert store_of(JavaRuntime(home)).path.name == "jssecacerts"


def test_the_settings_of_the_process_name_the_store(tmp_path: Path) -> None:
    properties = (("javax.net.ssl.trustStore", "/srv/trust.p12"), ("javax.net.ssl.trustStoreType", "PKCS12"))

    found = store_of(JavaRuntime(a_home(tmp_path), properties=properties))

    assert found == TrustStore(Path("/srv/trust.p12"), "PKCS12", own=True)


def a_java(folder: Path, text: str, version: str = "17.0.15", **properties: str) -> JavaRuntime:
    home = a_home(folder)
    (home / "conf" / "security").mkdir(parents=True)
    (home / "conf" / "security" / "java.security").write_text(text)
    return JavaRuntime(home, version, properties=tuple((name.replace("_", "."), value) for name, value in properties.items()))


LISTS = """
# what is off
jdk.disabled.namedCurves = secp256k1
jdk.certpath.disabledAlgorithms=MD2, MD5, SHA1 jdkCA & usage TLSServer, \\
    RSA keySize < 1024, include jdk.disabled.namedCurves
jdk.tls.disabledAlgorithms: SSLv3, TLSv1, TLSv1.1, RC4, \\
    3DES_EDE_CBC
"""


def test_java_security_is_read_as_java_reads_it(tmp_path: Path) -> None:
    found = policy_of(a_java(tmp_path, LISTS))

    assert found.certpath == ("MD2", "MD5", "SHA1 jdkCA & usage TLSServer", "RSA keySize < 1024", "secp256k1")
    assert found.tls == ("SSLv3", "TLSv1", "TLSv1.1", "RC4", "3DES_EDE_CBC")
    assert found.read


@pytest.mark.parametrize(("sign", "certpath"), [("", ("SHA1",)), ("=", ("SHA1",))], ids=["in addition", "instead"])
def test_the_file_of_the_start_options_comes_over_it(tmp_path: Path, sign: str, certpath: tuple[str, ...]) -> None:
    over = tmp_path / "over.security"
    over.write_text("jdk.certpath.disabledAlgorithms=SHA1\n")

    found = policy_of(a_java(tmp_path / "home", LISTS, java_security_properties=f"{sign}{over}"))

    assert found.certpath == certpath
    assert bool(found.tls) is (sign == ""), "with == the other file is not read at all"


def test_a_java_can_forbid_such_a_file(tmp_path: Path) -> None:
    over = tmp_path / "over.security"
    over.write_text("jdk.certpath.disabledAlgorithms=SHA1\n")

    found = policy_of(
        a_java(tmp_path / "home", LISTS + "security.overridePropertiesFile=false\n", java_security_properties=str(over))
    )

    assert "MD2" in found.certpath


def test_a_file_that_cannot_be_read_is_said_and_the_usual_taken(tmp_path: Path) -> None:
    found = policy_of(JavaRuntime(tmp_path))

    assert not found.read
    assert "TLSv1" in found.tls


NEW, OLD = ("TLSv1.2", "TLSv1.3"), ("TLSv1", "TLSv1.1")


@pytest.mark.parametrize(
    ("version", "off", "security", "library", "versions"),
    [
        ("17.0.15", OLD, Security.TLS, None, NEW),
        ("1.8.0_402", OLD, Security.TLS, None, NEW),
        ("1.8.0_202", (), Security.TLS, None, (*OLD, "TLSv1.2")),
        ("1.7.0_80", (), Security.TLS, None, ("TLSv1",)),
        ("17.0.15", OLD, Security.STARTTLS, "1.4.4", ()),
        ("17.0.15", OLD, Security.TLS, "1.4.4", NEW),
        ("1.8.0_202", (), Security.STARTTLS, "1.4.4", ("TLSv1",)),
        ("17.0.15", OLD, Security.STARTTLS, "1.6.2", NEW),
    ],
)
def test_the_versions_a_java_offers(
    tmp_path: Path, version: str, off: tuple[str, ...], security: Security, library: str | None, versions: tuple[str, ...]
) -> None:
    runtime = a_java(tmp_path, f"jdk.tls.disabledAlgorithms={', '.join(off)}\n", version)
    mail = MailLibrary(Path("mail.jar"), library) if library else None

    assert offer_of(runtime, policy_of(runtime), security, mail).versions == versions


def test_the_old_library_is_named_as_the_reason(tmp_path: Path) -> None:
    runtime = a_java(tmp_path, LISTS)

    offer = offer_of(runtime, policy_of(runtime), Security.STARTTLS, MailLibrary(Path("mail.jar"), "1.4.4"))

    assert "JavaMail 1.4.4" in offer.limited_by


RSA = Signed("SHA256withRSA", Key("RSA", 2048), Key("RSA", 2048))


@pytest.mark.parametrize(
    ("entry", "one", "jdk_ca", "hit"),
    [
        ("SHA1", RSA._replace(signature="SHA1withRSA"), None, True),
        ("SHA1", RSA, None, False),
        ("MD5withRSA", RSA._replace(signature="MD5withRSA"), None, True),
        ("SHA1 jdkCA & usage TLSServer", RSA._replace(signature="SHA1withRSA"), True, True),
        ("SHA1 jdkCA & usage TLSServer", RSA._replace(signature="SHA1withRSA"), False, False),
        ("SHA1 usage SignedJAR & denyAfter 2019-01-01", RSA._replace(signature="SHA1withRSA"), True, False),
        ("SHA1 denyAfter 2019-01-01", RSA._replace(signature="SHA1withRSA"), True, True),
        ("SHA1 denyAfter 2030-01-01", RSA._replace(signature="SHA1withRSA"), True, False),
        ("RSA keySize < 2048", RSA._replace(own=Key("RSA", 1024)), None, True),
        ("RSA keySize < 2048", RSA._replace(issuer=Key("RSA", 1024)), None, True),
        ("RSA keySize < 2048", RSA, None, False),
        ("RSA keySize <= 2048", RSA, None, True),
        ("EC keySize < 224", RSA._replace(own=Key("EC", 192)), None, True),
        ("EC keySize < 224", RSA, None, False),
        ("RSA something of the future", RSA, None, False),
    ],
)
def test_an_entry_of_java_security_hits_what_it_says(entry: str, one: Signed, jdk_ca: bool | None, hit: bool) -> None:
    assert bool(switched_off((entry,), one, jdk_ca=jdk_ca, today=TODAY)) is hit


def test_where_an_authority_came_from_is_asked_only_where_it_matters() -> None:
    entries = ("SHA1 jdkCA & usage TLSServer",)

    assert asks_for_jdk_ca(entries, RSA._replace(signature="SHA1withRSA"))
    assert not asks_for_jdk_ca(entries, RSA)


@pytest.mark.parametrize(("since", "hit"), [("2024-11-11T00:00:00Z", False), ("2024-11-12T00:00:00Z", True)])
def test_an_authority_the_jdk_distrusts_is_distrusted_from_its_day_on(since: str, hit: bool) -> None:
    leaf = Certificate("CN=mail", "", (), since, "2027-01-01T00:00:00Z", "00")
    anchor = Certificate("CN=Entrust Root Certification Authority - G2,O=Entrust\\, Inc.,C=US", "", (), "", "", "11")

    assert bool(distrusted_by(("ENTRUST_TLS",), leaf, anchor)) is hit
    assert distrusted_by((), leaf, anchor) == "", "a Java without the policy takes it"


# What is missing, and the command ------------------------------------------------------------------------------------------


def test_the_root_that_was_sent_is_what_is_missing(root: Made, middle: Made, leaf: Made) -> None:
    found = missing((leaf.der, middle.der, root.der), ())

    assert found is not None
    assert (found.source, found.der) == (Source.SENT_ROOT, root.der)


def test_a_root_that_was_not_sent_is_looked_for_on_this_host(root: Made, middle: Made, leaf: Made, stranger: Made) -> None:
    found = missing((leaf.der, middle.der), (Pool("in this host's own list", (stranger.der, root.der)),))

    assert found is not None
    assert (found.source, found.der, found.not_sent) == (Source.FOUND_HERE, root.der, False)


def test_without_a_root_the_intermediate_is_the_anchor(middle: Made, leaf: Made) -> None:
    found = missing((leaf.der, middle.der), ())

    assert found is not None
    assert (found.source, found.der) == (Source.SENT_INTERMEDIATE, middle.der)


def test_a_missing_intermediate_is_known_for_one_where_it_is_at_hand(middle: Made, leaf: Made) -> None:
    found = missing((leaf.der,), (Pool("in this host's own list", (middle.der,)),))

    assert found is not None
    assert found.not_sent


def test_a_servers_own_certificate_is_never_proposed(middle: Made) -> None:
    sent = make("localhost", middle, issuer_at="http://ca.example.com/middle.cer")

    found = missing((sent.der,), ())

    assert found is not None
    assert found.der is None
    assert found.name == "CN=Company Middle,O=Test"
    assert found.url == "http://ca.example.com/middle.cer", "named, and not fetched"


def test_unless_nobody_else_has_signed_it() -> None:
    alone = make("alone.test")

    found = missing((alone.der,), ())

    assert found is not None
    assert (found.source, found.der) == (Source.SELF_SIGNED, alone.der)


def test_a_certificate_of_the_same_name_and_another_key_is_not_the_issuer(middle: Made, leaf: Made) -> None:
    impostor = make("Company Middle", ca=True)

    found = missing((leaf.der,), (Pool("somewhere", (impostor.der,)),))

    assert found is not None
    assert found.source is Source.NOWHERE


def lacking(one: Made, source: Source = Source.FOUND_HERE) -> Missing:
    return Missing(source, "CN=Company Root,O=Test", one.der)


@pytest.mark.parametrize(
    ("version", "eight", "words"),
    [("17.0.15", False, "-cacerts"), ("1.8.0_402", True, "-keystore {home}/jre/lib/security/cacerts")],
)
def test_the_command_is_that_of_the_javas_release(tmp_path: Path, root: Made, version: str, eight: bool, words: str) -> None:
    runtime = JavaRuntime(a_home(keytool(tmp_path, "").home, eight=eight), version)

    found = plan(runtime, Trusted(store_of(runtime)), lacking(root), "ca.pem")

    assert found is not None
    assert found.command == (
        f"{runtime.keytool} -importcert -noprompt -alias mail-ca-company-root -file ca.pem {words.format(home=runtime.home)} "
        "-storepass changeit"
    )


def test_the_command_names_a_store_of_its_own_and_not_its_password(tmp_path: Path, root: Made) -> None:
    runtime = keytool(tmp_path, "")
    store = TrustStore(tmp_path / "trust store.p12", "PKCS12", own=True, password=Password(SECRET))

    found = plan(runtime, Trusted(store), lacking(root), "ca.pem")

    assert found is not None
    words = shlex.split(found.command)
    assert words[words.index("-keystore") + 1] == str(store.path)
    assert words[words.index("-storetype") + 1] == "PKCS12"
    assert "-storepass" not in words
    assert SECRET not in repr(found)
    assert any("asks for the store's password" in step for step in found.steps)


def test_an_alias_that_is_taken_is_not_taken_again(tmp_path: Path, root: Made) -> None:
    held = Trusted(TrustStore(tmp_path / "s"), (Entry("Mail-CA-company-root", b"x"), Entry("mail-ca-company-root-2", b"y")))

    found = plan(keytool(tmp_path, ""), held, lacking(root))

    assert found is not None
    assert found.alias == "mail-ca-company-root-3"


def test_what_can_go_wrong_is_said_before_it_does(tmp_path: Path, root: Made) -> None:
    runtime = JavaRuntime(a_home(tmp_path / "jdk"), "17.0.15")

    found = plan(runtime, Trusted(store_of(runtime)), lacking(root, Source.SENT_ROOT))

    assert found is not None
    text = " ".join((*found.steps, *found.pitfalls))
    for words in ("fingerprint", "Restart", "every other node", "not seen running IdentityIQ", "An update of this Java"):
        assert words in text, words


# The whole view -----------------------------------------------------------------------------------------------------------


async def look(folder: Path, sent: tuple[Made, ...], store: TrustStore, ca: Made | None = None) -> JvmView:
    async with serving(folder, *sent) as endpoint:
        return await examine(endpoint, java.runtime(store), ca_file=ca_file(folder, ca) if ca else None)


async def test_an_authority_java_does_not_know_is_a_warning_with_its_cure(
    tmp_path: Path, root: Made, middle: Made, leaf: Made, stranger: Made
) -> None:
    view = await look(tmp_path, (leaf, middle), await stored(tmp_path, stranger), root)

    assert view.finding is not None
    assert (view.finding.id, view.finding.severity) == ("jvm-distrusts", Severity.WARNING)
    assert view.ours is not None
    assert view.ours.verified, "our own check passes, and that is the point"
    assert "CN=Company Root" in view.finding.meaning
    assert "PKIX path building failed" in view.finding.log_line
    assert to_save(view) == root.der
    assert view.plan is not None
    first, second = view.finding.remedies[:2]
    assert (first.label, second.label) == (view.plan.save, f"Import it: {view.plan.command}")
    assert not any("fingerprint" in step for step in view.plan.steps), "our own check has verified the server already"


async def test_the_command_that_is_shown_makes_java_trust_the_server(
    tmp_path: Path, root: Made, middle: Made, leaf: Made, stranger: Made
) -> None:
    store = (await stored(tmp_path, stranger))._replace(type="JKS")
    saved = tmp_path / "saved ca.pem"
    async with serving(tmp_path, leaf, middle) as endpoint:
        before = await examine(endpoint, java.runtime(store), ca_file=ca_file(tmp_path, root), save_as=str(saved))
        der = to_save(before)
        assert before.plan is not None
        assert der is not None
        saved.write_text(pem(der))
        keytool = await asyncio.create_subprocess_exec(*shlex.split(before.plan.command), stdin=asyncio.subprocess.PIPE)
        await keytool.communicate(f"{java.USUAL}\n".encode())
        assert keytool.returncode == 0
        after = await examine(endpoint, java.runtime(store), ca_file=ca_file(tmp_path, root))

    assert after.finding is None
    assert after.eyes[0].verdict.alias == "mail-ca-company-root"


async def test_an_intermediate_that_is_not_sent_is_the_servers_to_send(
    tmp_path: Path, root: Made, middle: Made, leaf: Made
) -> None:
    view = await look(tmp_path, (leaf,), await stored(tmp_path, root), middle)

    assert view.finding is not None
    assert view.eyes[0].verdict.refusal is Refusal.MISSING_INTERMEDIATE
    assert "does not send the intermediate" in view.finding.meaning
    assert "send its intermediate" in view.finding.remedies[0].label


async def test_what_java_takes_and_we_do_not_is_said_too(tmp_path: Path, root: Made, middle: Made) -> None:
    other = make("mail.test", middle, hosts=("mail.test",))

    view = await look(tmp_path, (other, middle), await stored(tmp_path, root), root)

    assert view.finding is None
    assert [(one.id, one.severity) for one in view.others] == [("iiq-jvm-accepts", Severity.WARNING)]
    assert "expected not to look at the names" in view.others[0].meaning


async def test_the_authority_java_trusts_can_be_saved_for_our_own_check(
    tmp_path: Path, root: Made, middle: Made, leaf: Made, stranger: Made
) -> None:
    view = await look(tmp_path, (leaf, middle), await stored(tmp_path, root), stranger)

    assert view.findings[0].id == "iiq-jvm-accepts"
    assert to_save(view) == root.der


async def test_an_expired_certificate_is_no_matter_of_trust(tmp_path: Path, root: Made, middle: Made) -> None:
    view = await look(tmp_path, (make("localhost", middle, valid=PAST), middle), await stored(tmp_path, root), root)

    assert view.finding is not None
    assert "was valid until" in view.finding.meaning
    assert view.plan is None
    assert to_save(view) is None


async def test_sha1_is_refused_only_below_an_authority_that_came_with_the_jdk(tmp_path: Path) -> None:
    signer = make("JDK root", ca=True, rsa_bits=2048)
    sent = make("localhost", signer, rsa_bits=2048, digest="sha1")
    home = tmp_path / "jdk"
    for name in ("bin", "conf"):
        home.mkdir(exist_ok=True)
        (home / name).symlink_to(java.home() / name)
    (home / "lib" / "security").mkdir(parents=True)
    stock = home / "lib" / "security" / "cacerts"
    await java.store_of(stock, "JKS", (signer,))
    own = await stored(tmp_path, signer)

    async with serving(tmp_path, sent) as endpoint:
        before = await examine(endpoint, JavaRuntime(home, "17.0.15", trust=own))
        renamed = ("-changealias", "-alias", "anchor-0", "-destalias", "jdkroot [jdk]", "-keystore", str(stock))
        process = await asyncio.create_subprocess_exec(str(home / "bin" / "keytool"), *renamed, "-storepass", java.USUAL)
        assert await process.wait() == 0
        after = await examine(endpoint, JavaRuntime(home, "17.0.15", trust=own))

    assert before.eyes[0].verdict.accepts is True
    assert after.eyes[0].verdict.refusal is Refusal.SWITCHED_OFF
    assert "SHA1withRSA" in after.findings[0].meaning


async def test_two_javas_that_differ_are_held_against_each_other(
    tmp_path: Path, root: Made, middle: Made, leaf: Made, stranger: Made
) -> None:
    own = await stored(tmp_path, stranger)
    other = await stored(tmp_path, root, kind="PKCS12")
    both = Installation(Path("/opt/iiq"), jvm=java.runtime(own), path_jvm=java.runtime(other)._replace(pid=None))

    async with serving(tmp_path, leaf, middle) as endpoint:
        view = await examine(endpoint, both)

    assert view.finding is not None
    assert view.finding.title.startswith("IdentityIQ's Java")
    assert [one.id for one in view.others] == ["iiq-java-differs"]
    assert "alias anchor-0" in view.others[0].meaning
    assert to_save(view) == root.der, "found in the trust store of the other one"


async def test_the_old_mail_library_is_told_apart_from_the_java(tmp_path: Path) -> None:
    async with PracticeServer() as server:
        endpoint = Endpoint("localhost", server.ports[Security.STARTTLS], Security.STARTTLS)
        runtime = java.runtime(await stored(tmp_path, make("Any", ca=True)))
        installation = Installation(Path("/opt/iiq"), jvm=runtime, mail=MailLibrary(Path("mail.jar"), "1.4.4"))
        view = await examine(endpoint, installation)

    assert view.eyes[0].verdict.refusal is Refusal.VERSION
    assert "JavaMail 1.4.4" in view.findings[0].meaning
    assert "No appropriate protocol" in view.findings[0].log_line


@pytest.mark.parametrize("fault", ["starttls-missing", "starttls-refused", "plain-on-the-tls-port"])
async def test_where_no_certificate_can_be_seen_the_reason_is_said(tmp_path: Path, fault: str) -> None:
    async with PracticeServer(fault) as server:
        mode = server.fault.security
        view = await examine(
            Endpoint("localhost", server.ports[mode], mode), java.runtime(await stored(tmp_path, make("A", ca=True)))
        )

    assert view.problem
    assert "smtp-wizard check" in view.problem
    assert render.exit_code(view) == 1


async def test_without_encryption_there_is_nothing_to_trust() -> None:
    view = await examine(Endpoint("localhost", 9, Security.NONE), java.runtime())

    assert (view.problem, view.findings, render.exit_code(view)) == ("", (), 0)
    assert view.notes


async def test_no_java_at_all_is_said() -> None:
    view = await examine(Endpoint("localhost", 9, Security.TLS), Installation(Path("/opt/iiq")))

    assert "No Java was found" in view.problem


# The command --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def quiet_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home without a configuration."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SPHOME", raising=False)
    return tmp_path


def at(endpoint: Endpoint) -> tuple[str, ...]:
    """The flags that name a server of these tests."""
    return ("--host", "localhost", "--port", str(endpoint.port), "--security", "tls")


async def ran(*words: str) -> int:
    """Run the command beside the server of the test: it makes a loop of its own."""
    return await asyncio.to_thread(command.run, parse(["iiq", "trust", *words])[0])


async def test_the_command_says_saves_and_ends_with_one(
    quiet_host: Path, root: Made, middle: Made, leaf: Made, stranger: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    store = await stored(quiet_host, stranger)
    saved = quiet_host / "ca-to-import.pem"
    async with serving(quiet_host, leaf, middle) as endpoint:
        flags = (*at(endpoint), "--ca-file", str(ca_file(quiet_host, root)))
        code = await ran(*flags, "--java", str(java.home()), "--trust-store", str(store.path), "--save-ca", str(saved))

    shown = capsys.readouterr()
    assert code == 1
    assert saved.read_text() == root.pem.decode()
    assert "[jvm-distrusts]" in shown.out
    assert f"-file {saved}" in shown.out
    assert f"The certificate to import is saved in {saved}" in " ".join(shown.out.split()), "what is done is not asked for"
    assert "--save-ca" not in shown.out
    assert re.search(r"-importcert .* -keystore ", shown.out)
    assert "Asking localhost" in shown.err, "nothing is asked unnamed"


async def test_the_command_ends_with_nought_where_java_trusts(
    quiet_host: Path, root: Made, middle: Made, leaf: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    store = await stored(quiet_host, root, kind="PKCS12", password=SECRET)
    word = quiet_host / "word"
    word.write_text(f"{SECRET}\n")
    async with serving(quiet_host, leaf, middle) as endpoint:
        flags = (*at(endpoint), "--ca-file", str(ca_file(quiet_host, root)))
        code = await ran(
            *flags, "--java", str(java.home()), "--trust-store", str(store.path), "--storepass-file", str(word), "--json"
        )

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (told["schema"], told["accepted"], told["finding"], told["missing"], told["import"]) == (1, True, "ok", None, None)
    assert told["javas"][0]["alias"] == "anchor-0"
    assert told["javas"][0]["trust_store"]["certificates"] == 1
    assert [one["subject"] for one in told["server"]["chain"]] == ["CN=localhost,O=Test", "CN=Company Middle,O=Test"]
    assert SECRET not in json.dumps(told)


async def test_another_password_than_the_usual_one_is_asked_for_by_file(
    quiet_host: Path, root: Made, middle: Made, leaf: Made
) -> None:
    store = await stored(quiet_host, root, kind="PKCS12", password=SECRET)
    async with serving(quiet_host, leaf, middle) as endpoint:
        flags = (*at(endpoint), "--no-input")
        with pytest.raises(UsageError, match="storepass-file"):
            await ran(*flags, "--java", str(java.home()), "--trust-store", str(store.path))


async def test_a_file_that_is_no_trust_store_says_nothing_about_the_server(quiet_host: Path, root: Made, leaf: Made) -> None:
    other = quiet_host / "export.xml"
    other.write_text("<sailpoint/>")
    async with serving(quiet_host, leaf, root) as endpoint:
        flags = at(endpoint)
        with pytest.raises(UsageError, match="no trust store"):
            await ran(*flags, "--java", str(java.home()), "--truststore", str(other))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--java", "/nowhere"), "there is no Java in /nowhere"),
        (("--trust-store", "/nowhere/store"), "there is no file"),
        (("--java", "/a", "--folder", "/b"), "leave one out"),
        (("--storepass-file", "/a"), "--trust-store"),
        (("--folder", "/nowhere"), "There is no IdentityIQ in /nowhere"),
    ],
)
async def test_what_cannot_be_used_is_said_before_anybody_is_asked(quiet_host: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        await ran("--host", "localhost", *words)


async def test_a_hostile_name_in_a_certificate_steers_no_terminal(tmp_path: Path, stranger: Made) -> None:
    sent = make("evil\x1b[2J\nname", ca=False)

    view = await look(tmp_path, (sent,), await stored(tmp_path, stranger))

    assert all(line.isprintable() for line in render.text(view, Style()))


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_has_a_calm_sentence(trouble: Trouble) -> None:
    said = Trusted(TrustStore(Path("/srv/trust.jks")), trouble=trouble).problem

    assert "/srv/trust.jks" in said
    assert said.endswith((".", ".)"))
    assert "!" not in said
