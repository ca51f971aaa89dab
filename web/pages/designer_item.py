"""item.toml as a form: every field in Chinese, rows added and removed without JavaScript, problems at their field."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.words import Word, joined
from tasks.catalogue.item_toml import ItemError, parse_item
from tasks.workshop import drafts, queries
from tasks.workshop.item_fields import SECTIONS, Tree, filled_in, shown
from tasks.workshop.item_text import heading_of, write_item
from web.languages import flash
from web.numbers import row_number
from web.pages.designer import AS_TEXT, revision
from web.session import asks, read_as_me, write

pages = Blueprint('designer_item', __name__, url_prefix='/workshop/drafts/<int:draft_id>/item')

PATH = 'item.toml'


@pages.get('')
@asks('workshop.read')
def show(draft_id: int) -> Any:
    """The catalogue entry as it is stored; as text when it cannot be read as TOML."""
    stored = read_as_me(queries.file, draft_id, PATH)
    try:
        tree = tomllib.loads(stored.content.decode('utf-8-sig'))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        flash(_('item.toml 有语法错误，请先在源文本中改正：%(error)s', error=error), 'bad')
        return redirect(url_for('designer.edit', draft_id=draft_id, path=PATH, **AS_TEXT))
    return _form(draft_id, tree, stored.version)


@pages.post('')
@asks('workshop.write')
def save(draft_id: int) -> Any:
    """Save, or add or remove a row and show the form again with everything that was typed."""
    stored = read_as_me(queries.file, draft_id, PATH)
    text = stored.content.decode('utf-8-sig', 'replace')
    version = request.form.get('version', 0, type=row_number)
    tree = filled_in(dict(request.form.lists()), _tree(text))
    action, _sep, what = request.form.get('action', 'save').partition(':')
    if action in ('add', 'remove'):
        return _form(draft_id, _rows_changed(tree, action, what), version, at=what.partition('[')[0])
    done = write(drafts.save_file, draft_id, PATH, write_item(tree, heading_of(text)).encode(), version)
    if isinstance(done, drafts.TooLate):
        return revision(done.revision_id), 412
    flash(_('已保存'), 'good')
    return redirect(url_for('designer_item.show', draft_id=draft_id))


def _tree(text: str) -> Tree:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        # somebody broke it as text meanwhile: the version will not match and nothing is overwritten
        return {}


def _rows_changed(tree: Tree, action: str, what: str) -> Tree:
    """`add:materials` appends an empty row, `remove:materials[2]` takes one out."""
    key, _bracket, number = what.rstrip(']').partition('[')
    if key not in {section.key for section in SECTIONS if section.many}:
        return tree
    rows = list(tree.get(key, []))
    if action == 'add':
        rows.append({})
    elif number in map(str, range(len(rows))):
        del rows[int(number)]
    return {**tree, key: rows}


def _form(draft_id: int, tree: Mapping[str, Any], version: int, *, at: str = '') -> str:
    view = read_as_me(queries.draft, draft_id)
    return render_template(
        'designer/item.html', draft=view, sections=SECTIONS, tree=tree, version=version, shown=shown, problems=_problems(tree), at=at
    )


def _problems(tree: Mapping[str, Any]) -> dict[str, str]:
    """Sentences by the path of the field they are about; what no field has is under ''."""
    try:
        parse_item(write_item(tree))
    except ItemError as error:
        found: dict[str, str] = {}
        for problem in error.problems:
            told = Word(problem.zh, problem.en)
            found[problem.where] = joined([found[problem.where], told], '；', '; ') if problem.where in found else told
        return found
    return {}
