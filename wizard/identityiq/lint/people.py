"""Rules about who signs in and who is named as the sender: user, password, From, the templates' own From."""

from collections.abc import Callable

from wizard import values
from wizard.diagnosis.model import Remedy, Severity
from wizard.draft import Change, Field
from wizard.identityiq.certainty import Certainty
from wizard.identityiq.lint.line import host_of, speaks_smtp
from wizard.identityiq.lint.model import Hit, LintRule, Look
from wizard.identityiq.settings import Key, PasswordForm, TemplateSender
from wizard.identityiq.translate import BLANKS, address_of
from wizard.values import shown

# What SailPoint's white paper and shipped defaults print, and guides copy.
_EXAMPLES = {
    Key.HOST: ("mail.example.com", "smtp server"),
    Key.FROM: ("admin@example.com", "sender"),
    Key.REDIRECT_ADDRESS: ("admin@example.com", "address to redirect to"),
}
_MOST_NAMED = 3


def _user(look: Look) -> str:
    return look.settings.value(Key.USERNAME).strip(BLANKS)


def _user_alone(look: Look) -> tuple[Hit, ...]:
    password_unknown = not look.whole and look.settings.entry(Key.PASSWORD) is None
    if not _user(look) or look.settings.password or password_unknown or not speaks_smtp(look):
        return ()
    return (Hit(Key.USERNAME, {"user": shown(_user(look))}, (), look.settings.entry(Key.USERNAME)),)


def _password_alone(look: Look) -> tuple[Hit, ...]:
    user_unknown = not look.whole and look.settings.entry(Key.USERNAME) is None
    if _user(look) or not look.settings.password or user_unknown or not speaks_smtp(look):
        return ()
    return (Hit(Key.PASSWORD, entry=look.settings.entry(Key.PASSWORD)),)


def _stored(form: PasswordForm) -> Callable[[Look], tuple[Hit, ...]]:
    def find(look: Look) -> tuple[Hit, ...]:
        entry = look.settings.entry(Key.PASSWORD)
        return (Hit(Key.PASSWORD, entry=entry),) if look.settings.password_form is form else ()

    return find


def _examples(look: Look) -> tuple[Hit, ...]:
    hits = []
    for key, (example, what) in _EXAMPLES.items():
        entry = look.settings.entry(key)
        if entry and address_of(entry.value.strip(BLANKS)).lower() == example:
            facts = {"value": example, "what": "mail server" if key is Key.HOST else what}
            severity = Severity.ERROR if key is Key.HOST and speaks_smtp(look) else Severity.WARNING
            hits.append(Hit(key, facts, (), entry, severity))
    return tuple(hits)


def _from_missing(look: Look) -> tuple[Hit, ...]:
    present = look.settings.value(Key.FROM).strip(BLANKS)
    return () if present or not look.whole or not host_of(look) else (Hit(Key.FROM, entry=look.settings.entry(Key.FROM)),)


def _from_no_address(look: Look) -> tuple[Hit, ...]:
    hits = []
    for key, field in ((Key.FROM, Field.SENDER), (Key.REDIRECT_ADDRESS, Field.IIQ_REDIRECT_ADDRESS)):
        entry = look.settings.entry(key)
        text = entry.value.strip(BLANKS) if entry else ""
        bare = address_of(text)
        if key is Key.REDIRECT_ADDRESS and ("," in text or ";" in text):
            continue  # whether several are allowed there is not known
        try:
            values.mail_address(bare)
        except ValueError as problem:
            hits.append(Hit(key, {"problem": str(problem)}, _plain(bare, field), entry))
    return tuple(hits)


def _plain(text: str, field: Field) -> tuple[Remedy, ...]:
    tidied = text.strip(BLANKS + "\"'<>,;").removeprefix("mailto:")
    try:
        values.mail_address(tidied)
    except ValueError:
        return ()
    return (Remedy(f"perhaps meant: {tidied}", (Change(field, tidied),)),) if tidied and tidied != text else ()


def _template_senders(look: Look) -> tuple[Hit, ...]:
    """One hit for each other domain; a From made from a variable cannot be judged."""
    default = _domain(look.settings.value(Key.FROM))
    others: dict[str, list[TemplateSender]] = {}
    for one in look.settings.senders:
        domain = "" if "$" in one.sender else _domain(one.sender)
        if domain and default and domain != default:
            others.setdefault(domain, []).append(one)
    return tuple(
        Hit(Key.FROM, {"domain": shown(domain), "default": shown(default), "which": _which(them)}, line=them[0].line, column=1)
        for domain, them in others.items()
    )


