"""The workshop: drafts of bundles, their files, the editors in the browser, saving with a version, the check while drawing."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from engine import Bundle, BundleError, NotFound, Rejection
from engine.bpmn import fix_of
from engine.words import Word
from tasks.catalogue import checking
from tasks.workshop import drafts, queries
from tasks.workshop.importing import choosing as importing
from tasks.workshop.importing.bringing import REPORT, bring_all
from web.drafting import bundle_from, difference, files_in, fresh_file, panel_names, shipped
from web.formats import sentence, stamp
from web.languages import flash, in_my_language
from web.numbers import row_number
from web.page_context import person_name
from web.security import CONTENT_POLICY
from web.session import asks, read, read_as_me, write

pages = Blueprint('designer', __name__, url_prefix='/workshop')

BUILD = Path(__file__).resolve().parent.parent / 'static' / 'build'
TEMPLATES = Path(__file__).resolve().parent.parent.parent / '.camunda' / 'element-templates' / 'yizhan.json'
EDITORS = {'.bpmn': 'bpmn', '.form': 'form', '.dmn': 'dmn'}
PICTURES = {'.png'}
AS_TEXT: dict[str, Any] = {'as': 'text'}  # a keyword of Python in the address
# dmn-js puts the bpmn.io mark into the page with style attributes, and its licence forbids to change that file; no <style>, no script
DECISION_POLICY = f"{CONTENT_POLICY}; style-src-attr 'unsafe-inline'"


def answers_json(view: Callable[..., Any]) -> Callable[..., Any]:
    """What is refused is answered as JSON, in the language of the page: these addresses are asked by its scripts."""

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except Rejection as refusal:
            return jsonify(message=in_my_language(refusal.zh)), refusal.status

    return answered


@pages.get('/')
@asks('workshop.read')
def index() -> str:
    """The drafts, and what a new one can be made from."""
    asked = request.args.get('state', '')
    state = asked if asked in ('submitted', 'released', 'discarded') else 'open'
    rows = read_as_me(queries.drafts, state=state)
    return render_template('designer/index.html', drafts=rows, state=state, origins=read_as_me(queries.origins), shipped=shipped())


@pages.post('/drafts')
@asks('workshop.write')
def create() -> Any:
    """A new draft: from a deployed version, a shipped item, the blank one, or a zip."""
    uploads = [each for each in request.files.getlist('bundle') if each.filename]
    try:
        if uploads:
            return _import(uploads)
        bundle, origin, definition_id = bundle_from(request.form.get('source', 'blank'))
    except BundleError as refusal:
        flash(refusal.zh, 'bad')
        return redirect(url_for('designer.index'))
    name = request.form.get('name', '').strip() or bundle.name
    draft_id = write(drafts.create, name, bundle, origin=origin, definition_id=definition_id)
    flash(_('草稿「%(name)s」已建立', name=name), 'good')
    return redirect(url_for('designer.show', draft_id=draft_id))


def _import(uploads: list[Any]) -> Any:
    """A draft from files of this house or of another tool; of the latter the report is shown. Raises BundleError."""
    brought = bring_all([(each.filename, each.read()) for each in uploads])
    told = uploads[0].filename
    name = request.form.get('name', '').strip()
    draft_id = write(importing.create, name, brought, Word(f'上传：{told}', f'Upload: {told}'))
    flash(_('草稿「%(name)s」已建立', name=name or brought.bundle.name), 'good')
    return redirect(url_for('designer_import.show' if brought.notes else 'designer.show', draft_id=draft_id))


@pages.get('/drafts/<int:draft_id>')
@asks('workshop.read')
def show(draft_id: int) -> str:
    """A draft: its files and what the check says."""
    view = read_as_me(queries.draft, draft_id)
    problems = _numbered(_problems(draft_id, {}))
    putaside = read_as_me(queries.revisions, draft_id)
    return render_template('designer/draft.html', draft=view, problems=problems, revisions=putaside, editors=EDITORS, report=REPORT)


@pages.post('/drafts/<int:draft_id>/name')
@asks('workshop.write')
def rename_draft(draft_id: int) -> Any:
    """Another name for the draft."""
    write(drafts.rename_draft, draft_id, request.form.get('name', ''))
    return redirect(url_for('designer.show', draft_id=draft_id))


@pages.post('/drafts/<int:draft_id>/discard')
@asks('workshop.write')
def discard(draft_id: int) -> Any:
    """Put the draft away; it can be taken up again."""
    write(drafts.discard, draft_id, request.form.get('reason', ''))
    flash(_('草稿已弃用，可在“已弃用”中恢复'), 'info')
    return redirect(url_for('designer.index'))


@pages.post('/drafts/<int:draft_id>/reopen')
@asks('workshop.write')
def reopen(draft_id: int) -> Any:
    """Take a discarded draft up again."""
    write(drafts.reopen, draft_id)
    return redirect(url_for('designer.show', draft_id=draft_id))


@pages.get('/drafts/<int:draft_id>/zip')
@asks('workshop.read')
def download(draft_id: int) -> Response:
    """The draft as a zip, to go on with in a desktop modeler."""
    bundle = read_as_me(queries.bundle_of, draft_id)
    return send_file(io.BytesIO(bundle.zipped()), mimetype='application/zip', as_attachment=True, download_name=f'{bundle.name}.zip')


@pages.post('/drafts/<int:draft_id>/upload')
@asks('workshop.write')
def upload(draft_id: int) -> Any:
    """Files or a zip into the draft; what is replaced is put aside."""
    done = write(_put_all, draft_id, files_in(request.files.getlist('files')))
    flash(_('已上传 %(count)s 个文件', count=done), 'good' if done else 'warn')
    return redirect(url_for('designer.show', draft_id=draft_id))


def _put_all(tx: Any, draft_id: int, files: dict[str, bytes]) -> int:
    for path, content in files.items():
        drafts.put_file(tx, draft_id, path, content)
    return len(files)


@pages.post('/drafts/<int:draft_id>/files')
@asks('workshop.write')
def add(draft_id: int) -> Any:
    """A new file of a kind, with the least content its editor can open."""
    path = drafts.checked_path(request.form.get('path', ''))
    write(drafts.add_file, draft_id, path, fresh_file(path))
    return redirect(url_for('designer.edit', draft_id=draft_id, path=path))


@pages.post('/drafts/<int:draft_id>/rename')
@asks('workshop.write')
def rename(draft_id: int) -> Any:
    """Another path for a file."""
    form = request.form
    write(drafts.rename_file, draft_id, form.get('path', ''), form.get('new_path', ''), form.get('version', 0, type=row_number))
    flash(_('已改名'), 'good')
    return redirect(url_for('designer.show', draft_id=draft_id))


@pages.post('/drafts/<int:draft_id>/remove')
@asks('workshop.write')
def remove(draft_id: int) -> Any:
    """Take a file out; its text is put aside."""
    path = request.form.get('path', '')
    write(drafts.remove_file, draft_id, path, request.form.get('version', 0, type=row_number))
    flash(_('已移除 %(path)s，可在“历史文本”中取回', path=path), 'info')
    return redirect(url_for('designer.show', draft_id=draft_id))


@pages.get('/drafts/<int:draft_id>/edit/<path:path>')
@asks('workshop.read')
def edit(draft_id: int, path: str) -> Any:
    """The editor for a file's kind; as text when asked for, or while the browser libraries are not built."""
    view = read_as_me(queries.draft, draft_id)
    view.file(path)
    kind = EDITORS.get(Path(path).suffix)
    if kind and request.args.get('as') != 'text' and (BUILD / f'{kind}.js').is_file():
        facts = {
            'draft': view,
            'path': path,
            'kind': kind,
            'page': _page(view, path),
            'script': _script(kind),
            'keys_of_editor': keys_of_editor,
        }
        answer = make_response(render_template('designer/editor.html', **facts))
        if kind == 'dmn':
            answer.headers['Content-Security-Policy'] = DECISION_POLICY
        return answer
    if path == 'item.toml' and request.args.get('as') != 'text':
        return redirect(url_for('designer_item.show', draft_id=draft_id))
    if Path(path).suffix in PICTURES:
        return redirect(url_for('designer.raw', draft_id=draft_id, path=path))
    return _as_text(view, path, unbuilt=kind is not None and not (BUILD / f'{kind}.js').is_file())


