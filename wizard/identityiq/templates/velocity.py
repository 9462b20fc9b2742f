"""Flaws of the Velocity in a template: what cannot be read, does not end, or would be printed as it stands.

Must not know how it is rendered: it judges the problems and uses that came of it.
"""

import re
from collections.abc import Iterator

from wizard.diagnosis.model import Severity
from wizard.identityiq.templates.flaw import TemplateFlaw, flaw
from wizard.identityiq.templates.mail import Problem, Rendered, Trouble, Use
from wizard.identityiq.templates.names import EVERYWHERE, KNOWN
from wizard.identityiq.templates.template import Template
from wizard.values import shown

_ROOT = re.compile(r"\$!?\{?([A-Za-z][\w-]*)")
_BODY_MACRO = re.compile(r"#@\{?[A-Za-z]")
_WHOLE = "No mail would come of this template"


def flaws(template: Template, rendered: Rendered) -> Iterator[TemplateFlaw]:
    """Return the flaws, each place once."""
    unknown = list(_unknown(template, rendered))
    yield from (_unknown_argument(template, use) for use in unknown)
    yield from _undeclared(template, rendered)
    names = {use.name for use in unknown}
    told: set[tuple[str, str, str]] = set()
    for problem in rendered.problems:
        root = _ROOT.match(problem.message)
        said_already = (root and root[1] in names) or _covered(problem, rendered)
        key = (problem.trouble, problem.part, problem.message)  # a loop meets the same place again and again
        if key in told or (problem.trouble is Trouble.UNRESOLVED and said_already):
            continue
        told.add(key)
        yield _flaw(template, problem)


def _covered(problem: Problem, rendered: Rendered) -> bool:
    """Return whether the same reference calls a method that is only not imitated here."""
    return any(
        one.trouble is Trouble.NOT_IMITATED and one.part is problem.part and one.message.removesuffix("()") in problem.message
        for one in rendered.problems
    )


def _names(template: Template, rendered: Rendered) -> frozenset[str]:
    return frozenset(one.name for one in template.arguments) | rendered.assigned | EVERYWHERE


def _unknown(template: Template, rendered: Rendered) -> Iterator[Use]:
    """Return the first use of each name that is neither declared, nor set, nor known from IdentityIQ's events."""
    met = set(_names(template, rendered) | KNOWN)
    for use in rendered.uses:
        if use.name not in met:
            met.add(use.name)
            yield use


def _unknown_argument(template: Template, use: Use) -> TemplateFlaw:
    outcome = "nothing would stand in its place" if use.quiet else f"people would read '{shown(use.text)}' as it stands here"
    declared = "is not in the template's Signature" if template.signed else "is no argument known of IdentityIQ's events"
    words = (
        f"${use.name} is not known",
        f"The name {declared}, and nothing in the template sets it. If IdentityIQ does not bring it, {outcome}.",
    )
    otherwise = "" if use.quiet else f", or write $!{use.name} to print nothing"
    near = _near(use.name, template)
    advice = (f"Perhaps you mean ${near}.",) if near else ()
    return flaw(
        template,
        "unknown-argument",
        Severity.WARNING,
        words,
        (*advice, f"If the event does bring it, add it to the Signature; else take it out{otherwise}."),
        part=use.part,
        place=(use.line, use.column),
        seen=use.text,
    )


def _near(name: str, template: Template) -> str:
    from difflib import get_close_matches

    known = {one.name for one in template.arguments} | KNOWN
    if "-" in name and name.split("-")[0] in known:  # $user-id is one name in Velocity 1.x
        return f"{{{name.split('-')[0]}}}{name[len(name.split('-')[0]) :]}"
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.75)), "")


def _undeclared(template: Template, rendered: Rendered) -> Iterator[TemplateFlaw]:
    """Return one flaw for all names that are known from events but not in the Signature."""
    if not template.signed:
        return
    declared = _names(template, rendered)
    missing = [use for use in rendered.uses if use.name in KNOWN and use.name not in declared]
    if missing:
        names = ", ".join(f"${name}" for name in dict.fromkeys(use.name for use in missing))
        words = (
            f"Used but not in the Signature: {names}",
            "The Signature is expected to be a description only, so this works where the event brings the value.",
        )
        advice = ("Add it to the Signature, so that the next reader knows what there is.",)
        first = missing[0]
        yield flaw(
            template,
            "undeclared",
            Severity.INFO,
            words,
            advice,
            part=first.part,
            place=(first.line, first.column),
            seen=first.text,
        )


