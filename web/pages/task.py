"""A user task: what the case is, the form, save draft, complete; and what to show when somebody was first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Conflict, Rejection
from engine.forms import Post, read_post, variables
from tasks.cases import materials
from tasks.cases.receipt import ReceivedMaterial
from tasks.desk import task_page
from tasks.desk import verbs as desk
from tasks.desk.acts import Effect, Unconfirmed, act, outcome
from tasks.desk.verbs import FormRejection
from tasks.rights.relations import APPLICANT
from web.confirming import ask, mention, seal
from web.forms import render_form
from web.intake_form import read_marks
from web.languages import flash
from web.numbers import row_number
from web.opinions import read_opinions
from web.pages.desk import mention_held
from web.security import typed_text
from web.session import actor, asks, local_now, note_look, read_as_me, root, write
from web.uploads import posted

if TYPE_CHECKING:
    from engine import Tx

pages = Blueprint('task', __name__, url_prefix='/tasks')

SUPPLEMENT = 'supplement_items'
ACTIONS = ('draft', 'complete', 'complete_next', 'materials', 'materials_all')


@pages.get('/<int:task_id>')
@asks('task.read')
def show(task_id: int) -> str:
    """The task with its form; readable by everybody the office lets see it, writable by whoever claimed it."""
    return _page(_view(task_id))


@pages.post('/<int:task_id>/claim')
@asks('task.work')
def claim(task_id: int) -> Any:
    """Take the task on; 409 when somebody else was faster."""
    try:
        write(desk.claim, task_id)
    except Rejection as refusal:
        if refusal.status != 422:
            raise
        return _page(_view(task_id), hint=refusal.zh), 422
    return redirect(url_for('task.show', task_id=task_id))


@pages.post('/<int:task_id>/unclaim')
@asks('task.work')
def unclaim(task_id: int) -> Response:
    """Give the task back to the window."""
    write(desk.unclaim, task_id)
    flash(_('已放回窗口待认领'), 'info')
    return redirect(url_for('desk.show'))


@pages.post('/<int:task_id>')
@asks('task.work')
def submit(task_id: int) -> Any:
    """Save a draft or complete; whatever is refused comes back with everything that was typed."""
    view = _view(task_id)
    sent = posted(view)
    post = read_post(view.form, sent.items, view.data, local_now()) if view.form else Post({})
    action = request.form.get('action', '')
    if action not in ACTIONS:  # a row was added or removed, or Enter was pressed in a field: nothing is sent off by accident
        return _page(view, typed=post.data, hint=' '.join(sent.refused))
    if sent.refused:
        return _page(view, typed=post.data, hint=' '.join(sent.refused)), 422
    marks, wrong = read_marks(request.form, [one.code for one in view.materials] if view.can_mark else [])
    if wrong:
        return _page(view, typed=post.data, mark_errors=wrong, hint=_('材料登记有误，请检查标出的项目')), 422
    try:
        if action.startswith('materials'):
            write(_mark, task_id, marks, everything=action == 'materials_all')
            flash(_('材料已登记'), 'good')
            return _page(_view(task_id), typed=post.data, marked=True)
        if action == 'draft':
            write(_mark, task_id, marks)
            write(desk.save_draft, task_id, post.data, begun_from=_begun_from(view))
            flash(_('草稿已保存'), 'good')
            return redirect(url_for('task.show', task_id=task_id))
        if post.unseen:
            return _page(view, typed=post.data, hint=_('您的选择使表单出现了新的项目，请填写后再提交')), 422
        seen = request.form.get('lock_version', None if 'lock_version' not in request.form else -1, type=row_number)
        done, effect = write(_mark_and_complete, view, marks, post.data, lock_version=seen)
    except Unconfirmed as unconfirmed:
        return ask(unconfirmed, view.row.task_name, action=action, typed=sent.again())
    except FormRejection as refusal:
        return _page(view, typed=refusal.submitted, errors=refusal.errors), 422
    except Conflict as conflict:
        return _somebody_was_first(task_id, conflict, post.data), 409
    except Rejection as refusal:
        if not view.can_complete:
            raise
        return _page(view, typed=post.data, hint=refusal.zh), refusal.status
    return _after(done, effect, view)


@pages.post('/<int:task_id>/raise')
@asks('task.work')
def raise_event(task_id: int) -> Any:
    """Raise an error or escalation that the diagram catches on this step, with a reason; what it would issue or end is shown first."""
    view = _view(task_id)
    event, reason = request.form.get('event', '')[:255], request.form.get('reason', '')
    seen = request.form.get('lock_version', None if 'lock_version' not in request.form else -1, type=row_number)

    def work(tx: Tx) -> tuple[desk.Completed, Effect]:
        return act(tx, view.row.case_no, lambda: desk.raise_event(tx, task_id, event, reason, lock_version=seen), seal())

    try:
        done, effect = write(work)
    except Unconfirmed as unconfirmed:
        return ask(unconfirmed, view.row.task_name)
    except Rejection as refusal:
        if refusal.status != 422 or not view.can_complete:
            raise
        return _page(view, hint=refusal.zh, raising={'event': event, 'reason': reason}), 422
    mention(_('「%(task)s」已提出，流程已转到相应环节', task=view.row.task_name), effect)
    return redirect(url_for('desk.show') if done.closed else url_for('task.show', task_id=task_id))


@pages.get('/<int:task_id>/done')
@asks('task.work')
def done(task_id: int) -> str:
    """What came of a task I closed: its documents to print, the case, what comes next (O-09)."""
    found = read_as_me(outcome, task_id, now=root().clock())
    for one in found.papers:
        note_look(found.case_no, f'document {one.number}', 'document.read')
    return render_template('done.html', done=found, receiver=APPLICANT in actor().groups)


def _mark(tx: Tx, task_id: int, marks: Sequence[ReceivedMaterial], *, everything: bool = False) -> None:
    if marks:
        materials.mark(tx, task_id, marks)
    if everything:
        materials.mark_all(tx, task_id)


def _mark_and_complete(
    tx: Tx, view: Any, marks: Sequence[ReceivedMaterial], data: Mapping[str, Any], *, lock_version: int | None
) -> tuple[desk.Completed, Effect]:
    """What was marked on the page counts for what is completed with it. Raises Unconfirmed before anything that cannot be taken back."""

    def complete() -> desk.Completed:
        _mark(tx, view.row.task_id, marks)
        return desk.complete(tx, view.row.task_id, data, lock_version=lock_version)

    return act(tx, view.row.case_no, complete, seal())


def _other_draft(view: Any) -> str:
    """The draft that was saved meanwhile, to read beside what was typed here."""
    return render_form(view.form, view.data, (), readonly=True, now=local_now(), submitted=view.draft)


def _view(task_id: int) -> Any:
    return read_as_me(task_page.task_view, task_id, now=root().clock())


def _begun_from(view: Any) -> int:
    """The draft this page was opened with; a page that comes back from a refusal goes on from the same."""
    return int(request.form.get('draft_version', view.draft_version, type=row_number))


def _after(done: desk.Completed, effect: Effect, view: Any) -> Response:
    task = view.row.task_name
    words = _('「%(task)s」已办理完毕') if done.closed else _('「%(task)s」已签署，尚待其他人员签署')
    mention(words % {'task': task}, effect)
    following = write(desk.next_case, None) if request.form.get('action') == 'complete_next' else None
    if following is None:
        over = effect.papers and done.closed and request.form.get('action') != 'complete_next'
        return redirect(url_for('task.done', task_id=view.row.task_id) if over else url_for('desk.show'))
    mention_held(following)
    return redirect(url_for('task.show', task_id=following))


def _somebody_was_first(task_id: int, conflict: Conflict, typed: Mapping[str, Any]) -> str:
    """409: the page as it is now with the typed text in its form when it can still be sent, else the text to copy."""
    try:
        view = _view(task_id)
    except Rejection:  # closed, or no longer for these eyes
        view = None
    if view is not None and view.can_complete:
        return _page(view, typed=typed, conflict=conflict)
    reading = ''
    if view is not None and view.form is not None:
        reading = render_form(view.form, view.data, (), readonly=True, now=local_now(), submitted=typed)
    plain = [] if reading else typed_text(request.form)
    return render_template('conflict.html', error=conflict, reading=reading, typed=plain, back=url_for('desk.show'))


def _opening(view: Any) -> Mapping[str, Any]:
    """What the form opens with; the notice of what is missing is filled from the list of materials, as it is marked on this page (O-21)."""
    if not view.can_mark or view.data.get(SUPPLEMENT) or SUPPLEMENT not in variables(view.form).writes:
        return cast('Mapping[str, Any]', view.data)
    marks, _wrong = read_marks(request.form, [one.code for one in view.materials])
    return {**view.data, SUPPLEMENT: materials.lacking(view.materials, marks)}


def _page(
    view: Any,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Any = (),
    conflict: Conflict | None = None,
    hint: str = '',
    mark_errors: Mapping[str, str] | None = None,
    marked: bool = False,
    raising: Mapping[str, str] | None = None,
) -> str:
    note_look(view.row.case_no, f'task {view.row.task_id}', 'task.read')
    rendered = ''
    if view.form is not None:
        rendered = render_form(
            view.form, _opening(view), errors, not view.can_complete, now=local_now(), submitted=view.draft if typed is None else typed
        )
    return render_template(
        'task.html',
        view=view,
        rendered=rendered,
        earlier=read_opinions(view.opinions, view.persons),
        conflict=conflict,
        hint=hint,
        marks={} if marked else request.form,
        mark_errors=mark_errors or {},
        raising=raising or {},
        draft_version=view.draft_version if conflict else _begun_from(view),
        other_draft=_other_draft(view) if conflict and view.draft else '',
    )