def keys_of_editor(kind: str) -> list[tuple[tuple[str, ...], str]]:
    """What the help of an editor lists: its keys and what they do."""
    every: list[tuple[tuple[str, ...], str]] = [(('Ctrl+S',), _('保存')), (('Ctrl+Z',), _('撤销')), (('Ctrl+Y',), _('重做'))]
    if kind != 'bpmn':
        return every
    drawing = [
        (('N',), _('新建元素')),
        (('A',), _('在所选元素后追加')),
        (('R',), _('更换所选元素的类型')),
        (('E',), _('修改名称')),
        (('C', 'H', 'L', 'S'), _('连线、拖动画布、框选、调整间距')),
        (('Ctrl+C', 'Ctrl+V'), _('复制、粘贴，也可粘贴到其他草稿')),
        (('Ctrl+F',), _('在图中查找')),
        (('Delete',), _('删除')),
    ]
    return every + drawing


def _script(kind: str) -> str:
    """The editor's script in the page's language."""
    return f'build/{"en/" if str(get_locale()) == "en" else ""}{kind}.js'


def _as_text(view: queries.DraftView, path: str, *, unbuilt: bool = False) -> str:
    stored = read_as_me(queries.file, view.id, path)
    text = stored.content.decode('utf-8-sig', 'replace')
    facts = {'draft': view, 'path': path, 'text': text, 'version': stored.version, 'unbuilt': unbuilt}
    return render_template('designer/text.html', **facts, script=_script('text') if (BUILD / 'text.js').is_file() else None)


