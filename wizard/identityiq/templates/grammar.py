"""Where Velocity 1.7's grammar differs from airspeed's: put over airspeed's parser, in the process that renders alone.

Must not know values. Each difference was measured against Velocity 1.7 itself (tests/iiq/test_velocity.py).
"""

import re
from collections.abc import Callable
from typing import Any

import airspeed

from wizard.identityiq.templates.elements import (
    EVALUATED,
    IDENTIFIER,
    IGNORE,
    LINE_END,
    WHOLE,
    BreakDirective,
    Escape,
    Hashes,
    Literal,
    Place,
    Places,
    Swallowed,
    directive,
)


def strict(parse: Callable[[Any], None], expected: str) -> Callable[[Any], None]:
    """Return a directive's parsing that reports what is wrong behind its word instead of taking the word for text."""

    def parsed(self: Any) -> None:
        try:
            parse(self)
        except airspeed.NoMatch:
            if self.end > self.start:
                raise self.syntax_error(expected) from None
            raise

    return parsed


def parse_set(self: Any) -> None:
    """Parse #set."""
    self.identity_match(self.START)
    self.place = self.require_next_element(Places, "a reference such as $name")
    self.require_match(self.EQUALS, "=")
    self.value = self.require_next_element(airspeed.Expression, "a value")
    self.require_match(self.END, "a closing parenthesis")


def parse_value(self: Any) -> None:
    """Parse a value. There is no null in Velocity 1.7: ``#if($x == null)`` is an error there."""
    self.expression = self.next_element(
        (
            airspeed.FormalReference,
            airspeed.FloatingPointLiteral,
            airspeed.IntegerLiteral,
            airspeed.StringLiteral,
            airspeed.InterpolatedStringLiteral,
            airspeed.ArrayLiteral,
            airspeed.DictionaryLiteral,
            airspeed.ParenthesizedExpression,
            airspeed.UnaryOperatorValue,
            airspeed.BooleanLiteral,
        )
    )


