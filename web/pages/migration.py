"""Running cases to another version, tokens to another step: plan, try on all cases, carry out with progress, take back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from engine import MigrationPlan, NotFound, Rejection, edition_of
from engine.moving import placing
from tasks.cases import page as case_page
from tasks.catalogue import views as catalogue_views
from tasks.catalogue.item_toml import item_of
from tasks.catalogue.steps import steps_here
from tasks.clock.taking_back import CaseToTakeBack, preview_of
from tasks.desk.acts import Unconfirmed, act
from tasks.migration import batches, moves, views
from tasks.migration.choice import Order, choose, dry_run, migration, taking_back
from tasks.rights.asking import need_item
from tasks.rights.two_people import waits
from web import two_people
from web.confirming import ask, mention, seal
from web.drawings import drawing
from web.hall_facts import hall_zone
from web.languages import flash
from web.session import actor, asks, read, read_as_me, root, write

pages = Blueprint('migration', __name__, url_prefix='/migrations')
AT_ONCE = 25
"""Cases done while the browser waits; the worker and the button on the batch's page do the rest."""
SHOWN = 300
REFRESH_SECONDS = '3'


@pages.get('')
@asks('instance.migrate')
def index() -> str:
    """Every batch, and where a new one begins."""
    versions = [one for one in read(catalogue_views.definitions) if one.state != 'draft']
    return render_template(
        'migration/index.html', page=read_as_me(views.batches, place=request.args.get('page', '')), versions=versions, words=views
    )


@pages.get('/plan')
@asks('instance.migrate')
def plan() -> str:
    """Two versions of an item: which step becomes which, what happens to limits."""
    view = read_as_me(views.plan_view, _number(request.args, 'from'), _number(request.args, 'to'))
    pictures = [drawing(one) for one in view.diagrams]
    return render_template('migration/plan.html', view=view, pictures=pictures, reason='')


@pages.get('/many')
@asks('instance.migrate')
def many() -> str:
    """Something for many cases of a version: another step, a pause, another try."""
    definition_id = _number(request.args, 'definition')
    view = read(catalogue_views.definition_view, definition_id)
    read_as_me(need_item, 'instance.migrate', view.key)
    with root().engine.reading() as conn:
        edition = edition_of(conn, definition_id)
        steps = [views.StepOption(one, edition.name_of(one), '', count) for one, count in steps_here(conn, definition_id)]
    return render_template('migration/many.html', view=view, steps=steps, targets=views.targets_of(edition.diagram), words=views)


@pages.post('/dry-run')
@asks('instance.migrate')
def try_out() -> str:
    """What would become of every case; nothing is changed."""
    order, reason = _order(request.form), request.form.get('reason', '').strip()
    with root().engine.looking(actor()) as tx:
        found = dry_run(tx, order)
        name = edition_of(tx.connection, order.definition)
    return render_template(
        'migration/dry_run.html',
        order=order,
        text=_text(order),
        found=found,
        shown=found.assessments[:SHOWN],
        reason=reason,
        name_of=name.name_of,
        words=views,
    )


@pages.get('/take-back')
@asks('instance.migrate')
def take_back() -> str:
    """What the software did by itself while a clock was wrong, case by case, before anybody takes it back; nothing is changed."""
    since, until = _moment('since'), _moment('until')
    found: list[CaseToTakeBack] = []
    text, total = '', 0
    if since is not None:
        order = taking_back(since, until, _cases(request.args))
        with root().engine.looking(actor()) as tx:
            chosen = choose(tx, order)
            total, text = len(chosen), _text(order)
            found = list(preview_of(tx.connection, [one.instance_id for one in chosen[:SHOWN]], since, until))
    facts = {'since': since, 'total': total, 'text': text, 'can': sum(one.refusal is None for one in found)}
    return render_template('migration/take_back.html', found=found, said=request.args, now=root().clock(), **facts)


