"""What an analyst types when a trial begins or a message is sent: small TOML tables, read with a sentence for every mistake."""

from __future__ import annotations

import mimetypes
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine import Bundle, Rejection, plain
from engine.bpmn.read import examine
from engine.forms import Form, component_named
from tasks.workshop.trial.cast import DEFAULT_ANSWERS
from tasks.workshop.trial.scenario import Answer
from tasks.workshop.trial.writing import table_text

MAX_TEXT = 20_000
CALLS = ('serviceTask', 'sendTask', 'businessRuleTask')


def table(text: str, what: str) -> dict[str, Any]:
    """A TOML table as variables. Raises Rejection naming the field and the line."""
    if len(text) > MAX_TEXT:
        raise Rejection(f'Expected at most {MAX_TEXT} characters', f'「{what}」内容过长')
    try:
        return dict(plain(tomllib.loads(text.replace('\r\n', '\n'))))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Rejection(f'Expected lines like name = "value", but {error}', f'「{what}」每行应为 名称 = "值"：{error}') from error


def stood_in(form: Form, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """What was posted to a form of a trial. A file that was chosen is known by its name alone: nothing of it is sent or kept."""
    for name, value in pairs:
        field = component_named(form, name)
        if field is not None and field.type == 'filepicker' and value:
            media_type = mimetypes.guess_type(value)[0] or 'application/octet-stream'
            yield name, {'id': value[:200], 'name': value[:200], 'size': 0, 'type': media_type}
        else:
            yield name, value


def calls(bundle: Bundle) -> list[tuple[str, str, str]]:
    """The steps a handler does: (element, name, what its stand-in returns unless told otherwise, as TOML)."""
    path = bundle.diagram_path
    diagram = examine(bundle.files[path], path).diagram if path else None
    found = []
    for element in diagram.elements.values() if diagram else ():
        handler = element.attrs.get('topic') or element.attrs.get('delegateExpression') or element.attrs.get('class')
        if element.kind in CALLS and handler:
            usual = DEFAULT_ANSWERS.get(handler.strip('${}#'), {})
            found.append((element.id, element.name or element.id, table_text(usual)))
    return found


def answers(fields: Mapping[str, str], bundle: Bundle) -> tuple[Answer, ...]:
    """The stand-ins as the page's fields `returns-<element>`, `error-<element>` say."""
    found = []
    for element, name, usual in calls(bundle):
        text, error = fields.get(f'returns-{element}', usual), fields.get(f'error-{element}', '').strip()
        if error or text.strip() != usual.strip():
            found.append(Answer(element, table(text, name), error))
    return tuple(found)
