"""Rules about how entries are written: keys that do nothing, doubled and empty ones, blanks, a value of the wrong form."""

from wizard.diagnosis.model import Remedy, Severity
from wizard.draft import Change, Field
from wizard.identityiq.certainty import Certainty
from wizard.identityiq.lint.model import Hit, LintRule, Look
from wizard.identityiq.settings import ENCRYPTION_ELEMENT, INVENTED, SECRET_KEYS, Entry, Form, Key
from wizard.identityiq.translate import BLANKS, address_of, kind_meant, port_meant, security_meant, truth, word_of
from wizard.profile import Security
from wizard.values import shown

_SWITCHES = {"emailSSLEnabled": Security.TLS, "emailTLSEnabled": Security.STARTTLS}
_BOOLEANS = (Key.SUPPRESS_DUPLICATES, Key.IMMEDIATELY)
# Where a blank is expected to break something; in a class name or a root path it is cured by whoever reads it, or not, unknown.
_BLANK_MATTERS = (Key.TYPE, Key.PORT, Key.FROM, Key.USERNAME, Key.REDIRECT_ADDRESS, Key.REDIRECT_FILE, Key.NOTIFIER_CLASS)


def _invented(look: Look) -> tuple[Hit, ...]:
    hits = []
    for entry in look.settings.entries:
        meant = INVENTED.get(entry.key)
        if meant is None:
            continue
        right = look.settings.entry(meant)
        said = f"'{shown(entry.value)}'" if entry.value and entry.key not in SECRET_KEYS else "its value"
        now = f"{meant} is there too, and counts" if right else f"{meant} is not there, so {said} is not in force"
        severity = Severity.WARNING if right or not look.whole else Severity.ERROR
        cures = () if right else _cure_of_invented(entry, meant)
        hits.append(Hit(entry.key, {"meant": meant, "now": now}, cures, entry, severity))
    return tuple(hits)


def _cure_of_invented(entry: Entry, meant: Key) -> tuple[Remedy, ...]:
    change = _change_of(entry, meant)
    return (Remedy(f"set {meant} instead: {change}", (change,)),) if change else ()


def _change_of(entry: Entry, meant: Key) -> Change | None:
    """Return the change an invented entry was meant to be; None where it is not clear, or a secret, or weakens the line."""
    text = entry.value.strip(BLANKS)
    security = _SWITCHES.get(entry.key)
    if security:
        return Change(Field.SECURITY, security.value) if truth(text) else None
    fields = {
        Key.HOST: (Field.HOST, text),
        Key.PORT: (Field.PORT, port_meant(text)),
        Key.USERNAME: (Field.USERNAME, text),
        Key.REDIRECT_ADDRESS: (Field.IIQ_REDIRECT_ADDRESS, text),
        Key.FROM: (Field.SENDER, address_of(text)),
    }
    return Change(*fields[meant]) if text and meant in fields else None


def _encryption_form(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.ENCRYPTION)
    if entry is None or not entry.value.strip(BLANKS) or (entry.form, entry.type) == (Form.ELEMENT, ENCRYPTION_ELEMENT):
        return ()
    security = security_meant(entry.value)
    written = 'as value="..."' if entry.form is Form.ATTRIBUTE else f"as the element {entry.type}" if entry.type else "as text"
    meant = security and security is not Security.NONE
    cures = (Remedy(f"write it as IdentityIQ does: {word_of(security)}", _secure(security)),) if security and meant else ()
    return (Hit(Key.ENCRYPTION, {"written": written, "value": shown(entry.value)}, cures, entry),)


def _secure(security: Security) -> tuple[Change, ...]:
    return (Change(Field.SECURITY, security.value),)


def _doubled(look: Look) -> tuple[Hit, ...]:
    hits = []
    for key in dict.fromkeys(entry.key for entry in look.settings.entries):
        same = [entry for entry in look.settings.entries if entry.key == key]
        if len(same) < 2:
            continue
        lines = ", ".join(str(entry.line) for entry in same if entry.line)
        differ = "with different values" if len({entry.value for entry in same}) > 1 else "with the same value"
        differ = "" if key in SECRET_KEYS else differ
        times = "twice" if len(same) == 2 else f"{len(same)} times"
        place = f" (lines {lines})" if lines else ""
        hits.append(Hit(key, {"times": times, "differ": f" {differ}".rstrip(), "place": place}, (), same[-1]))
    return tuple(hits)