def _which(senders: list[TemplateSender]) -> str:
    named = ", ".join(f"'{shown(one.template)}'" for one in senders[:_MOST_NAMED])
    more = len(senders) - _MOST_NAMED
    if more > 0:
        return f"The templates {named} and {more} more have"
    return f"The template {named} has" if len(senders) == 1 else f"The templates {named} have"


def _domain(text: str) -> str:
    return address_of(text.strip(BLANKS)).rpartition("@")[2].strip("<> ").lower()


RULES = (
    LintRule(
        "iiq-user-without-password",
        Severity.ERROR,
        "A user name is set, and no password",
        "'{user}' is to sign in, but IdentityIQ is expected to sign in only when both are set: the server then refuses "
        "the mail, or the mail library stops.",
        _user_alone,
        "JavaMail's own message; when IdentityIQ skips the sign-in is inference",
        Certainty.EXPECTED,
        ("type the password on IdentityIQ's page, twice", "or, where the server wants no sign-in, empty the user name there"),
        log_line="failed to connect, no password specified?",
    ),
    LintRule(
        "iiq-password-without-user",
        Severity.ERROR,
        "A password is set, and no user name",
        "IdentityIQ is expected to sign in only when both are set: the server then refuses the mail, or the mail library stops.",
        _password_alone,
        "JavaMail's own message; when IdentityIQ skips the sign-in is inference",
        Certainty.EXPECTED,
        ("fill in Username on IdentityIQ's page", "or, where the server wants no sign-in, empty the password there"),
        log_line="failed to connect, no user name specified?",
    ),
    LintRule(
        "iiq-password-shared-key",
        Severity.WARNING,
        "The password is stored with the key every IdentityIQ shares",
        "It begins with 1: and can be turned back by anybody who has an IdentityIQ: that hides it from a glance and from "
        "nobody else. A site's own key gives 2: and up.",
        _stored(PasswordForm.SHARED_KEY),
        "SailPoint's help on encryption keys",
        Certainty.KNOWN,
        (
            "treat every export as if the password stood in it in clear",
            "make a key of the site's own (IdentityIQ's key store), then save the page again",
        ),
    ),
    LintRule(
        "iiq-password-in-clear",
        Severity.WARNING,
        "The password is stored in clear text",
        "Everybody who may read the configuration, or this file, reads it. IdentityIQ is expected to take it as it is.",
        _stored(PasswordForm.CLEAR),
        "one public configuration repository",
        Certainty.REPORTED,
        (
            "type it again on IdentityIQ's page, which is expected to store it encrypted",
            "or encrypt it inside IdentityIQ's console: 'iiq console', then 'encrypt'; never as an argument of a command",
            "change the password when others could read this file",
        ),
    ),
    LintRule(
        "iiq-example-value",
        Severity.WARNING,
        "The {what} is still the example '{value}'",
        "This value comes from documentation and belongs to nobody (RFC 2606): no mail can go there or come from there.",
        _examples,
        "SailPoint's white paper prints them; RFC 2606 3",
        Certainty.KNOWN,
        ("fill in your own",),
    ),
    LintRule(
        "iiq-from-missing",
        Severity.WARNING,
        "No Default From Address is set",
        "{key} is absent or empty. Templates without a From of their own are then expected to be sent with a made-up sender, "
        "which many servers refuse.",
        _from_missing,
        "the mail library makes one from the account and host it runs as",
        Certainty.EXPECTED,
        ("fill in Default From Address with an address the server lets this user send as",),
    ),
    LintRule(
        "iiq-from-no-address",
        Severity.ERROR,
        "{key} is no mail address",
        "{problem}.",
        _from_no_address,
        "RFC 5321 4.1.2",
        Certainty.STANDARD,
        ("fill in one plain address",),
    ),
    LintRule(
        "iiq-template-sender",
        Severity.WARNING,
        "Some templates send as {domain}, others as {default}",
        "{which} a From of its own, which wins over the default. The server has to allow both, and SPF, DKIM and DMARC have to "
        "be right for both domains.",
        _template_senders,
        "SailPoint's help: a template's From wins",
        Certainty.KNOWN,
        ("take the From out of the template, or make sure that the sign-in may send as that address too",),
    ),
)
