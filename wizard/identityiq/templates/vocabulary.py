"""Sample values for the arguments IdentityIQ's events are known to bring, by name and by declared type.

Must not know Velocity. Names are from public descriptions of the events; which fields an object has is expected, not certain:
a field nobody described is answered by a sample that says its own name.
"""

from collections.abc import Callable
from typing import Any

from wizard.identityiq.templates.names import KNOWN, LOOPS
from wizard.identityiq.templates.sample import Sample, Tools, made_up, moment

_PEOPLE = {
    "identity": ("Jane.Doe", "Jane", "Doe"),
    "requester": ("Alan.Stone", "Alan", "Stone"),
    "owner": ("Mary.Ray", "Mary", "Ray"),
    "recipient": ("Mary.Ray", "Mary", "Ray"),
    "manager": ("Mary.Ray", "Mary", "Ray"),
    "certifier": ("Mary.Ray", "Mary", "Ray"),
    "sender": ("Alan.Stone", "Alan", "Stone"),
    "launcher": ("Alan.Stone", "Alan", "Stone"),
    "approver": ("Mary.Ray", "Mary", "Ray"),
    "oldOwner": ("Peter.Hill", "Peter", "Hill"),
    "newOwner": ("Mary.Ray", "Mary", "Ray"),
    "user": ("Jane.Doe", "Jane", "Doe"),
}
_TEXTS = {
    "workItemName": "Access review: Mary Ray's team",
    "certificationName": "Access review: Mary Ray's team",
    "requesterName": "Alan Stone",
    "ownerName": "Mary Ray",
    "recipientName": "Mary Ray",
    "recipientEmail": "mary.ray@example.com",
    "identityName": "Jane.Doe",
    "identityDisplayName": "Jane Doe",
    "oldOwnerName": "Peter Hill",
    "newOwnerName": "Mary Ray",
    "senderName": "Alan Stone",
    "message": "A message to you",
    "comment": "Please look at this before Friday.",
    "comments": "Please look at this before Friday.",
    "taskName": "Refresh all identities",
    "reportName": "Open reviews",
    "policyName": "Payments and approval are kept apart",
    "applicationName": "Payroll",
    "roleName": "Accountant",
    "accountId": "jdoe",
    "status": "Success",
    "completionStatus": "Success",
}
_LISTS = {
    "items": ["Jane Doe: Payroll, Accountant", "Peter Hill: VPN, remote access"],
    "roles": ["Accountant", "Approver of payments"],
    "entitlements": ["Payroll: post payments", "Payroll: read salaries"],
    "comments": ["Please look at this before Friday."],
}
_TYPES: dict[str, Callable[[str, str], object]] = {
    "int": lambda name, today: 3,
    "integer": lambda name, today: 3,
    "long": lambda name, today: 3,
    "boolean": lambda name, today: True,
    "date": lambda name, today: moment(7, today),
    "identity": lambda name, today: person(name, ("Jane.Doe", "Jane", "Doe")),
    "workitem": lambda name, today: work_item(today),
    "certification": lambda name, today: certification(today),
    "list": lambda name, today: list(_LISTS.get(name, [f"[{name} 1]", f"[{name} 2]"])),
    "map": lambda name, today: {"key": f"[{name}.key]"},
    "object": lambda name, today: Sample(name),
}


def person(label: str, names: tuple[str, str, str]) -> Sample:
    """Return an identity with a name, a display name and an address of example.com."""
    login, first, last = names
    fields: dict[str, object] = {
        "name": login,
        "displayName": f"{first} {last}",
        "displayableName": f"{first} {last}",
        "firstname": first,
        "lastname": last,
        "fullName": f"{first} {last}",
        "email": f"{login.lower()}@example.com",
    }
    return Sample(label, login, fields)


def certification(today: str) -> Sample:
    """Return a certification that runs for two weeks."""
    fields = {
        "name": "Access review: Mary Ray's team",
        "shortName": "Access review",
        "certifiers": ["Mary.Ray"],
        "creator": "Alan.Stone",
        "created": moment(-7, today),
        "activated": moment(-7, today),
        "expiration": moment(7, today),
        "dueDate": moment(7, today),
        "signed": moment(0, today),
        "totalEntities": 12,
        "completedEntities": 12,
        "percentComplete": 100,
        "tags": ["quarterly"],
    }
    return Sample("certification", "", {**fields, "comments": _TEXTS["comments"]})


def work_item(today: str) -> Sample:
    """Return a work item that is due in a week."""
    fields = {
        "name": "0000000042",
        "description": "Access review: Mary Ray's team",
        "type": "Approval",
        "level": "Normal",
        "owner": person("workItem.owner", _PEOPLE["owner"]),
        "requester": person("workItem.requester", _PEOPLE["requester"]),
        "created": moment(-1, today),
        "expiration": moment(7, today),
        "completionComments": _TEXTS["comments"],
        "targetName": "Jane.Doe",
    }
    return Sample("workItem", "", fields)


def sample(name: str, kind: str, today: str, root: str) -> object:
    """Return a value for one argument: by its name where it is known, else by its type, else one that says its name."""
    bare = kind.strip().rpartition(".")[2].lower()
    if name in _PEOPLE and bare not in ("string", "boolean", "list", "map"):
        return person(name, _PEOPLE[name])
    if name in _PEOPLE and bare == "string":
        return " ".join(_PEOPLE[name][1:])
    known: dict[str, Callable[[], object]] = {
        "workItem": lambda: work_item(today),
        "certification": lambda: certification(today),
        "item": lambda: work_item(today),
        "url": lambda: f"{root.rstrip('/')}/workitem/workItem.jsf?id=sample",
        "spTools": lambda: Tools(root),
    }
    if name in known:
        return known[name]()
    if name in _TEXTS and bare in ("", "string", "object"):
        return _TEXTS[name]
    if bare in _TYPES:
        return _TYPES[bare](name, today)
    made = made_up(name, name)
    return made.text if isinstance(made, Sample) and bare == "string" else made


def values(job: dict[str, Any]) -> dict[str, object]:
    """Return the values of a job: its declared arguments, the known ones, and what was given by name (texts)."""
    today, root = job.get("today", ""), job.get("root", "")
    declared = {name: sample(name, kind, today, root) for name, kind in job.get("arguments", ())}
    known = {name: sample(name, "", today, root) for name in KNOWN - LOOPS}
    return {**known, **declared, **job.get("given", {})}
