"""What a file that is to take a change back holds beyond IdentityIQ's mail settings: an import would carry that out as well.

Must not know where the file is from. A rollback file of this program holds one object and nothing else.
"""

from wizard.identityiq.handover.merge import OBJECT
from wizard.identityiq.handover.scan import Node, Scanned
from wizard.identityiq.settings import INVENTED, Key
from wizard.values import shown

_MAIL_KEYS = frozenset(key.value for key in Key) | INVENTED.keys()


def foreign(scanned: Scanned) -> str:
    """Return what is foreign in a rollback file, as the rest of the sentence "it holds ..."; empty for one that is clean.

    A merge may name mail's own entries only. The whole object may hold whatever it held: it is said to replace everything.
    """
    doctype = scanned.doctype
    if doctype is not None and (doctype.inner or doctype.system != "sailpoint.dtd"):
        return "a document type of its own"
    root = scanned.root
    if root.tag != "sailpoint":
        return _named(root)
    for node in root.children:
        found = _in_action(node) if node.tag == "ImportAction" else _object(node)
        if found:
            return found
    return "more than one object" if len(root.children) > 1 else ""


def _in_action(action: Node) -> str:
    if action.attributes.get("name") != "merge":
        return _named(action)
    if len(action.children) > 1:
        return "more than one object"
    return next((_object(node) or _below(node) for node in action.children), "")


def _object(node: Node) -> str:
    right = node.tag == "Configuration" and node.attributes.get("name") == OBJECT
    return "" if right else _named(node)


def _below(configuration: Node) -> str:
    """Return what is foreign below a merged object: only Attributes, Map, and entries of mail with one value each."""
    for attributes in configuration.children:
        for inner in attributes.children:
            for entry in inner.children:
                if entry.tag != "entry" or entry.attributes.get("key") not in _MAIL_KEYS:
                    return _named(entry)
                if any(typed.children for value in entry.children for typed in value.children):
                    return f"a value of many parts in {_named(entry)}"
            if inner.tag != "Map":
                return _named(inner)
        if attributes.tag != "Attributes":
            return _named(attributes)
    return ""


def _named(node: Node) -> str:
    name = node.attributes.get("key" if node.tag == "entry" else "name", "")
    return f"<{shown(node.tag)}>" + (f" '{shown(name)}'" if name else "") + f" (line {node.line})"
