"""Rules about the server and the line to it: host, port, encryption, and whether they fit each other."""

import re

from wizard import providers, values
from wizard.diagnosis.model import Remedy, Severity
from wizard.draft import Change, Field
from wizard.identityiq.certainty import Certainty
from wizard.identityiq.lint.entries import where_blank
from wizard.identityiq.lint.model import Hit, LintRule, Look
from wizard.identityiq.settings import Encryption, Key, NotificationType
from wizard.identityiq.translate import BLANKS, DEFAULT_PORT, kind_meant, port_meant, security_meant, word_of
from wizard.profile import Security
from wizard.values import shown

_SMTPS, _SUBMISSION = 465, 587


def host_of(look: Look) -> str:
    """Return the host without blanks; empty where there is none."""
    return look.settings.value(Key.HOST).strip(BLANKS)


def port_of(look: Look) -> int | None:
    """Return the port IdentityIQ is expected to use; None where it cannot be known or is no port."""
    text = port_meant(look.settings.value(Key.PORT))
    if not text and look.whole:
        text = DEFAULT_PORT
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65535 else None


def security_of(look: Look) -> Security | None:
    """Return the encryption that is meant; None where it cannot be known."""
    text = look.settings.value(Key.ENCRYPTION)
    return security_meant(text) if text.strip(BLANKS) else Security.NONE if look.whole else None


def speaks_smtp(look: Look) -> bool:
    """Return whether mail is expected to go over SMTP; a notifier of somebody's own may well use the same settings."""
    return kind_meant(look.settings.value(Key.TYPE)) in (NotificationType.SMTP, NotificationType.REDIRECT_TO_EMAIL, None)


def _host_missing(look: Look) -> tuple[Hit, ...]:
    own = look.settings.value(Key.NOTIFIER_CLASS).strip(BLANKS)
    if host_of(look) or own or not look.whole or not speaks_smtp(look):
        return ()
    return (Hit(Key.HOST, entry=look.settings.entry(Key.HOST)),)


def _host_blanks(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.HOST)
    if entry is None or entry.value == host_of(look) or not host_of(look):
        return ()
    cure = Remedy(f"take the blank away: {shown(host_of(look))}", (Change(Field.HOST, host_of(look)),))
    facts = {"where": where_blank(entry.value), "host": shown(host_of(look)), "value": shown(entry.value)}
    return (Hit(Key.HOST, facts, (cure,), entry),)


def _host_no_name(look: Look) -> tuple[Hit, ...]:
    entry, host = look.settings.entry(Key.HOST), host_of(look)
    if entry is None or not host:
        return ()
    try:
        values.host(host)
    except ValueError as problem:
        return (Hit(Key.HOST, {"problem": str(problem)}, _tidied(host), entry),)
    return ()


def _tidied(host: str) -> tuple[Remedy, ...]:
    changes = values.tidy_host(host)
    try:
        values.host(changes[0].value)
    except ValueError:
        return ()
    return (Remedy(f"perhaps meant: {', '.join(map(str, changes))}", changes),)


def _port_word(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.PORT)
    text = entry.value.strip(BLANKS) if entry else ""
    if not text or re.fullmatch(r"[0-9]+", text):
        return ()
    meant = port_meant(text)
    cures = (Remedy(f"use port {meant}", (Change(Field.PORT, meant),)),) if _is_port(meant) else ()
    return (Hit(Key.PORT, {"value": shown(text)}, cures, entry),)


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}", text)) and 1 <= int(text) <= 65535


def _port_range(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.PORT)
    text = entry.value.strip(BLANKS) if entry else ""
    if not re.fullmatch(r"[0-9]+", text) or _is_port(text):
        return ()
    usual = (security_of(look) or Security.STARTTLS).usual_port
    cure = Remedy(f"use port {usual}, the usual one for this encryption", (Change(Field.PORT, str(usual)),))
    return (Hit(Key.PORT, {"value": shown(text)}, (cure,), entry),)


def _encryption_unknown(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.ENCRYPTION)
    text = entry.value.strip(BLANKS) if entry else ""
    if not text or text in set(Encryption):
        return ()
    meant = security_meant(text)
    if meant is None or meant is Security.NONE:
        return (Hit(Key.ENCRYPTION, {"value": shown(text)}, (), entry),)
    cure = Remedy(f"use {word_of(meant)}", (Change(Field.SECURITY, meant.value),))
    return (Hit(Key.ENCRYPTION, {"value": shown(text)}, (cure,), entry),)


def _not_served(look: Look) -> tuple[providers.Provider, int] | None:
    """Return the provider and the port it does not offer; None where all is well or nothing is known."""
    port = port_of(look)
    for provider in providers.serving(host_of(look)) if host_of(look) and port else ():
        if port in provider.not_offered:
            return provider, port
    return None


def _provider_port(look: Look) -> tuple[Hit, ...]:
    found = _not_served(look) if speaks_smtp(look) else None
    if found is None:
        return ()
    provider, port = found
    best = provider.ports[0]
    cure = Remedy(f"use port {best.port} with {word_of(best.security)}", provider.usual_port())
    entry = look.settings.entry(Key.PORT)
    return (Hit(Key.PORT, {"provider": provider.name, "port": str(port), "best": str(best.port)}, (cure,), entry),)


