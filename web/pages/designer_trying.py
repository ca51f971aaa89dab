"""Expressions and decisions of a draft tried on values, for the editors: evaluated as a case would, within the bounds of one expression."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _

from engine import Rejection
from engine.bpmn.dmn import Decision, DecisionError, decide, holding, read_decisions
from engine.feel import FeelError, compile_diagram_text, from_plain, to_plain
from engine.words import Word
from tasks.workshop import queries
from web.languages import in_my_language
from web.pages.designer import answers_json
from web.session import asks, read_as_me, root

pages = Blueprint('designer_trying', __name__, url_prefix='/workshop/drafts/<int:draft_id>')
MOST = 200_000
"""Characters a question may have: a decision table and its values."""


@pages.post('/evaluate')
@asks('workshop.read')
@answers_json
def evaluate(draft_id: int) -> Any:
    """An expression on sample values `{"text", "values"}`: `{"shown", "warnings"}`. What is wrong with it is said, never guessed."""
    read_as_me(queries.draft, draft_id)
    asked = _asked()
    try:
        found = compile_diagram_text(str(asked.get('text', ''))).run(from_plain(asked['values']), now=root().clock())
    except FeelError as error:
        raise Rejection(str(error), getattr(error, 'zh', str(error))) from error
    return jsonify(shown=_shown(to_plain(found.value)), warnings=[in_my_language(Word(one.zh, one.en)) for one in found.warnings])


@pages.post('/decide/<path:path>')
@asks('workshop.read')
@answers_json
def decided(draft_id: int, path: str) -> Any:
    """A decision of a file, as it is drawn now: `{"decision", "values", "text"}` gives `{"shown", "rules": [{"id", "number"}]}`."""
    read_as_me(queries.draft, draft_id)  # of another hall there is none, whatever is asked
    asked = _asked()
    content = str(asked.get('text', '')).encode() or read_as_me(queries.file, draft_id, path).content
    decisions, problems = read_decisions(content, path)
    wanted = decisions.get(str(asked.get('decision')))
    if wanted is None:
        message = problems[0].message if problems else _('文件中没有这个决策')
        raise Rejection(f'Expected a decision of {path}, but it cannot be read or is not there', message)
    values = from_plain(asked['values'])
    try:
        result = decide(decisions, wanted.id, values, now=root().clock())
        hits = holding(decisions, wanted.id, values, now=root().clock())
    except DecisionError as error:
        raise Rejection(str(error), error.zh) from error
    return jsonify(shown=_shown(result), rules=[{'id': row, 'number': _number(wanted, row)} for row in hits])


def _number(decision: Decision, row_id: str) -> int:
    return [row.id for row in decision.rows].index(row_id) + 1


def _asked() -> dict[str, Any]:
    """What was asked. Raises Rejection when it is no object with values by name."""
    given = request.get_json(silent=True) if (request.content_length or 0) <= MOST else None
    if not isinstance(given, dict) or not isinstance(given.get('values'), dict):
        raise Rejection('Expected {"values": {…}}, but got something else', _('请求格式有误'))
    return given


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