def _empty(look: Look) -> tuple[Hit, ...]:
    if look.settings.password:
        no_secret: frozenset[str] = frozenset((Key.PASSWORD,))
    else:
        no_secret = frozenset()
    return tuple(
        Hit(entry.key, entry=entry)
        for entry in look.settings.entries
        if not entry.value.strip(BLANKS) and entry.key not in INVENTED and entry.key not in no_secret
    )


def _blanks(look: Look) -> tuple[Hit, ...]:
    hits = []
    for entry in look.settings.entries:
        bare = entry.value.strip(BLANKS)
        if entry.key not in _BLANK_MATTERS or not bare or bare == entry.value:
            continue
        change = _bare_change(entry.key, bare)
        cures = (Remedy("take the blank away", (change,)),) if change else ()
        hits.append(Hit(entry.key, {"value": shown(bare), "where": where_blank(entry.value)}, cures, entry))
    return tuple(hits)


def _bare_change(key: str, bare: str) -> Change | None:
    kind = kind_meant(bare) if key == Key.TYPE else None
    fields = {
        Key.PORT.value: (Field.PORT, port_meant(bare)),
        Key.FROM.value: (Field.SENDER, address_of(bare)),
        Key.USERNAME.value: (Field.USERNAME, bare),
        Key.REDIRECT_ADDRESS.value: (Field.IIQ_REDIRECT_ADDRESS, bare),
        Key.REDIRECT_FILE.value: (Field.IIQ_REDIRECT_FILE, bare),
    }
    if kind:
        return Change(Field.IIQ_TYPE, kind.value)
    return Change(*fields[key]) if key in fields else None


def where_blank(text: str) -> str:
    """Return where the blanks of a value stand: ``before``, ``behind`` or ``before and behind`` it."""
    sides = [word for word, cut in (("before", text.lstrip(BLANKS)), ("behind", text.rstrip(BLANKS))) if cut != text]
    return " and ".join(sides)


def _not_boolean(look: Look) -> tuple[Hit, ...]:
    return tuple(
        Hit(key, {"value": shown(entry.value)}, (), entry)
        for key in _BOOLEANS
        if (entry := look.settings.entry(key)) and entry.value.strip(BLANKS).lower() not in ("", "true", "false")
    )


RULES = (
    LintRule(
        "iiq-key-invented",
        Severity.ERROR,
        "The entry {key} does nothing",
        "IdentityIQ does not know this key: it circulates in guides, is absent from real exports, and is expected to be imported "
        "without a word. What is meant is {meant}. {now}.",
        _invented,
        "real exports of SystemConfiguration, which hold none of these keys",
        Certainty.KNOWN,
        ("take {key} out of the file you import; in IdentityIQ it may stay, it does no harm",),
    ),
    LintRule(
        "iiq-encryption-form",
        Severity.ERROR,
        "The encryption is not written as IdentityIQ does",
        "{key} is '{value}' {written}, which IdentityIQ is expected not to understand. In real exports it is an element of "
        "its own type: <value><SmtpEncryptionType>TLS</SmtpEncryptionType></value>. Written otherwise, the line is "
        "expected to stay unencrypted.",
        _encryption_form,
        "real exports and SailPoint's white paper on e-mail",
        Certainty.KNOWN,
        ("import a file from 'smtp-wizard iiq export', or choose the Encryption on IdentityIQ's page and save it",),
    ),
    LintRule(
        "iiq-entry-doubled",
        Severity.WARNING,
        "The entry {key} stands {times}{differ}{place}",
        "A map holds a key once. The last one is expected to count, and is the one shown here.",
        _doubled,
        "how maps are read",
        Certainty.EXPECTED,
        ("keep one of them in the file",),
    ),
    LintRule(
        "iiq-entry-empty",
        Severity.INFO,
        "The entry {key} is empty",
        "Whether an empty entry clears the old value when a file is merged is not known.",
        _empty,
        "not documented",
        Certainty.EXPECTED,
        ("leave the entry out of a file you import; to clear a value, empty its field on IdentityIQ's page",),
    ),
    LintRule(
        "iiq-blanks",
        Severity.WARNING,
        "There is a blank {where} the value of {key}",
        "The value is '{value}' and a blank that cannot be seen. IdentityIQ is expected to take it as part of the value.",
        _blanks,
        "SailPoint's white paper says it of the host; of the other entries it is inference",
        Certainty.EXPECTED,
    ),
    LintRule(
        "iiq-boolean-word",
        Severity.WARNING,
        "{key} is '{value}', which is neither true nor false",
        "IdentityIQ writes true or false there. Any other word is expected to count as false.",
        _not_boolean,
        "how Java reads a Boolean",
        Certainty.EXPECTED,
        ("write true or false",),
    ),
)