def _mismatch(look: Look) -> tuple[Hit, ...]:
    port, security = port_of(look), security_of(look)
    if port is None or security is None or not speaks_smtp(look) or _not_served(look):
        return ()
    if port == _SMTPS and security is not Security.TLS:
        wanted, speaks, log = Security.TLS, "TLS from the first byte", _WAITS
    elif port in (25, _SUBMISSION) and security is Security.TLS:
        wanted, speaks, log = Security.STARTTLS, "plain text first, and then STARTTLS", _SPEAKS_PLAIN
    else:
        return ()
    other = security.usual_port
    cures = [Remedy(f"keep port {port} and use {word_of(wanted)}", (Change(Field.SECURITY, wanted.value),))]
    if security is not Security.NONE:
        cures.append(Remedy(f"keep {security_word(security)} and use port {other}", (Change(Field.PORT, str(other)),)))
    facts = {"port": str(port), "speaks": speaks, "word": security_word(security), "log": log}
    entry = look.settings.entry(Key.ENCRYPTION) or look.settings.entry(Key.PORT)
    return (Hit(Key.ENCRYPTION, facts, tuple(cures), entry),)


_WAITS = "Exception reading response, or [EOF]"
_SPEAKS_PLAIN = "Unsupported or unrecognized SSL message"


def security_word(security: Security) -> str:
    """Return IdentityIQ's word for an encryption."""
    return str(Encryption.of(security))


def _in_clear(look: Look) -> tuple[Hit, ...]:
    settings = look.settings
    if security_of(look) is not Security.NONE or not settings.value(Key.USERNAME).strip(BLANKS) or not settings.password:
        return ()
    if not speaks_smtp(look) or port_of(look) == _SMTPS:
        return ()
    cure = Remedy(
        "use STARTTLS (IdentityIQ's word: TLS) on port 587",
        (Change(Field.SECURITY, Security.STARTTLS.value), Change(Field.PORT, str(_SUBMISSION))),
    )
    entry = settings.entry(Key.ENCRYPTION) or settings.entry(Key.USERNAME)
    return (Hit(Key.ENCRYPTION, {}, (cure,), entry),)


RULES = (
    LintRule(
        "iiq-host-missing",
        Severity.ERROR,
        "No mail server is set",
        "{key} is absent or empty, so IdentityIQ has nowhere to send mail to.",
        _host_missing,
        "SailPoint's help: the fields of the page",
        Certainty.KNOWN,
        ("fill in Default SMTP Host",),
    ),
    LintRule(
        "iiq-host-blanks",
        Severity.ERROR,
        "There is a blank {where} the name of the mail server",
        "The host is '{host}' and a blank that cannot be seen. With it no such server is found, and every mail fails.",
        _host_blanks,
        "SailPoint's white paper on e-mail",
        Certainty.KNOWN,
        log_line="Unknown SMTP host: {value}",
    ),
    LintRule(
        "iiq-host-no-name",
        Severity.ERROR,
        "What is set as mail server is no host name",
        "{problem}.",
        _host_no_name,
        "RFC 1123 2.1",
        Certainty.STANDARD,
        ("fill in the mail server's name alone",),
    ),
    LintRule(
        "iiq-port-word",
        Severity.ERROR,
        "The port is not a number: '{value}'",
        "{key} has to be a number. With a word, sending is expected to fail before anybody is contacted.",
        _port_word,
        "the mail library reads a number",
        Certainty.EXPECTED,
        ("fill in a number, usually 587 or 465",),
    ),
    LintRule(
        "iiq-port-range",
        Severity.ERROR,
        "There is no port {value}",
        "Ports go from 1 to 65535.",
        _port_range,
        "RFC 9293 3.1",
        Certainty.STANDARD,
    ),
    LintRule(
        "iiq-encryption-unknown",
        Severity.ERROR,
        "The encryption '{value}' is none of IdentityIQ's words",
        "IdentityIQ knows NONE, SSL (TLS from the first byte) and TLS (STARTTLS), in capitals. Another word is "
        "expected to be refused at import, or to be taken for NONE.",
        _encryption_unknown,
        "SailPoint's help and real exports; what happens with another word is inference",
        Certainty.EXPECTED,
        ("choose the Encryption on IdentityIQ's page",),
    ),
    LintRule(
        "iiq-provider-port",
        Severity.ERROR,
        "{provider} does not offer port {port}",
        "Nothing answers there, or nothing that takes mail from programs. {provider} takes it on port {best}.",
        _provider_port,
        "the provider's own page, named in providers.toml",
        Certainty.STANDARD,
    ),
    LintRule(
        "iiq-port-encryption",
        Severity.ERROR,
        "Port {port} and the encryption {word} do not fit",
        "A server on port {port} usually speaks {speaks}; with {word} IdentityIQ and the server wait for each other, or the "
        "first bytes make no sense to one of them.",
        _mismatch,
        "RFC 8314 3.3 and 7.3",
        Certainty.STANDARD,
        log_line="{log}",
    ),
    LintRule(
        "iiq-sign-in-in-clear",
        Severity.WARNING,
        "User name and password travel unencrypted",
        "The encryption is NONE and a user signs in: everybody on the way can read the password. Many servers refuse it, too.",
        _in_clear,
        "RFC 4954 4 and 9",
        Certainty.STANDARD,
        log_line="530 5.7.0 Must issue a STARTTLS command first (where the server refuses it)",
    ),
)