@pages.post('/drafts/<int:draft_id>/edit/<path:path>')
@asks('workshop.write')
def save_text(draft_id: int, path: str) -> Any:
    """Save a file that was edited as plain text."""
    text = request.form.get('text', '').replace('\r\n', '\n')
    done = write(drafts.save_file, draft_id, path, text.encode(), request.form.get('version', 0, type=row_number))
    if isinstance(done, drafts.TooLate):
        return revision(done.revision_id), 412
    flash(_('已保存'), 'good')
    return redirect(url_for('designer.edit', draft_id=draft_id, path=path, **AS_TEXT))


@pages.get('/drafts/<int:draft_id>/raw/<path:path>')
@asks('workshop.read')
@answers_json
def raw(draft_id: int, path: str) -> Response:
    """A file's content with its version as ETag. Never shown as a page: whatever is in it is only data here."""
    stored = read_as_me(queries.file, draft_id, path)
    kind = 'image/png' if path.endswith('.png') else 'text/plain; charset=utf-8'
    answer = Response(stored.content, content_type=kind)
    answer.headers['ETag'] = f'"{stored.version}"'
    answer.headers['Cache-Control'] = 'no-store'
    if 'download' in request.args:
        answer.headers.set('Content-Disposition', 'attachment', filename=Path(path).name)
    return answer


@pages.put('/drafts/<int:draft_id>/raw/<path:path>')
@asks('workshop.write')
@answers_json
def save(draft_id: int, path: str) -> Any:
    """Save a file under `If-Match: "version"`. 412 when somebody saved first: then both texts are kept. 428 without the header."""
    given = request.headers.get('If-Match', '').strip().removeprefix('W/').strip('"')
    try:
        version = row_number(given)
    except ValueError:
        return jsonify(message=_('保存请求缺少版本号，请刷新页面')), 428
    done = write(drafts.save_file, draft_id, path, request.get_data(), version)
    if isinstance(done, drafts.TooLate):
        return _too_late(done), 412
    return jsonify(version=done.version)


def _too_late(done: drafts.TooLate) -> Response:
    told = {'who': person_name(done.who), 'when': stamp(done.when), 'version': done.version}
    message = _('%(who)s 已于 %(when)s 保存了另一个版本（第 %(version)s 版）。您的版本没有丢失，已另存为备选文本。', **told)
    return jsonify(message=message, alternative=url_for('designer.revision', revision_id=done.revision_id), version=done.version)


@pages.post('/drafts/<int:draft_id>/check')
@asks('workshop.read')
@answers_json
def check(draft_id: int) -> Any:
    """What the server's check says about the draft, with unsaved texts `{"files": {path: text}}` laid over it."""
    try:
        given = request.get_json(silent=True) or {}
        unsaved = given.get('files') or {} if isinstance(given, dict) else {}
        texts = {str(path): text.encode() for path, text in unsaved.items()}
    except (RecursionError, AttributeError, UnicodeEncodeError):  # nested without end, no texts, half a character
        return jsonify(message=_('请求格式有误')), 400
    problems = [_in_my_words(problem) for problem in _problems(draft_id, texts, scenarios=False)]
    return jsonify(deployable=not any(problem['severity'] == 'error' for problem in problems), problems=problems)


@pages.post('/drafts/<int:draft_id>/fix/<path:path>')
@asks('workshop.write')
@answers_json
def fix(draft_id: int, path: str) -> Any:
    """Make a one-click change in the file at `path` and save it: `{"code", "element", "choice", "version"}`.

    The answer is `{"path", "text", "version"}`.

    What the browser has not saved yet it saves first. 412 when somebody saved meanwhile, 404 when the change is no longer offered.
    """
    bundle: Bundle = read_as_me(queries.bundle_of, draft_id, {})
    given = request.get_json(silent=True)
    try:
        asked = given if isinstance(given, dict) else {}
        version, choice = row_number(str(asked.get('version', ''))), row_number(str(asked.get('choice', 1)))
        code, element = str(asked['code']), asked.get('element') and str(asked['element'])
    except (KeyError, ValueError):
        return jsonify(message=_('请求格式有误')), 400
    wanted = fix_of(read(checking.judge, bundle, scenarios=False).problems, code, element, choice)
    done = write(drafts.apply_fix, draft_id, path, wanted, version)
    if isinstance(done, drafts.TooLate):
        return _too_late(done), 412
    return jsonify(path=path, version=done.version, text=read_as_me(queries.file, draft_id, path).content.decode('utf-8', 'replace'))


