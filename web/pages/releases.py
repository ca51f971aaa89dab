"""Into force: submitting a draft, releasing or refusing a submission, rolling back, taking back what is staged."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from engine import Bundle, NotFound, Rejection, Undeployable, edition, edition_of, read_zip
from engine.verbs.definitions import newest_in_force
from tasks.catalogue import checking, items
from tasks.catalogue.comparison.entries import entry, table_of
from tasks.catalogue.comparison.versions import VersionComparison, compare
from tasks.catalogue.releases import queries, verbs
from tasks.catalogue.releases.rows import Submission
from tasks.catalogue.releases.rules import need_second_person
from tasks.catalogue.releases.whole import whole
from tasks.operations import proposals
from tasks.people.vacant import EmptyPosts, manned_steps
from tasks.rights.asking import could
from tasks.workshop import queries as workshop
from web import two_people
from web.drawings import drawing
from web.formats import first_problem, stamp
from web.instants import instant
from web.languages import flash
from web.pages.compare import pictures, words
from web.session import actor, asks, local_today, read, read_as_me, root, write

pages = Blueprint('releases', __name__, url_prefix='/releases')


@pages.get('')
@asks('release.read')
def index() -> str:
    """What waits, what is staged, what was decided."""
    return render_template('releases/index.html', rows=read_as_me(queries.submissions), states=queries.STATE)


@pages.get('/submit/<int:draft_id>')
@asks('workshop.read')
def ask(draft_id: int) -> str:
    """Before submitting: what the check says and what the draft would change."""
    return _ask(draft_id)


@pages.post('/submit/<int:draft_id>')
@asks('release.submit')
def submit(draft_id: int) -> Any:
    """Hand the draft in; refused with all problems when the check finds an error."""
    reason = request.form.get('reason', '')
    try:
        judged = read_as_me(verbs.judge_draft, draft_id)
        release_id = write(verbs.submit, draft_id, judged, reason, wanted_at=instant(request.form.get('wanted_at', '')))
    except Undeployable as refusal:
        return _ask(draft_id, reason=reason, error=refusal.zh), 422
    except Rejection as refusal:
        if refusal.status != 422:
            raise
        return _ask(draft_id, reason=reason, error=refusal.zh), 422
    flash(_('已提交，等待另一人发布'), 'good')
    return redirect(url_for('releases.show', release_id=release_id))


@pages.get('/<int:release_id>')
@asks('release.read')
def show(release_id: int) -> str:
    """One submission with what it changes against the version in force."""
    return _show(release_id)


@pages.post('/<int:release_id>/release')
@asks('release.decide')
def release(release_id: int) -> Any:
    """Put it into force, now or at the given instant."""
    later = request.form.get('when') == 'later'

    def act() -> str:
        at = instant(request.form.get('effective_at', ''))
        if later and at is None:
            raise Rejection('Expected an instant, but it is empty', '请填写生效时间')
        reason, base = request.form.get('reason', ''), request.form.get('base')
        judged = read_as_me(verbs.judge_submission, release_id)
        how = {'effective_at': at if later else None, 'base': base, 'despite_empty': request.form.get('despite_empty') == '1'}
        done = write(verbs.release, release_id, judged, reason, **how)
        told = {'item': read_as_me(queries.submission, release_id)[0].name, 'version': done.version, 'when': stamp(at)}
        words = _('「%(item)s」第 %(version)s 版将于 %(when)s 生效', **told) if later else _('「%(item)s」第 %(version)s 版已生效', **told)
        flash(words, 'good')
        return url_for('definition.show', definition_id=done.definition_id)

    return _decide(release_id, act)


@pages.post('/<int:release_id>/refuse')
@asks('release.decide')
def refuse(release_id: int) -> Any:
    """Send it back with the reason."""

    def act() -> str:
        write(verbs.refuse, release_id, request.form.get('reason', ''))
        flash(_('已退回，草稿可继续修改'), 'info')
        return url_for('releases.show', release_id=release_id)

    return _decide(release_id, act)


@pages.post('/<int:release_id>/withdraw')
@asks('release.submit')
def withdraw(release_id: int) -> Any:
    """Take it back."""

    def act() -> str:
        write(verbs.withdraw, release_id, request.form.get('reason', ''))
        flash(_('已撤回，草稿可继续修改'), 'info')
        return url_for('releases.show', release_id=release_id)

    return _decide(release_id, act)


@pages.get('/proposals/<int:number>')
@asks('act.countersign')
def proposed(number: int) -> str:
    """The bundle somebody wants to deploy: what the check says of it, and what it changes against the version in force."""
    wanted, bundle = _proposed(number)
    base_id, found = _against(bundle)
    facts = {'wanted': wanted, 'digest': bundle.hash, 'base_id': base_id, 'found': found, 'problems': read(checking.judge, bundle).problems}
    return render_template('releases/proposed.html', **facts, **_whole(bundle, base_id, found), **words())


@pages.get('/proposals/<int:number>/bundle')
@asks('act.countersign')
def proposed_bundle(number: int) -> Any:
    """The file as it was uploaded."""
    wanted, _bundle = _proposed(number)
    return send_file(BytesIO(wanted.payload or b''), 'application/zip', as_attachment=True, download_name=f'{wanted.object}.zip')


def _proposed(number: int) -> tuple[proposals.ProposedAct, Bundle]:
    wanted = read_as_me(proposals.find, number)
    if wanted.payload is None:
        raise NotFound(f'Expected a proposal with a bundle, but {number} has none', '该提请没有事项包')
    return wanted, read_zip(wanted.payload, wanted.object)


@pages.post('/definitions/<int:definition_id>/rollback')
@asks('release.decide')
def rollback(definition_id: int) -> Any:
    """Release an earlier version again."""
    try:
        judged, why = read(verbs.judge_version, definition_id), request.form.get('reason', '')
        despite = request.form.get('despite_empty') == '1'
        if not two_people.alone():
            read(items.fitting, judged, root().clock(), despite_empty=despite)
            target = read_as_me(verbs.earlier, definition_id).key
            return two_people.propose('release.rolled_back', target, why, {'definition': definition_id, 'despite_empty': despite})
        done = write(verbs.rollback, definition_id, judged, why, despite_empty=despite)
    except EmptyPosts as refusal:
        flash(refusal.zh, 'warn')
        return redirect(url_for('definition.show', definition_id=definition_id, empty=1))
    except Undeployable as refusal:
        flash(first_problem(refusal), 'bad')
        return redirect(url_for('definition.show', definition_id=definition_id))
    flash(_('已回退：第 %(version)s 版生效，正在办理的办件不变', version=done.version), 'good')
    return redirect(url_for('definition.show', definition_id=done.definition_id))


@pages.post('/definitions/<int:definition_id>/unstage')
@asks('release.decide')
def unstage(definition_id: int) -> Any:
    """Take a staged version back."""
    write(verbs.unstage, definition_id, request.form.get('reason', ''))
    flash(_('已取消待生效版本，现行版本不变'), 'info')
    return redirect(url_for('definition.show', definition_id=definition_id))


@pages.post('/items/<code>/<act>')
@asks('item.publish')
def catalogue(code: str, act: str) -> Any:
    """Put an item on the public catalogue, take it off, cancel it for good or hand it down."""
    closing = {'withdraw': items.withdraw_from_public, 'cancel': items.cancel, 'hand_down': items.hand_down}
    reason = request.form.get('reason', '')
    if act == 'publish':
        write(items.publish, code, reason)
    elif act in closing:
        write(closing[act], code, reason, request.form.get('goes_to', ''))
    else:
        raise Rejection(f'Expected publish or one of {sorted(closing)}, but got {act!r}', '操作不正确')
    flash(_('事项目录已更新'), 'good')
    return redirect(url_for('definition.catalogue'))


def _decide(release_id: int, act: Callable[[], str]) -> Any:
    """Do it and go where it says; what is refused is said on the submission's own page."""
    try:
        return redirect(act())
    except Undeployable as refusal:
        return _show(release_id, error=refusal.zh, problems=refusal.problems), 422
    except Rejection as refusal:
        if refusal.status not in (403, 422):
            raise
        return _show(release_id, error=refusal.zh), refusal.status


