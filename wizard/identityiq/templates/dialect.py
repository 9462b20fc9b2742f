"""How Velocity 1.7 evaluates, put over airspeed, in the process that renders alone. Bounded: every step and letter is counted.

airspeed itself would hand a template any attribute of any Python object, ``__class__`` included; here every look at a value goes
through ways.py, which knows tables of names and nothing else.
"""

from contextlib import suppress
from typing import Any

import airspeed

from wizard.identityiq.templates import counting, elements, grammar, methods, operators, ways

MOST_MACROS = 20  # calls inside each other; Velocity 1.7's own limit
_MACRO = "#"  # stands before a macro's name in the namespace
_TEXT = "\0"  # ... and this before an argument's text as it was written in the call


def _name_or_call(self: Any, current: Any, loader: Any, top: Any) -> Any:
    """Look one name up: in the namespace, or at a value through the tables of ways.py."""
    counting.now().step()
    if isinstance(current, airspeed.LocalNamespace):
        value = _variable(current, self.name)
        if isinstance(value, airspeed._FunctionDefinition):
            stream = airspeed.StoppableStream()
            _called(value, stream, top, [], [], loader)
            return stream.getvalue()
        found = value if self.parameters is None else None
    elif current is None:
        return None
    elif self.parameters is not None:
        found = methods.call(current, self.name, self.parameters.calculate(top, loader))
        if found is None and not methods.knows(current, self.name):
            counting.now().not_imitated.append((self, f"{self.name}()"))
    else:
        found = ways.read_field(current, self.name)
    if self.index is not None and found is not None:
        found = ways.read_index(found, self.index.calculate(top, loader))
    return found


def _variable(namespace: Any, name: str) -> Any:
    with suppress(KeyError):
        return namespace[name]
    return None


def _sub_expression(self: Any, current: Any, loader: Any, top: Any) -> Any:
    if current is None:
        return None
    if not isinstance(self.expression, airspeed.ArrayIndex):
        return self.expression.calculate(current, loader, top)
    found = ways.read_index(current, self.expression.calculate(top, loader))
    return self.subexpression.calculate(found, loader, top) if self.subexpression and found is not None else found


