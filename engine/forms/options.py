"""The options of select, radio, checklist and taglist: written in the form, taken from a variable, or computed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms.expressions import evaluate
from engine.forms.model import Component
from engine.forms.paths import same

MAX_OPTIONS = 2000


class Choice(str):
    """A choice as an HTML page posted it; it becomes the option's own value (a number, an object …) when options are known."""

    __slots__ = ()


@dataclass(frozen=True)
class Option:
    """One option: the value that is stored and the text that is shown."""

    value: Any
    label: str

    @property
    def code(self) -> str:
        """The value as text for an HTML attribute."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False, sort_keys=True)


def options_of(component: Component, context: Mapping[str, Any], initial: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options as form-js finds them: `valuesKey` in the data the form was opened with, then `values`, then the expression."""
    props = component.props
    if props.get('valuesKey') is not None:
        source = initial.get(props['valuesKey'])
    elif props.get('values') is not None:
        source = props['values']
    else:
        source = evaluate(props.get('valuesExpression'), context)
    return normalise(source)


def plain_options(component: Component, data: Mapping[str, Any]) -> tuple[Option, ...] | None:
    """The options that need no expression; None when they do."""
    if component.props.get('valuesExpression'):
        return None
    return options_of(component, {}, data)


def normalise(source: Any) -> tuple[Option, ...]:
    """Primitives become their own label; what has neither value nor label is dropped."""
    if not isinstance(source, list):
        return ()
    found = (_option(item) for item in source[:MAX_OPTIONS])
    return tuple(option for option in found if option is not None)


def _option(item: Any) -> Option | None:
    if _is_primitive(item):
        return Option(item, _text(item))
    if not isinstance(item, dict) or not item:
        return None
    label, value = item.get('label'), item.get('value')
    if isinstance(label, str) and label:
        return Option(value, label) if _is_primitive(value) or (isinstance(value, (dict, list)) and value) else None
    return Option(value, _text(value)) if _is_primitive(value) else None


def _is_primitive(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and value != '')


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def chosen(value: Any, options: tuple[Option, ...]) -> Any:
    """The value, if it is one of the options, else None; a posted choice becomes the option's value."""
    for option in options:
        if isinstance(value, Choice):
            if option.code == str(value):
                return option.value
        elif same(option.value, value):
            return value
    return None


def all_chosen(values: Any, options: tuple[Option, ...]) -> list[Any]:
    """Those of the values that are options, in the order given."""
    if not isinstance(values, list):
        return []
    picked = (chosen(value, options) for value in values)
    return [value for value in picked if value is not None]
