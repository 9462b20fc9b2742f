"""Operators, ranges and maps as Velocity 1.7 reckons them, put over airspeed's, in the process that renders alone.

Must not know statements.
"""

from typing import Any

import airspeed

from wizard.identityiq.templates import ways


def _operated(self: Any, left: Any, right: Any) -> Any:
    match self.sign:
        case "&&" | "and":
            return ways.true(left) and ways.true(right)
        case "||" | "or":
            return ways.true(left) or ways.true(right)
        case "==" | "eq":
            return ways.equal(left, right)
        case "!=" | "ne":
            return not ways.equal(left, right)
        case "+" | "-" | "*" | "/" | "%":
            return ways.reckoned(self.sign, left, right)
        case _:
            return ways.compared(self.sign, left, right)


def _parse_operator(self: Any) -> None:
    (self.sign,) = self.identity_match(self.BINARY_OP)
    if self.sign not in self.PRECEDENCE:
        raise airspeed.NoMatch
    self.precedence = self.PRECEDENCE[self.sign]


def _range(self: Any, namespace: Any, loader: Any) -> list[int]:
    first, last = self.value1.calculate(namespace, loader), self.value2.calculate(namespace, loader)
    if not (isinstance(first, int) and isinstance(last, int)):
        return []
    if abs(last - first) > ways.LONGEST:
        raise ways.TooMuch("a range has more than a million numbers")
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def _dictionary(self: Any, namespace: Any, loader: Any) -> dict[Any, Any]:
    pairs = [(key.calculate(namespace, loader), one.calculate(namespace, loader)) for key, one in self.local_data.items()]
    return {key: one for key, one in pairs if key.__hash__ is not None}


def _negated(self: Any, namespace: Any, loader: Any) -> bool:
    return not ways.true(self.value.calculate(namespace, loader))


def install() -> None:
    """Put them over airspeed's classes."""
    airspeed.BinaryOperator.parse = _parse_operator
    airspeed.BinaryOperator.apply_to = _operated
    airspeed.UnaryOperatorValue.calculate = _negated
    airspeed.Range.calculate = _range
    airspeed.DictionaryLiteral.calculate = _dictionary