@pages.post('')
@asks('instance.migrate')
def carry_out() -> Answer:
    """Order what was tried out; the first cases are done at once."""
    try:
        said = json.loads(request.form.get('order', ''))
        order = Order.of(str(said['kind']), said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Rejection('Expected an order, but the form has none', '提交的方案无法读取，请重新试运行') from error
    reason = request.form.get('reason', '')
    if waits(f'batch.{order.kind}') and not two_people.alone():
        target = read(item_of, order.definition).code if order.definition else ''
        return two_people.propose(f'batch.{order.kind}', target, reason, {'kind': order.kind, **order.as_json()})
    batch_id = write(batches.place, order, reason)
    batches.work(root().engine, batch_id, limit=AT_ONCE)
    return redirect(url_for('migration.batch', batch_id=batch_id))


@pages.get('/<int:batch_id>')
@asks('instance.migrate')
def batch(batch_id: int) -> Response:
    """How far a batch is, and what became of each case."""
    state = request.args.get('state') or None
    view = read_as_me(views.batch_view, batch_id, place=request.args.get('page', ''), state=state)
    answer = make_response(render_template('migration/batch.html', view=view, state=state, words=views))
    if view.progress.left:
        answer.headers['Refresh'] = REFRESH_SECONDS
    return answer


@pages.post('/<int:batch_id>/continue')
@asks('instance.migrate')
def go_on(batch_id: int) -> Answer:
    """Go on with a batch that was interrupted."""
    read_as_me(batches.need_batch, batch_id)
    batches.work(root().engine, batch_id, limit=4 * AT_ONCE)
    return redirect(url_for('migration.batch', batch_id=batch_id))


@pages.post('/<int:batch_id>/revert')
@asks('instance.migrate')
def revert(batch_id: int) -> Answer:
    """Take a whole migration back, as far as its cases have not moved since."""
    write(batches.order_revert, batch_id, request.form.get('reason', ''))
    batches.work(root().engine, batch_id, limit=AT_ONCE)
    return redirect(url_for('migration.batch', batch_id=batch_id))


@pages.post('/<int:batch_id>/cases/<int:row_id>/revert')
@asks('instance.migrate')
def revert_case(batch_id: int, row_id: int) -> Answer:
    """Take one case back."""
    write(batches.revert_case, row_id, request.form.get('reason', ''))
    flash(_('已撤销该件的迁移'), 'good')
    return redirect(url_for('migration.batch', batch_id=batch_id))


@pages.get('/cases/<case_no:case_no>')
@asks('case.move')
def case(case_no: str) -> str:
    """Where a case stands and where it may be put."""
    return _case_page(case_no)


@pages.post('/cases/<case_no:case_no>/dry-run')
@asks('case.move')
def try_move(case_no: str) -> str:
    """Whether the move is possible, and what goes with it."""
    leave, begin = request.form.getlist('leave'), request.form.get('begin', '')
    with root().engine.looking(actor()) as tx:
        told = moves.assess_move(tx, case_no, leave, begin)
    return _case_page(case_no, told=told, leave=leave, begin=begin, reason=request.form.get('reason', ''))


@pages.post('/cases/<case_no:case_no>/move')
@asks('case.move')
def move(case_no: str) -> Answer | str:
    """Leave the chosen steps, begin another; what that issues or ends is shown and asked first."""
    leave, begin, reason = request.form.getlist('leave'), request.form.get('begin', ''), request.form.get('reason', '')
    if request.form.get('action') == 'edit':
        return _case_page(case_no, leave=leave, begin=begin, reason=reason)
    try:
        _done, effect = write(lambda tx: act(tx, case_no, lambda: moves.move_case(tx, case_no, leave, begin, reason), seal()))
    except Unconfirmed as unconfirmed:
        return ask(unconfirmed, _('转移环节'))
    mention(_('办件已转到所选环节'), effect)
    return redirect(url_for('case.show', case_no=case_no))


@pages.post('/cases/<case_no:case_no>/suspend')
@asks('case.move')
def suspend(case_no: str) -> Answer:
    """Nobody works on the case until it is let go on; its clocks run on."""
    write(moves.suspend_case, case_no, request.form.get('reason', ''))
    flash(_('办件已挂起'), 'good')
    return redirect(url_for('migration.case', case_no=case_no))


@pages.post('/cases/<case_no:case_no>/activate')
@asks('case.move')
def activate(case_no: str) -> Answer:
    """End that."""
    write(moves.activate_case, case_no, request.form.get('reason', ''))
    flash(_('办件已恢复办理'), 'good')
    return redirect(url_for('migration.case', case_no=case_no))


def _case_page(case_no: str, **said: Any) -> str:
    view = read_as_me(case_page.case_view, case_no, now=root().clock())
    with root().engine.looking(actor()) as tx:
        places = placing.places(tx, view.case.instance_id)
        suspended = moves.is_suspended(tx.connection, view.case.instance_id)
    targets = views.targets_of(view.diagram)
    drawn = drawing(view.diagram, here=view.here, road=view.road, late=view.late)
    facts = {'told': None, 'leave': [one.token for one in places], 'begin': '', 'reason': '', **said}
    return render_template('migration/case.html', view=view, places=places, targets=targets, picture=drawn, suspended=suspended, **facts)


def _text(order: Order) -> str:
    """An order, to be sent with the form that carries it out."""
    return json.dumps({'kind': order.kind, **order.as_json()}, ensure_ascii=False)


def _cases(form: MultiDict[str, str]) -> tuple[str, ...]:
    return tuple(form.get('cases', '').replace(',', ' ').split())


def _moment(name: str) -> datetime | None:
    """An instant of the hall's time in the address; None when it is empty. Raises Rejection for what is none."""
    text = request.args.get(name, '').strip()
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Rejection(f'Expected an instant as {name}, but got {text!r}', '时间格式应为 2026-03-02T09:00') from error
    return found if found is None or found.tzinfo else found.replace(tzinfo=hall_zone(root().engine))


def _order(form: MultiDict[str, str]) -> Order:
    """The order a form describes. Raises Rejection."""
    cases = _cases(form)
    kind = form.get('kind', 'migrate')
    if kind != 'migrate':
        leave = tuple(one for one in form.getlist('leave') if one)
        if kind == 'move' and not (leave and form.get('begin')):
            raise Rejection('Expected a step to leave and one to begin, but one is missing', '请选择转出环节和转入环节')
        return Order(kind, _number(form, 'definition'), leave=leave, begin=form.get('begin', ''), cases=cases)
    mapping = {name.removeprefix('map-'): target for name, target in form.items() if name.startswith('map-') and target}
    for line in form.get('mapping', '').splitlines():
        old, separator, new = (part.strip() for part in line.partition('='))
        if separator and old and new:
            mapping[old] = new
    timers = {name.removeprefix('timer-'): choice for name, choice in form.items() if name.startswith('timer-') and choice}
    plan = MigrationPlan(
        _number(form, 'from'),
        _number(form, 'to'),
        {old: new for old, new in mapping.items() if old != new},
        timers,
        {'*': form['clocks']} if form.get('clocks') else {},
        form.get('added', 'opening'),
    )
    return migration(plan, cases)


def _number(form: MultiDict[str, str], name: str) -> int:
    value = form.get(name, '')
    if not value.isdecimal() or len(value) > 9:
        raise NotFound(f'Expected a version, but {name} is {value!r}', '请选择版本')
    return int(value)