def _ask(draft_id: int, *, reason: str = '', error: str = '') -> str:
    draft = read_as_me(workshop.draft, draft_id)
    bundle = read_as_me(workshop.bundle_of, draft_id)
    problems = [problem.plain() for problem in read(checking.judge, bundle).problems]
    errors = sum(problem['severity'] == 'error' for problem in problems)
    base_id, found = _against(bundle)
    return render_template(
        'releases/submit.html',
        draft=draft,
        problems=problems,
        errors=errors,
        reason=reason,
        error=error,
        found=found,
        base_id=base_id,
        **words(),
    )


def _show(release_id: int, *, error: str = '', problems: Any = ()) -> str:
    row, bundle = read_as_me(queries.submission, release_id)
    base_id, found = _against(bundle, row.base_id if row.state != 'submitted' else None)
    return render_template(
        'releases/show.html',
        row=row,
        states=queries.STATE,
        error=error,
        problems=problems,
        found=found,
        manned=read(manned_steps, edition(bundle), root().clock()),
        base_id=base_id,
        blocked=_blocked(row),
        today=local_today(),
        **_whole(bundle, base_id, found),
        **words(),
    )


def _whole(bundle: Bundle, base_id: int | None, found: VersionComparison | None) -> dict[str, Any]:
    """What is signed, and its picture with what changed marked on it."""
    seen = read(whole, bundle, base_id, found.colours if found else {})
    drawn: dict[str, Any] = dict(pictures(found)) if found else {'new_picture': drawing(seen.diagram)}
    return {'whole': seen, 'picture': drawn['new_picture'], **drawn}


def _blocked(row: Submission) -> str:
    """Why whoever looks may not release it; empty when he may."""
    if not could(actor(), 'release.decide'):
        return str(_('只有流程管理人员可以发布'))
    try:
        need_second_person(actor(), row.editors, row.submitted_by)
    except Rejection as refusal:
        return refusal.zh
    return ''


def _against(bundle: Bundle, base_id: int | None = None) -> tuple[int | None, VersionComparison | None]:
    """The version in force (or the given one) and what the bundle changes against it."""
    if base_id is None:
        spec = _code(bundle)
        base_id = read(newest_in_force, spec, root().clock()) if spec else None
    if base_id is None:
        return None, None
    return base_id, compare(read(edition_of, base_id).bundle, bundle)


def _code(bundle: Bundle) -> str:
    return str(table_of(entry(bundle).get('item')).get('code') or '')