@pages.post('/drafts/<int:draft_id>/mend')
@asks('workshop.write')
def mend(draft_id: int) -> Any:
    """Make a one-click change from the list of problems of a draft. What somebody saved meanwhile stands, and the change is kept aside."""
    form = request.form
    bundle: Bundle = read_as_me(queries.bundle_of, draft_id, {})
    problems = read(checking.judge, bundle, scenarios=False).problems
    wanted = fix_of(problems, form.get('code', ''), form.get('element') or None, form.get('choice', 1, type=row_number))
    done = write(drafts.apply_fix, draft_id, wanted.file, wanted, form.get('version', 0, type=row_number))
    if isinstance(done, drafts.TooLate):
        return revision(done.revision_id), 412
    flash(Word(wanted.title, wanted.title_en), 'good')
    return redirect(url_for('designer.show', draft_id=draft_id))


def _numbered(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Problems whose fixes tell which they are among those of the same code and element, from 1 (`engine.bpmn.fix_of`)."""
    seen: Counter[tuple[str, str]] = Counter()
    for problem in problems:
        for fix in problem['fixes']:
            key = fix['code'], fix['element'] or ''
            seen[key] += 1
            fix |= {'choice': seen[key], 'told': Word(fix['title'], fix['title_en'])}
    return problems


def _in_my_words(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem whose message and fixes speak the page's language."""
    fixes = [fix | {'title': in_my_language(Word(fix['title'], fix['title_en']))} for fix in problem['fixes']]
    return problem | {'message': in_my_language(sentence(problem)), 'fixes': fixes}


@pages.get('/revisions/<int:revision_id>')
@asks('workshop.read')
def revision(revision_id: int) -> str:
    """A text that was put aside beside the present one."""
    row, content = read_as_me(queries.revision, revision_id)
    view = read_as_me(queries.draft, row.draft_id)
    try:
        present = read_as_me(queries.file, row.draft_id, row.path).content
    except NotFound:
        present = b''
    lines = difference(present, content)
    return render_template('designer/revision.html', revision=row, draft=view, lines=lines, text=content.decode('utf-8-sig', 'replace'))


@pages.post('/revisions/<int:revision_id>/take-back')
@asks('workshop.write')
def take_back(revision_id: int) -> Any:
    """Make a text that was put aside the file's text again."""
    row, _content = read_as_me(queries.revision, revision_id)
    write(drafts.take_back, revision_id)
    flash(_('已取回，原来的文本也保留在“历史文本”中'), 'good')
    return redirect(url_for('designer.edit', draft_id=row.draft_id, path=row.path))


@pages.get('/element-templates/yizhan.json')
@asks('workshop.read')
def element_templates() -> Response:
    """The element templates for the desktop Camunda Modeler."""
    if not TEMPLATES.is_file():
        abort(404)
    return send_file(TEMPLATES, mimetype='application/json', as_attachment=True, download_name='yizhan.json')


def _problems(draft_id: int, unsaved: dict[str, bytes], *, scenarios: bool = True) -> list[dict[str, Any]]:
    bundle: Bundle = read_as_me(queries.bundle_of, draft_id, unsaved)
    return [problem.plain() for problem in read(checking.judge, bundle, scenarios=scenarios).problems]


def _page(view: queries.DraftView, path: str) -> str:
    """What the editor's script is told, as JSON for a data attribute."""
    address: dict[str, Any] = {'draft_id': view.id, 'path': path}
    file_url = url_for('designer.edit', draft_id=view.id, path='__path__')
    return json.dumps(
        {
            'draft': view.id,
            'path': path,
            'version': view.file(path).version,
            'writable': view.writable,
            'token': generate_csrf(),
            'files': [each.path for each in view.files],
            'person': current_user.name,
            'urls': {
                'raw': url_for('designer.raw', **address),
                'save': url_for('designer.save', **address),
                'check': url_for('designer.check', draft_id=view.id),
                'fix': url_for('designer.fix', draft_id=view.id, path='__path__'),
                'file': file_url,
                'evaluate': url_for('designer_trying.evaluate', draft_id=view.id),
                'decide': url_for('designer_trying.decided', **address),
            },
            **panel_names(read_as_me(queries.bundle_of, view.id), read(queries.hall_windows)),
        },
        ensure_ascii=False,
    )
