"""What the console's output says about success, because its exit code says nothing. Knows text only, and can be used alone.

The signs are those that others measured with IdentityIQ 8.5: a failed import prints a Java stack trace to standard output and the
console ends with 0 all the same.
"""

from __future__ import annotations

import re

from wizard.identityiq.console.words import ended, quotable

_LOOKED_AT = 4096  # characters of a line that are looked at: an error says so at its beginning

# A package and a class that ends in Exception or Error. "ExceptionHandler" and "Unable to find localized message" are no failure.
_CLASS = re.compile(r"\b(?:[a-z_][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error)\b")
_FAILED = re.compile(r"^(?:Error:|Caused by:|\s+at sailpoint\.)")
_CAUSE = re.compile(r"^Caused by:\s*(.+)")
# Answers without a stack trace: the first two are measured, the third is expected.
_REFUSED = re.compile(r"^(?:>\s*)?(Unknown object\b.*|Ambiguous objects?\b.*|Unknown command\b.*)")
_UNREADABLE = re.compile(r"[\x00-\x06\x0e-\x1a]")
_XML_HEAD = re.compile(r"^\s*(?:<\?xml\b|<!DOCTYPE\b|<[A-Za-z])")
_READS = ("get", "list", "search")


def judge(command: str, output: str) -> str:
    """Return what went wrong with a command as a sentence, or nothing. ``output`` is what the console printed for it.

    What looks like an object's XML in the answer of a reading command is not judged: a rule or a template may well speak of
    exceptions.
    """
    if _UNREADABLE.search(output):
        return "The console answered with bytes that are no text."
    reads = command.split(None, 1)[:1] in ([word] for word in _READS)
    lines = [line[:_LOOKED_AT] for line in (_outside_xml(output) if reads else output.splitlines())]
    refused = next((match for line in lines if (match := _REFUSED.match(line))), None)
    if refused:
        return ended(f"The console answered: {quotable(refused[1])}")
    first = next((line for line in lines if _FAILED.match(line) or _CLASS.search(line)), "")
    if not first:
        return ""
    causes = [match[1] for line in lines if (match := _CAUSE.match(line))]
    words = ended(f"The console answered with an error: {quotable(first)}")
    return ended(f"{words} The cause it names: {quotable(causes[-1])}") if causes and causes[-1].strip() not in first else words


def _outside_xml(output: str) -> list[str]:
    """Return the lines before the first tag and after the last one."""
    lines = output.splitlines()
    tags = [number for number, line in enumerate(lines) if _XML_HEAD.match(line)]
    if not tags:
        return lines
    last = max(number for number, line in enumerate(lines) if line.rstrip().endswith(">")) if ">" in output else tags[-1]
    return lines[: tags[0]] + lines[max(last, tags[0]) + 1 :]
