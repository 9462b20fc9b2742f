"""Everything that can be wrong with a merge file as a file, each with its cure. Words only; finds nothing itself."""

from wizard.diagnosis.model import Evidence, Finding, Remedy, Severity
from wizard.identityiq.lint import Flaw
from wizard.identityiq.settings import SECRET_KEYS

_TITLES: dict[str, tuple[Severity, str, str, str]] = {
    "iiq-file-not-xml": (
        Severity.ERROR,
        "The file is not well-formed XML",
        "IdentityIQ cannot read it: {why}. An import is expected to stop there and to change nothing.",
        "{cure}",
    ),
    "iiq-file-comment": (
        Severity.ERROR,
        "A comment holds two hyphens in a row",
        "XML does not allow -- inside a comment, and a strict reader refuses the whole file because of it.",
        "Take one of the two hyphens out, or the comment.",
    ),
    "iiq-file-doctype": (
        Severity.WARNING,
        "The document type is not the one IdentityIQ's files have",
        "IdentityIQ's own files begin with a DOCTYPE for sailpoint.dtd; here there is {what}. Whether an import takes that is "
        "not known.",
        '<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd"> is the line to have above <sailpoint>.',
    ),
    "iiq-file-encoding": (
        Severity.WARNING,
        "The file says that it is not in UTF-8",
        "Its first line names the encoding {what}. Letters beyond ASCII may arrive wrong.",
        "Save the file as UTF-8 and have its first line say so: <?xml version='1.0' encoding='UTF-8'?>",
    ),
    "iiq-file-no-import-action": (
        Severity.ERROR,
        "Nothing says that this is a merge: the import replaces the whole object",
        'Without <ImportAction name="merge"> around it, what stands here takes the place of the whole object {what}, and every '
        "other setting of it is lost.",
        'Put <ImportAction name="merge"> before <Configuration> and </ImportAction> behind </Configuration>.',
    ),
    "iiq-file-action": (
        Severity.ERROR,
        "The ImportAction is not a merge",
        "Its name is {what}. Only merge, in small letters, is known to change single entries and leave the others alone.",
        'Write <ImportAction name="merge">.',
    ),
    "iiq-file-root": (
        Severity.ERROR,
        "The outermost element is not <sailpoint>",
        "It is <{what}>. An ImportAction is expected to be understood inside <sailpoint> only.",
        "Put <sailpoint> around everything, below the DOCTYPE.",
    ),
    "iiq-file-object-name": (
        Severity.ERROR,
        "The mail settings stand in the wrong object",
        "IdentityIQ keeps them in the Configuration named SystemConfiguration; this file writes them into {what}, where they are "
        "expected to do nothing.",
        '<Configuration name="SystemConfiguration"> is the name to write, in exactly these letters.',
    ),
    "iiq-file-nothing": (
        Severity.ERROR,
        "The file changes nothing",
        "It holds no entry of a Configuration: {what}.",
        'The entries belong into <Configuration name="SystemConfiguration"><Attributes><Map>.',
    ),
    "iiq-file-misplaced-entry": (
        Severity.ERROR,
        "An entry is not where entries belong",
        "The entry {what} does not stand in <Attributes><Map> of the Configuration, and is expected to be refused or "
        "passed over.",
        "Move it into <Configuration><Attributes><Map>.",
    ),
    "iiq-file-entry-without-key": (
        Severity.ERROR,
        "An entry has no key",
        "Nothing says which setting it is for.",
        'Write <entry key="..." value="..."/>.',
    ),
    "iiq-file-value-outside": (
        Severity.ERROR,
        "A value stands where IdentityIQ does not look for it",
        "The entry {what} has text between its tags. A value belongs into the attribute value, or into a typed "
        "element inside <value>.",
        '<entry key="{what}" value="..."/> is the form for text.',
    ),
    "iiq-file-doubled-key": (
        Severity.WARNING,
        "An entry stands twice",
        "{what} has two values in this file. Which of them wins is not known.",
        "Keep the one you mean.",
    ),
    "iiq-file-empty-entry": (
        Severity.WARNING,
        "An entry is written without a value",
        "{what} is empty. Whether an empty entry clears the old value on merge is unknown, so do not count on either.",
        "Leave the entry out; to clear the old value, empty the field on IdentityIQ's screen.",
    ),
    "iiq-file-placeholder": (
        Severity.INFO,
        "A placeholder waits for your build",
        "{what} is not filled in yet. Imported as it is, IdentityIQ would take the placeholder for the value.",
        "Let the build replace it before the import.",
    ),
}


def flaw(ident: str, line: int, column: int, *, key: str = "", what: str = "", why: str = "", cure: str = "") -> Flaw:
    """Return one flaw with its words filled in. ``what`` and ``why`` go into sentences and hold no secret."""
    severity, title, meaning, advice = _TITLES[ident]
    shown = {"what": what or key, "why": why, "cure": cure}
    remedies = (Remedy(advice.format(**shown)),) if advice != "{cure}" or cure else ()
    evidence = Evidence(text="" if key in SECRET_KEYS else what)
    return Flaw(Finding(ident, severity, None, title, meaning.format(**shown), evidence, remedies=remedies), key, line, column)
