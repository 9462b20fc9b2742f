"""A profile as the entries IdentityIQ's configuration is to hold. Must not know XML, files or consoles.

Only entries that are known from SailPoint's help and real configurations; what HTTP/OAuth keeps and where is not known.
"""

from typing import assert_never

from wizard import __version__
from wizard.identityiq.settings import Encryption, Entry, Form, Key
from wizard.iiqside import Environment, IdentityIQ, NotificationType
from wizard.profile import Profile
from wizard.values import to_ascii

TYPE_BY_HAND = (
    "HTTP/OAuth cannot be handed over as a file: under which entries IdentityIQ keeps its fields is not known, and this program "
    "invents none. Type the values on the screen: smtp-wizard iiq card shows them."
)


class ByHandError(ValueError):
    """Nothing of this profile can be written into a file. Its text is the user's sentence."""


def side_of(profile: Profile) -> IdentityIQ:
    """Return IdentityIQ's side of a profile; plain SMTP where it says nothing."""
    return profile.identityiq or IdentityIQ()


def wanted(profile: Profile, *, with_password: bool = False) -> tuple[Entry, ...]:
    """Return the entries for a profile, in the page's order; what the profile leaves open is left as it is over there.

    ``with_password`` adds the entry of the password, without its value, where the profile signs in. Raises ByHandError for
    HTTP/OAuth.
    """
    side = side_of(profile)
    match side.type:
        case NotificationType.SMTP:
            special = _smtp(profile, with_password)
        case NotificationType.REDIRECT_TO_EMAIL:
            special = (_text(Key.REDIRECT_ADDRESS, side.redirect_address), *_smtp(profile, with_password))
        case NotificationType.REDIRECT_TO_FILE:
            special = (_text(Key.REDIRECT_FILE, side.redirect_file),)
        case NotificationType.HTTP:
            raise ByHandError(TYPE_BY_HAND)
        case _:
            assert_never(side.type)
    entries = (_text(Key.TYPE, side.type.value), *special, _text(Key.FROM, profile.sender), *_either_way(side))
    return tuple(entry for entry in entries if entry.value or entry.key == Key.PASSWORD)


def _smtp(profile: Profile, with_password: bool) -> tuple[Entry, ...]:
    login = profile.login
    return (
        Entry.of_encryption(Encryption.of(profile.endpoint.security)),
        _text(Key.HOST, to_ascii(profile.endpoint.host)),  # Java asks DNS for the name as it is written
        _text(Key.PORT, str(profile.endpoint.port)),
        _text(Key.USERNAME, login.username if login else ""),
        *((Entry(Key.PASSWORD.value),) if login and with_password else ()),
    )


def _either_way(side: IdentityIQ) -> tuple[Entry, ...]:
    duplicates = side.suppress_duplicates
    said = "" if duplicates is None else str(duplicates).lower()
    return (Entry(Key.SUPPRESS_DUPLICATES.value, said, Form.ELEMENT, "Boolean"), _text(Key.SERVER_ROOT, side.server_root))


def _text(key: Key, value: str) -> Entry:
    return Entry(key.value, value)


def proposes_redirect(profile: Profile) -> str:
    """Return the sentence that proposes a redirect where the environment is not production; empty where none is due."""
    side = side_of(profile)
    if side.environment is not Environment.NON_PRODUCTION or side.type.redirects:
        return ""
    return (
        f"The profile '{profile.name}' is for an IdentityIQ that is not production, and with these settings it writes to real "
        "people. Redirect its mail to one address first, and take the redirect out once you have seen it."
    )


def by_hand(profile: Profile, stands: int | None = None) -> tuple[str, ...]:
    """Return what the profile asks for and a merge of SystemConfiguration cannot bring, as sentences.

    ``stands`` is the number of retries IdentityIQ has, None where it was not read: what is so already need not be typed.
    """
    retries = side_of(profile).retries
    if retries is None or retries == stands:
        return ()
    return (
        f"Maximum Email Retries ({retries}) is not in this file: IdentityIQ keeps it elsewhere (retryMax of RequestDefinition "
        "'Email Request'). Type it on the screen.",
    )


def comment_for(profile: Profile) -> str:
    """Return the comment that says where a file comes from."""
    return f"Mail settings of the profile {profile.name or profile.endpoint.host}, written by SMTP Wizard {__version__}"