def closed(parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a parsing that refuses a ``$`` or ``#`` as the very last sign, as Velocity 1.7 does."""

    def parsed(self: Any) -> None:
        parse(self)
        if not getattr(self, "expression", None) and not self.next_text() and self.filename == WHOLE:
            raise self.syntax_error("something after the last sign, a blank or a line break")

    return parsed


def parse_interpolated(self: Any) -> None:
    """Parse a string in double quotation marks, remembering where it stands."""
    (found,) = self.identity_match(self.STRING)
    self.value = found.replace('""', '"')
    self.block = airspeed.Block(Place.inside(self.filename, self.start), self.value, 0)
    if self.block.next_text():
        raise self.syntax_error("a string without an open directive")


def parse_literal(self: Any) -> None:
    """Parse a string in single quotation marks, which is left as it is."""
    (found,) = self.identity_match(self.STRING)
    self.value = found.replace("''", "'")


def parse_call(self: Any) -> None:
    """Parse a macro call; without parentheses it may be one, or text such as a colour."""
    (self.written_name,) = self.identity_match(self.START)
    self.macro_name = self.written_name
    self.args = []
    self.bare = True
    head = self.macro_name.partition("-")[0]
    if self.macro_name in RESERVED or head in ("end", "else", "stop", "break"):
        raise airspeed.NoMatch
    if not self.optional_match(self.OPEN_PAREN):
        return
    self.bare = False
    while True:
        try:
            self.args.append(self.next_element(airspeed.Value))
        except airspeed.NoMatch:
            break
        if not self.optional_match(self.SPACE_OR_COMMA):
            break
    self.require_match(self.CLOSE_PAREN, "a value or )")


RESERVED = (*airspeed.MacroDefinition.RESERVED_NAMES, "break", "evaluate")
_IN_BLOCK = (
    airspeed.Text,
    airspeed.FormalReference,
    airspeed.Comment,
    airspeed.IfDirective,
    airspeed.ForeachDirective,
    airspeed.IncludeDirective,
    airspeed.ParseDirective,
    airspeed.MacroDefinition,
    airspeed.DefineDefinition,
    airspeed.StopDirective,
    airspeed.EvaluateDirective,
    airspeed.MacroCall,
    airspeed.FallthroughHashText,
)


def parse_block(self: Any) -> None:
    """Parse what stands between two directives."""
    self.children = []
    kinds = (airspeed.SetDirective, Swallowed, Escape, Literal, BreakDirective, *_IN_BLOCK)
    while True:
        last = self.children[-1] if self.children else None
        behind = isinstance(last, airspeed.FormalReference) and Hashes.BEHIND.fullmatch(last.my_text())
        try:
            self.children.append(self.next_element((Hashes, *kinds) if behind else kinds))
        except airspeed.NoMatch:
            break


def parse_name(self: Any) -> None:
    """Parse one name of a reference. Only what follows a dot is called: ``$name(s)`` is the name and a text."""
    (self.name,) = self.identity_match(self.NAME)
    calls = self.full_text()[self.start - 1 : self.start] == "."
    for field, kind in (("parameters", airspeed.ParameterList), ("index", airspeed.ArrayIndex)):
        if field == "parameters" and not calls:
            continue
        try:
            setattr(self, field, self.next_element(kind))
        except airspeed.NoMatch:
            continue
        return


def install() -> None:
    """Put the differences over airspeed's classes."""
    _words()
    airspeed.Block.parse = parse_block
    airspeed.NameOrCall.parse = parse_name
    airspeed.Value.parse = parse_value
    airspeed.StringLiteral.parse = parse_literal
    airspeed.InterpolatedStringLiteral.parse = parse_interpolated
    airspeed.MacroCall.parse = parse_call
    airspeed.SetDirective.parse = parse_set
    airspeed.FormalReference.parse = closed(airspeed.FormalReference.parse)
    airspeed.FallthroughHashText.parse = closed(airspeed.FallthroughHashText.parse)
    needs = {
        "IfDirective": "a condition in parentheses",
        "ElseifBlock": "a condition in parentheses",
        "ForeachDirective": "($name in $list)",
        "MacroDefinition": "(name $argument ...)",
        "DefineDefinition": "($name)",
        "ParameterList": "a value or )",
        "Condition": "a condition",
        "ArrayLiteral": "a value or ]",
        "DictionaryLiteral": "a key, a colon and a value",
    }
    for name, expected in needs.items():
        kind = getattr(airspeed, name)
        kind.parse = strict(kind.parse, expected)


def _words() -> None:
    name = re.compile(rf"({IDENTIFIER})", IGNORE)
    plain = rf"(?:[^\\$#]|\\(?!\\*(?:{EVALUATED})))+"
    lone = r"\$(?!!(?!\{)|!?\{?[a-z])(?!\Z)"
    airspeed.Text.PLAIN = re.compile(f"({plain}|{lone})", re.S | IGNORE)
    airspeed.Text.ESCAPED_CHAR = re.compile(r"(?!)")
    airspeed.FallthroughHashText.PLAIN = re.compile(
        r"(#(?!(?:end|else|elseif|if|set|foreach|macro)\b|\{(?:end|else|elseif|if|foreach)\}))"
    )
    airspeed.NameOrCall.NAME = name
    airspeed.InterpolatedStringLiteral.STRING = re.compile(r'"((?:[^"]|"")*)"')  # doubled, not protected by a backslash
    airspeed.StringLiteral.STRING = re.compile(r"'((?:[^']|'')*)'")
    airspeed.BooleanLiteral.BOOLEAN = re.compile(r"(true|false)\b")
    airspeed.Comment.COMMENT = re.compile(r"#(?:#[^\n]*(?:\n|\Z)|\*.*?(?:\*#|\Z))", re.S)
    airspeed.IfDirective.START = directive("if", r"\s*")
    airspeed.ElseifBlock.START = directive("elseif", r"\s*")
    airspeed.ElseBlock.START = directive("else", LINE_END)
    airspeed.End.END = directive("end")
    # Blanks before #set are taken away behind a reference or a directive, and stay behind other text.
    airspeed.SetDirective.START = re.compile(r"[ \t]*#(?:set\b|\{set\})\s*\(")
    airspeed.ForeachDirective.START = directive("foreach")
    airspeed.ForeachDirective.LOOP_VAR_NAME = re.compile(rf"\$\{{?({IDENTIFIER})\}}?", IGNORE)
    airspeed.ForeachDirective.CLOSE_PAREN = re.compile(rf"\s*\){LINE_END}")
    airspeed.MacroDefinition.START = directive("macro")
    airspeed.MacroDefinition.NAME = re.compile(rf"\s*({IDENTIFIER})", IGNORE)
    airspeed.DefineDefinition.START = directive("define")
    airspeed._FunctionDefinition.ARG_NAME = re.compile(rf"[,\s]+\$({IDENTIFIER})", IGNORE)
    airspeed.StopDirective.STOP = directive("stop", r"(?:\(\))?")
    airspeed.MacroCall.START = re.compile(rf"#({IDENTIFIER})", IGNORE)
    airspeed.MacroCall.CLOSE_PAREN = re.compile(rf"\s*\){LINE_END}")
