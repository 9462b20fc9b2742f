"""Rules about how mail leaves: the notification type, redirects, a notifier of somebody's own, retries, gap and duplicates."""

from wizard.diagnosis.model import Remedy, Severity
from wizard.draft import Change, Field
from wizard.identityiq.certainty import Certainty
from wizard.identityiq.lint.environment import looks_like_production
from wizard.identityiq.lint.model import Hit, LintRule, Look
from wizard.identityiq.settings import Key, NotificationType
from wizard.identityiq.translate import BLANKS, kind_meant, truth
from wizard.iiqside import Environment
from wizard.values import shown

_WRITTEN = (NotificationType.SMTP, NotificationType.REDIRECT_TO_EMAIL, NotificationType.REDIRECT_TO_FILE)
_TARGETS = {
    NotificationType.REDIRECT_TO_EMAIL: (Key.REDIRECT_ADDRESS, "address", "Redirection Email Address"),
    NotificationType.REDIRECT_TO_FILE: (Key.REDIRECT_FILE, "file", "Redirection File Name"),
}


def _own_notifier(look: Look) -> str:
    return look.settings.value(Key.NOTIFIER_CLASS).strip(BLANKS)


def _capitals(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.TYPE)
    text = entry.value.strip(BLANKS) if entry else ""
    kind = kind_meant(text)
    if not text or kind not in _WRITTEN or text == kind.value:
        return ()
    cure = Remedy(f"write it as IdentityIQ does: {kind.value}", (Change(Field.IIQ_TYPE, kind.value),))
    return (Hit(Key.TYPE, {"value": shown(text), "right": kind.value}, (cure,), entry),)


def _unknown_type(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.TYPE)
    if entry is None or kind_meant(entry.value) is not None:
        return ()
    cure = Remedy("send over SMTP", (Change(Field.IIQ_TYPE, NotificationType.SMTP.value),))
    return (Hit(Key.TYPE, {"value": shown(entry.value)}, (cure,), entry),)


def _over_http(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.TYPE)
    if entry is None or kind_meant(entry.value) is not NotificationType.HTTP:
        return ()
    return (Hit(Key.TYPE, {"value": shown(entry.value)}, (), entry),)


def _redirect(look: Look) -> tuple[Hit, ...]:
    kind = kind_meant(look.settings.value(Key.TYPE))
    if kind not in _TARGETS or _own_notifier(look):
        return ()
    key, what, _ = _TARGETS[kind]
    target = look.settings.value(key).strip(BLANKS)
    to = f"the {what} '{shown(target)}'" if target else f"a {what} that is not set"
    likely = looks_like_production(look.settings) if look.production is None else look.production
    said = look.production is not None
    severity = Severity.INFO if likely is False else Severity.WARNING
    facts = {"to": to, "why": _WHY[said, likely]}
    return (Hit(Key.TYPE, facts, _redirect_cures(look.production), look.settings.entry(Key.TYPE), severity),)


_WHY: dict[tuple[bool, bool | None], str] = {
    (True, True): "You said that this is production: that is expected to be a mistake.",
    (True, False): "That is right outside production, where addresses are copies of real people's.",
    (False, True): "The Server Root Path looks like production: that is expected to be a mistake.",
    (False, False): "The Server Root Path looks like a test system, where that is right.",
    (False, None): "In production that is a mistake; outside it is right.",
}


def _redirect_cures(production: bool | None) -> tuple[Remedy, ...]:
    """Offer what fits: nothing where the redirect is right, and both answers where nobody said which of the two it is."""
    smtp = Change(Field.IIQ_TYPE, NotificationType.SMTP.value)
    if production is False:
        return ()
    if production:
        return (Remedy("send to the people the mail is for", (smtp,)),)
    return (
        Remedy("it is not production: keep the redirect", (Change(Field.IIQ_ENVIRONMENT, Environment.NON_PRODUCTION.value),)),
        Remedy(
            "it is production: send to the people the mail is for",
            (Change(Field.IIQ_ENVIRONMENT, Environment.PRODUCTION.value), smtp),
        ),
    )


def _redirect_nowhere(look: Look) -> tuple[Hit, ...]:
    kind = kind_meant(look.settings.value(Key.TYPE))
    if kind not in _TARGETS or _own_notifier(look):
        return ()
    key, what, label = _TARGETS[kind]
    unknown = not look.whole and look.settings.entry(key) is None
    if unknown or look.settings.value(key).strip(BLANKS):
        return ()
    return (Hit(key, {"what": what, "label": label}, (), look.settings.entry(key) or look.settings.entry(Key.TYPE)),)


def _custom(look: Look) -> tuple[Hit, ...]:
    name = _own_notifier(look)
    return (Hit(Key.NOTIFIER_CLASS, {"name": shown(name)}, (), look.settings.entry(Key.NOTIFIER_CLASS)),) if name else ()


def _gap_set(look: Look) -> bool:
    return look.settings.value(Key.GAP).strip(BLANKS) not in ("", "0")