def _reference(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    if self.expression is None and self.my_text() == "$!":  # "US$! and more" loses its exclamation mark in Velocity too
        stream.write("$!" if self.next_text()[:1] in ("$", "#") else "$")
        return
    value = self.expression.calculate(namespace, loader) if self.expression is not None else None
    if value is not None:
        stream.write(ways.written(value))
    elif not self.silent or self.expression is None:
        text = _variable(namespace, _TEXT + self.my_text().strip("${}")) or self.my_text()
        if self.expression is not None:
            counting.now().unresolved.append((self, text))
        stream.write(text)


def _escape(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    if self.reference is None:
        stream.write("\\" * (self.slashes // 2) + self.sign)
        return
    value = self.reference.calculate(namespace, loader) if self.reference.calculate else None
    if value is None:
        stream.write("\\" * self.slashes + self.reference.my_text())
    else:
        shown = self.reference.my_text() if self.slashes % 2 else ways.written(value)
        stream.write("\\" * (self.slashes // 2) + shown)


def _if(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    for branch in (self, *self.elseifs):
        condition = branch.condition.calculate(namespace, loader)
        if ways.true(condition):
            branch.block.evaluate(stream, namespace, loader)
            return
    self.else_block.evaluate(stream, namespace, loader)


def _foreach(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    items = ways.elements(self.value.calculate(namespace, loader))
    for number, item in enumerate(items, 1):
        inner = airspeed.LocalNamespace(namespace)
        more = number < len(items)
        inner["velocityCount"], inner["velocityHasNext"] = number, more
        facts: dict[str, object] = {
            "parent": _variable(namespace, "foreach"),
            "count": number,
            "index": number - 1,
            "hasNext": more,
            "first": number == 1,
            "last": not more,
        }
        inner["foreach"] = facts
        inner[self.loop_var_name] = item
        try:
            self.block.evaluate(stream, inner, loader)
        except counting.BreakLoop:
            break


def _break(self: Any, _stream: Any, _namespace: Any, _loader: Any) -> None:
    raise counting.BreakLoop


def _set(self: Any, _stream: Any, namespace: Any, loader: Any) -> None:
    value = self.value.calculate(namespace, loader)
    place = self.place
    if place.formal:
        counting.now().not_set.append((self, f"${place.name}"))
        return
    if value is None:  # Velocity 1.x leaves the old value where the new one is null
        return
    if not place.steps:
        _assign(namespace, place.name, value)
        return
    current = _variable(namespace, place.name)
    for step in place.steps[:-1]:
        current = _followed(current, step, namespace, loader)
    last = place.steps[-1]
    key = last if isinstance(last, str) else last.calculate(namespace, loader)
    if isinstance(current, dict | list):
        methods.call(current, "put" if isinstance(current, dict) else "set", [key, value])


def _followed(current: Any, step: Any, namespace: Any, loader: Any) -> Any:
    if isinstance(step, str):
        return ways.read_field(current, step)
    return ways.read_index(current, step.calculate(namespace, loader))


def _assign(namespace: Any, name: str, value: Any) -> None:
    """Change a name where it is known, else in the whole template: only a loop's own name ends with the loop."""
    known = namespace.find_outermost(name)
    target = known if known is not None else _outermost(namespace)
    target[name] = value


def _outermost(namespace: Any) -> Any:
    while isinstance(namespace.parent, airspeed.LocalNamespace):
        namespace = namespace.parent
    return namespace


def define(names: dict[str, Any], elements: list[Any]) -> None:
    """Make the macros of a parsed text known before it begins: they may be called above their definition. The first one stays."""
    macros = [one for one in elements if isinstance(one, airspeed.MacroDefinition)]
    for macro in sorted(macros, key=lambda one: int(one.start)):
        names.setdefault(_MACRO + macro.function_name, macro)


def _define_macro(self: Any, _stream: Any, namespace: Any, _loader: Any) -> None:
    if _variable(namespace, _MACRO + self.function_name) is None:  # within an #evaluate
        _outermost(namespace)[_MACRO + self.function_name] = self


def _define_block(self: Any, _stream: Any, namespace: Any, _loader: Any) -> None:
    _assign(namespace, self.function_name, self)


def _call_macro(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    macro = _variable(namespace, _MACRO + self.macro_name)
    if macro is None:
        stream.write(self.my_text())
        return
    values = [one.calculate(namespace, loader) for one in self.args]
    _called(macro, stream, namespace, values, [one.my_text() for one in self.args], loader)


def _called(macro: Any, stream: Any, namespace: Any, values: list[Any], texts: list[str], loader: Any) -> None:
    """Run a macro. An argument that is missing is no error, one too many is not looked at; both as in Velocity 1.7."""
    counting.now().macros += 1
    if counting.now().macros > MOST_MACROS:
        raise ways.TooMuch(f"macro {macro.function_name} calls itself more than {MOST_MACROS} times")
    inner = airspeed.LocalNamespace(namespace)
    for name, value, text in zip(macro.arg_names, values, texts, strict=False):
        inner[name] = value
        if value is None and text.startswith("$"):
            inner[_TEXT + name] = text
    macro.block.evaluate(stream, inner, loader)
    counting.now().macros -= 1


def _evaluate_text(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    value = self.value.calculate(namespace, loader)
    if value is not None:
        airspeed.Template(ways.written(value), "#evaluate").merge_to(namespace, stream, loader)


def _no_file(self: Any, _stream: Any, namespace: Any, loader: Any) -> None:
    name = self.name.calculate(namespace, loader)
    raise ways.Refused(f"'{ways.written(name)[:80]}' is another file, and none belongs to a template")


def install() -> None:
    """Put all of it over airspeed's classes; once, in a process of its own."""
    grammar.install()
    operators.install()
    counting.install()
    airspeed.NameOrCall.calculate = _name_or_call
    airspeed.SubExpression.calculate = _sub_expression
    airspeed.FormalReference.evaluate_raw = _reference
    airspeed.IfDirective.evaluate_raw = _if
    airspeed.ForeachDirective.evaluate_raw = _foreach
    airspeed.SetDirective.evaluate_raw = _set
    airspeed.MacroDefinition.evaluate_raw = _define_macro
    airspeed.DefineDefinition.evaluate_raw = _define_block
    airspeed.MacroCall.evaluate_raw = _call_macro
    airspeed.IncludeDirective.evaluate_raw = _no_file
    airspeed.ParseDirective.evaluate_raw = _no_file
    airspeed.EvaluateDirective.evaluate_raw = _evaluate_text
    elements.Escape.evaluate_raw = _escape
    elements.BreakDirective.evaluate_raw = _break