def _flaw(template: Template, problem: Problem) -> TemplateFlaw:
    if problem.trouble is Trouble.SYNTAX and _BODY_MACRO.search(template.part(problem.part)):
        return _body_macro(template, problem)
    name, severity, words, advice = _said(problem)
    place = (problem.line, problem.column)
    seen = problem.got.split("\n")[0] if problem.trouble is Trouble.SYNTAX else problem.message
    return flaw(template, name, severity, words, advice, part=problem.part, place=place, seen=seen)


def _body_macro(template: Template, problem: Problem) -> TemplateFlaw:
    words = (
        "A macro with a body (#@name) cannot be shown here",
        "Velocity 1.7 knows such macros, the preview does not: whether the template is right cannot be told.",
    )
    advice = ("Judge it by a mail from IdentityIQ itself.",)
    place = (problem.line, problem.column)
    return flaw(template, "not-imitated", Severity.INFO, words, advice, part=problem.part, place=place)


def _said(problem: Problem) -> tuple[str, Severity, tuple[str, str], tuple[str, ...]]:
    message = shown(problem.message)
    match problem.trouble:
        case Trouble.SYNTAX:
            return "syntax", Severity.ERROR, *_syntax(problem)
        case Trouble.EVALUATION:
            words = ("Velocity would stop here", f"{_WHOLE}: {problem.message}.")
            return "evaluation", Severity.ERROR, words, ("Guard it with an #if, or take it out.",)
        case Trouble.TOO_MUCH:
            words = ("The template does not come to a good end", f"{_WHOLE}, or a huge one: {problem.message}.")
            return "endless", Severity.ERROR, words, ("Look at its loops, and at macros that call themselves.",)
        case Trouble.NOT_SET:
            bare = "Behind #set( the name stands bare; with braces or as a quiet reference nothing is set."
            words = (f"#set does not change {message}", bare)
            return "set-nothing", Severity.WARNING, words, (f"Write #set({message} = ...).",)
        case Trouble.NOT_IMITATED:
            words = (
                f"{message} is not imitated here",
                "The preview knows the usual methods of Java's texts, lists, maps and numbers. IdentityIQ may know this one too.",
            )
            return "not-imitated", Severity.INFO, words, ("Judge this place by a mail from IdentityIQ itself.",)
        case Trouble.UNRESOLVED:
            words = (
                f"'{message}' would be printed as it stands",
                "It has no value with the samples, and Velocity prints a reference without a value unchanged.",
            )
            quiet = message.replace("$", "$!", 1)
            return "unresolved", Severity.WARNING, words, (f"Write {quiet} to print nothing instead, or guard it with an #if.",)


def _syntax(problem: Problem) -> tuple[tuple[str, str], tuple[str, ...]]:
    got = problem.got.lstrip()
    if got.startswith(("#end", "#{end", "#else", "#{else")):
        word = "#end" if "end" in got[:5] else "#else"
        words = (f"{word} stands here without its beginning", f"{_WHOLE}: there is no open #if, #foreach or #macro before it.")
        return words, ("Count the #if, #foreach and #macro before it. Directives are written in small letters: #if, not #IF.",)
    unclosed = not got and problem.message in ("#else, #elseif or #end", "#end", "block")
    if unclosed and problem.within in _DIRECTIVES:
        begun = f"The {_DIRECTIVES[problem.within]} of line {problem.opened} is not closed"
        return (begun, f"{_WHOLE}: its #end is missing."), ("Add #end where it is to stop.",)
    if got.startswith("null"):
        words = ("Velocity 1.x has no null", f"{_WHOLE} where IdentityIQ brings Velocity 1.x, which is expected.")
        return words, ("To ask whether there is a value write #if($name), whether there is none #if(!$name).",)
    there = f"'{shown(got.splitlines()[0])}' stands there" if got else "the text ends"
    return ("Velocity cannot read this", f"{_WHOLE}: expected {problem.message or 'something else'}, but {there}."), _ADVICE


_ADVICE = ("Compare the place with Velocity's user guide: parentheses, quotation marks, and $ before each name.",)
_DIRECTIVES = {
    "if directive": "#if",
    "foreach directive": "#foreach",
    "macro definition": "#macro",
    "define definition": "#define",
}