def _immediately_and_gap(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.IMMEDIATELY)
    if entry is None or not truth(entry.value) or not _gap_set(look):
        return ()
    return (Hit(Key.IMMEDIATELY, {"gap": shown(look.settings.value(Key.GAP).strip(BLANKS))}, (), entry),)


def _immediately(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.IMMEDIATELY)
    return (Hit(Key.IMMEDIATELY, {}, (), entry),) if entry and truth(entry.value) else ()


def _no_retries(look: Look) -> tuple[Hit, ...]:
    if look.settings.retry_max != 0:
        return ()
    return (Hit(Key.REQUEST_DEFINITION, {}, (Remedy("use 20, IdentityIQ's own", (Change(Field.IIQ_RETRIES, "20"),)),)),)


def _suppressed(look: Look) -> tuple[Hit, ...]:
    entry = look.settings.entry(Key.SUPPRESS_DUPLICATES)
    return (Hit(Key.SUPPRESS_DUPLICATES, {}, (), entry),) if entry and truth(entry.value) else ()


RULES = (
    LintRule(
        "iiq-type-capitals",
        Severity.ERROR,
        "The notification type is written '{value}', not {right}",
        "Real exports write it {right}. SailPoint's white paper prints SMTP in capitals, which is expected not to work.",
        _capitals,
        "real exports against the white paper; that the other spelling fails is inference",
        Certainty.EXPECTED,
    ),
    LintRule(
        "iiq-type-unknown",
        Severity.ERROR,
        "The notification type '{value}' is not known",
        "IdentityIQ knows smtp, redirectToEmail and redirectToFile, and newer releases HTTP/OAuth. With another word no mail is "
        "expected to leave.",
        _unknown_type,
        "SailPoint's help and real exports",
        Certainty.EXPECTED,
        ("choose the Email Notification Type on IdentityIQ's page",),
    ),
    LintRule(
        "iiq-type-http",
        Severity.INFO,
        "Mail goes over HTTP/OAuth, not over SMTP",
        "The type is '{value}'. Host, port, encryption and sign-in below are then expected not to be used. Test that way with "
        "'smtp-wizard iiq oauth'.",
        _over_http,
        "SailPoint's help names the type; its entries are not documented",
        Certainty.EXPECTED,
    ),
    LintRule(
        "redirect-active",
        Severity.WARNING,
        "Mail is redirected: the people it is for do not get it",
        "All mail goes to {to}. {why}",
        _redirect,
        "SailPoint's help: the two redirect types",
        Certainty.KNOWN,
        ("before you change it: mail that waits in the queue is expected to go to real people then",),
    ),
    LintRule(
        "iiq-redirect-nowhere",
        Severity.ERROR,
        "Mail is redirected, but the {what} is not set",
        "The notification type redirects all mail, and {key} is absent or empty: no mail is expected to arrive anywhere.",
        _redirect_nowhere,
        "SailPoint's help: the fields of the two redirect types",
        Certainty.EXPECTED,
        ("fill in {label}",),
    ),
    LintRule(
        "iiq-custom-notifier",
        Severity.WARNING,
        "A notifier of somebody's own sends the mail: {name}",
        "{key} overrides the notification type entirely: what the page shows may not be what happens. This tool knows only what "
        "the page says.",
        _custom,
        "SailPoint's white paper on e-mail",
        Certainty.KNOWN,
        ("ask who wrote the class what it uses of these settings; to be rid of it, remove the entry on the Debug page",),
    ),
    LintRule(
        "iiq-immediately-and-gap",
        Severity.WARNING,
        "Mail is sent at once, and a gap between mails is set too",
        "The gap ({gap}) belongs to the queue, and mail that is sent at once is expected not to go through it: the two "
        "contradict each other.",
        _immediately_and_gap,
        "SailPoint's white paper on e-mail",
        Certainty.EXPECTED,
        ("keep the gap and take emailNotifierSendImmediately away, so that mail is queued and retried",),
    ),
    LintRule(
        "iiq-immediately",
        Severity.WARNING,
        "Mail is sent at once: a mail that fails is not tried again",
        "{key} goes round the queue, and the queue is what retries. A server that is busy for a minute then costs the mail.",
        _immediately,
        "SailPoint's white paper on e-mail",
        Certainty.KNOWN,
        ("set it to false, or take it away on the Debug page, so that mail is queued and retried",),
    ),
    LintRule(
        "iiq-no-retries",
        Severity.WARNING,
        "A mail that fails is not tried again: Maximum Email Retries is 0",
        "retryMax of the RequestDefinition for mail is 0; IdentityIQ's own value is 20.",
        _no_retries,
        "SailPoint's help: Maximum Email Retries",
        Certainty.KNOWN,
    ),
    LintRule(
        "iiq-duplicates-suppressed",
        Severity.INFO,
        "Duplicate mails are suppressed",
        "A second mail that equals one already in the queue is expected to be dropped. When you test by sending the same mail "
        "twice, the second may not come.",
        _suppressed,
        "SailPoint's help: Suppress Duplicate Emails",
        Certainty.EXPECTED,
    ),
)
