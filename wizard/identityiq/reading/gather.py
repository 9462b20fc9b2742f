"""Objects of IdentityIQ become its mail settings. Must not know parsers or files.

What each entry is called is from SailPoint's public help and white paper; where waiting mail is kept inside a Request is
inference, and so the number of it is "expected".
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from wizard.identityiq.reading.element import Element
from wizard.identityiq.settings import INVENTED, SECRET_KEYS, Entry, Form, Key, PasswordForm, Settings, TemplateSender
from wizard.profile import Password

WANTED = ("Configuration", "RequestDefinition", "EmailTemplate", "Request")
BARE = ("Request",)  # thousands may wait, with whole messages in them: their text is not needed
SYSTEM = "SystemConfiguration"
MAIL_REQUEST = "Email Request"  # the stock RequestDefinition; emailRequestDefinition may name another
_KEYS = frozenset((*Key, *INVENTED))
_MOST_NAMES = 1000  # of RequestDefinitions
_MOST_SENDERS = 10_000


class _Retry(NamedTuple):
    most: int | None
    interval: int | None


def only(tag: str, attributes: dict[str, str]) -> bool:
    """Return whether an element is worth building: of all Configurations the one that holds the mail settings alone."""
    return tag != "Configuration" or attributes.get("name", SYSTEM).strip() == SYSTEM


def sender_of(template: Element) -> TemplateSender | None:
    """Return the From that an EmailTemplate has of its own; None without one."""
    own = template.find("From")
    sender = (own.text if own else "").strip() or template.attributes.get("from", "").strip()
    return TemplateSender(template.attributes.get("name", ""), sender, own.line if own else template.line) if sender else None


class Gathering:
    """What the objects of one source said so far; ``take`` them in their order, then ask for ``settings`` and ``queue``."""

    def __init__(self, source: str, *, templates: bool = False) -> None:
        self.templates: list[Element] = []
        self.objects: dict[str, int] = {}
        self._keep_templates = templates
        self._settings = Settings(source, merged=True)
        self._seen = False
        self._senders: dict[str, TemplateSender] = {}
        self._retries: dict[str, _Retry] = {}
        self._waiting: dict[str, int] = {}

    def count(self, tag: str, number: int) -> None:
        """Note how many objects of a class there are."""
        self.objects[tag] = self.objects.get(tag, 0) + number

    def take(self, element: Element) -> None:
        """Learn from one object."""
        match element.tag:
            case "Configuration" | "Attributes" | "Map" | "entry":
                self._configuration(element)
            case "RequestDefinition":
                self._definition(element)
            case "EmailTemplate":
                self._template(element)
            case "Request":
                self._request(element)

    def settings(self) -> Settings | None:
        """Return what was said about mail; None where nothing was."""
        retry = self._retries.get(self._definition_name())
        if not self._seen and retry is None:
            return None
        settings = self._settings._replace(senders=tuple(self._senders.values()))
        return settings._replace(retry_max=retry.most, retry_interval=retry.interval) if retry else settings

    def queue(self) -> int | None:
        """Return how many mails are expected to wait; None where the source holds no Requests at all."""
        return self._waiting.get(self._definition_name(), 0) if "Request" in self.objects else None

    def _definition_name(self) -> str:
        return self._settings.value(Key.REQUEST_DEFINITION).strip() or MAIL_REQUEST

    def _configuration(self, element: Element) -> None:
        """A later object changes an earlier one the way an import would: a merge by its keys, another one as a whole."""
        self._seen = True
        partial = element.merged or element.tag != "Configuration"
        entries, password = _entries(element)
        keys = {entry.key for entry in entries}
        before = self._settings
        if not partial:
            before = Settings(before.source)
        if Key.PASSWORD in keys or not partial:
            before = before._replace(password=password, password_form=_form_of(password))
        kept = tuple(entry for entry in before.entries if entry.key not in keys)
        self._settings = before._replace(entries=kept + entries, merged=before.merged and partial)

    def _definition(self, element: Element) -> None:
        name = element.attributes.get("name", "").strip()
        if not name or len(self._retries) >= _MOST_NAMES:
            return
        said = {entry.attributes.get("key", ""): _value_of(entry)[1] for entry in _map_entries(element)}
        most, interval = (element.attributes.get(key, said.get(key, "")) for key in ("retryMax", "retryInterval"))
        self._retries[name] = _Retry(_number(most), _number(interval))

    def _template(self, element: Element) -> None:
        if self._keep_templates:
            self.templates.append(element)
        found = sender_of(element)
        if found and len(self._senders) < _MOST_SENDERS:
            self._senders[found.template] = found
        else:
            self._senders.pop(element.attributes.get("name", ""), None)

    def _request(self, element: Element) -> None:
        if element.attributes.get("completed", "").strip():
            return
        names = (
            one.attributes.get("name", "").strip()
            for one in element.walk()
            if one.tag == "Reference" and one.attributes.get("class", "").endswith("RequestDefinition")
        )
        name = next(names, "")
        if name and (name in self._waiting or len(self._waiting) < _MOST_NAMES):
            self._waiting[name] = self._waiting.get(name, 0) + 1


def _map_entries(element: Element) -> Iterable[Element]:
    """Return the entries at the top of an object's map, and not those inside their values."""
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if one.tag == "entry":
            yield one
        else:
            waiting.extend(reversed(one.children))


def _entries(element: Element) -> tuple[tuple[Entry, ...], Password | None]:
    entries: list[Entry] = []
    password: Password | None = None
    for one in _map_entries(element):
        key = one.attributes.get("key", "")
        if key not in _KEYS:
            continue
        form, value, kind = _value_of(one)
        if key == Key.PASSWORD:
            password = Password(value) if value else None
        shown = "" if key in SECRET_KEYS else value
        entries.append(Entry(key, shown, form, kind, one.line, one.column))
    return tuple(entries), password


def _value_of(entry: Element) -> tuple[Form, str, str]:
    """Return how a value is written, the value as it stands, and its element's name; a Boolean without text is false."""
    if "value" in entry.attributes:
        return Form.ATTRIBUTE, entry.attributes["value"], ""
    holder = entry.find("value") or entry
    typed = next(iter(holder.children), None)
    if typed is not None:
        text = typed.text if typed.tag == "String" else typed.text.strip()
        return Form.ELEMENT, text or ("false" if typed.tag == "Boolean" else ""), typed.tag
    text = holder.text.strip()
    return (Form.ELEMENT, text, "") if text else (Form.ABSENT, "", "")


def _form_of(password: Password | None) -> PasswordForm:
    if not password:
        return PasswordForm.ABSENT
    found = re.match(r"(\d+):", password.reveal())
    if found is None:
        return PasswordForm.CLEAR
    return PasswordForm.SHARED_KEY if found[1] == "1" else PasswordForm.SITE_KEY


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*[0-9]{1,9}\s*", text) else None
