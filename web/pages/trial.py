"""Try it: a bundle runs in memory with the real engine and a clock the analyst moves; what was done can be kept as a scenario."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from engine import Hall, Rejection, Undeployable
from engine.forms import Post, has_file_fields, read_post
from engine.worktime import next_morning
from tasks.desk.verbs import FormRejection
from tasks.workshop.queries import bundle_of
from tasks.workshop.trial import sessions
from tasks.workshop.trial.replay import verdicts
from tasks.workshop.trial.scenario import Scenario, ScenarioStep, parse_scenario
from tasks.workshop.trial.sessions import Trial
from tasks.workshop.trial.view import OpenTrialTask, TrialPicture, picture
from tasks.workshop.trial.world import World
from web.drawings import drawing
from web.formats import first_problem
from web.forms import render_form
from web.instants import instant
from web.languages import flash
from web.session import asks, local_now, read_as_me, write
from web.trial_input import answers, calls, stood_in, table
from web.versions import Version, version

pages = Blueprint('trial', __name__, url_prefix='/trials')


@pages.get('')
@asks('trial.run')
def index() -> str:
    """My trials."""
    return render_template('trial/index.html', trials=read_as_me(sessions.trials), most=sessions.MAX_TRIALS)


@pages.get('/new')
@asks('trial.run')
def ask() -> str:
    """`?of=draft:5`: when the made-up case arrives, with which variables, what handlers answer; and the scenarios of the bundle."""
    return _ask(read_as_me(version, request.args.get('of', '')))


@pages.post('')
@asks('trial.run')
def begin() -> Any:
    """Begin a trial; from a scenario with every step of it that still can be taken."""
    found = read_as_me(version, request.form.get('of', ''))
    kind, _colon, number = found.source.partition(':')
    whose = {f'{kind}_id': int(number)} if kind in ('draft', 'definition') else {}
    try:
        scenario = _scenario(found)
        trial_id = write(sessions.begin, sessions.opening(found.bundle, scenario), **whose)
    except Undeployable as refusal:
        return _ask(found, error=first_problem(refusal)), 422
    except Rejection as refusal:
        return _ask(found, error=refusal.zh), 422
    return redirect(url_for('trial.show', trial_id=trial_id))


@pages.get('/<int:trial_id>')
@asks('trial.run')
def show(trial_id: int) -> str:
    """The token on the diagram, open tasks with their forms, clocks, marks and variables."""
    found, bundle = read_as_me(sessions.trial, trial_id)
    with sessions.world_of(found, bundle) as world:
        return _page(found, world)


@pages.post('/<int:trial_id>/complete')
@asks('trial.run')
def complete(trial_id: int) -> Any:
    """Complete a task through its form; what is refused comes back with everything that was typed."""
    found, bundle = read_as_me(sessions.trial, trial_id)
    element, number = request.form.get('element', ''), request.form.get('number', 1, type=int)
    with sessions.world_of(found, bundle) as world:
        task = _task(picture(world), element, number)
        if task is None:
            return _back(trial_id, _('该任务已不在待办中'))
        form, data = world.form(task.element, task.token)
        post = read_post(form, stood_in(form, request.form.items(multi=True)), data, world.now) if form else Post({})
        if request.form.get('action') != 'complete' or post.unseen:
            return _page(found, world, task=task, typed=post.data, hint=_('请核对新出现的项目') if post.unseen else '')
        step = ScenarioStep('complete', element, request.form.get('by', '').strip(), number, post.data)
        try:
            sessions.act(found, bundle, step, _keep(found))
        except FormRejection as refusal:
            return _page(found, world, task=task, typed=refusal.submitted, errors=refusal.errors), 422
        except Rejection as refusal:
            return _back(trial_id, refusal.zh)
    return redirect(url_for('trial.show', trial_id=trial_id))


@pages.post('/<int:trial_id>/advance')
@asks('trial.run')
def advance(trial_id: int) -> Any:
    """Move the clock: to the next timer, the next working day, or an instant."""
    to = request.form.get('to', '')
    if to == 'instant':
        at = _instant(request.form.get('instant', ''))
        if at is None:
            return _back(trial_id, _('请填写时间'))
        to = at.isoformat()
    elif to not in ('timer', 'workday'):
        return _back(trial_id, _('请选择前进到什么时候'))
    return _act(trial_id, ScenarioStep('advance', to))


@pages.post('/<int:trial_id>/message')
@asks('trial.run')
def message(trial_id: int) -> Any:
    """Send a message or signal the case waits for."""
    kind = 'signal' if request.form.get('kind') == 'signal' else 'message'
    try:
        data = table(request.form.get('data', ''), _('消息内容'))
    except Rejection as refusal:
        return _back(trial_id, refusal.zh)
    return _act(trial_id, ScenarioStep(kind, request.form.get('name', ''), data=data))


@pages.post('/<int:trial_id>/undo')
@asks('trial.run')
def undo(trial_id: int) -> Any:
    """Take the last step back: the trial is played again without it."""
    found, _bundle = read_as_me(sessions.trial, trial_id)
    if found.scenario.steps:
        write(sessions.store, found, found.scenario.without_last())
        sessions.drop(found)
    return redirect(url_for('trial.show', trial_id=trial_id))


@pages.post('/<int:trial_id>/keep')
@asks('trial.keep')
def keep(trial_id: int) -> Any:
    """Write the trial into its draft as a scenario."""
    form = request.form
    try:
        found, bundle = read_as_me(sessions.trial, trial_id)
        made = sessions.recording(found, bundle, form.get('file', ''), form.get('name', ''), form.get('about', ''))
        write(sessions.keep, made)
    except Rejection as refusal:
        return _back(trial_id, refusal.zh)
    flash(_('已保存为情景 %(path)s，今后每次检查和部署前都会回放', path=made.path), 'good')
    return redirect(url_for('trial.show', trial_id=trial_id))


@pages.post('/<int:trial_id>/end')
@asks('trial.run')
def end(trial_id: int) -> Any:
    """Remove the trial."""
    found, _bundle = read_as_me(sessions.trial, trial_id)
    sessions.drop(found)
    write(sessions.end, trial_id)
    return redirect(url_for('trial.index'))


@pages.post('/rerecord/<int:draft_id>')
@asks('trial.keep')
def rerecord(draft_id: int) -> Any:
    """Take what a draft does now as what its scenario expects."""
    path = request.form.get('path', '')
    try:
        write(sessions.keep, sessions.recording_anew(draft_id, read_as_me(bundle_of, draft_id), path))
        flash(_('已按草稿现在的结果重新记录 %(path)s，请核对日期', path=path), 'good')
    except Rejection as refusal:
        flash(_('%(why)s。请选择“从此情景继续”，补上缺少的步骤，再以同一文件名保存。', why=refusal.zh), 'bad')
    return redirect(url_for('trial.ask', of=f'draft:{draft_id}'))


def _act(trial_id: int, step: ScenarioStep) -> Any:
    found, bundle = read_as_me(sessions.trial, trial_id)
    try:
        sessions.act(found, bundle, step, _keep(found))
    except Rejection as refusal:
        return _back(trial_id, refusal.zh)
    return redirect(url_for('trial.show', trial_id=trial_id))


def _keep(found: Trial) -> Callable[[Scenario], int]:
    return lambda scenario: write(sessions.store, found, scenario)


def _back(trial_id: int, words: str) -> Any:
    flash(words, 'bad')
    return redirect(url_for('trial.show', trial_id=trial_id))


def _ask(found: Version, error: str = '') -> str:
    form = request.form if request.method == 'POST' else {}
    return render_template(
        'trial/new.html',
        version=found,
        error=error,
        calls=calls(found.bundle),
        verdicts=verdicts(found.bundle),
        form=form,
        start=_usual_start().strftime('%Y-%m-%dT%H:%M'),
    )


def _usual_start() -> datetime:
    """Half an hour after the next opening, on the calendar that comes with the program."""
    hall = Hall()
    return next_morning(local_now(), hall.calendar, hall.office) + timedelta(minutes=30)


def _scenario(found: Version) -> Scenario:
    """What the page asks for: a scenario of the bundle as far as it goes, or a fresh one. Raises Rejection."""
    path = request.form.get('scenario', '')
    if path:
        if path not in found.bundle.files:
            raise Rejection(f'Expected a scenario of the bundle, but found {path!r}', '没有这个情景')
        try:
            return sessions.as_far_as_it_goes(found.bundle, parse_scenario(found.bundle.files[path]))
        except ValueError as error:
            raise Rejection(f'Expected a readable scenario, but {error}', f'情景无法读取：{error}') from error
    start = _instant(request.form.get('start', ''))
    if start is None:
        raise Rejection('Expected an instant, but it is empty', '请填写开始时间')
    variables = table(request.form.get('variables', ''), _('开始变量'))
    return Scenario(found.title[:200], start, variables=variables, handlers=answers(request.form, found.bundle))


def _instant(text: str) -> datetime | None:
    try:
        return instant(text)
    except Rejection:
        return None


def _task(now: TrialPicture, element: str, number: int) -> OpenTrialTask | None:
    return next((task for task in now.open if (task.element, task.number) == (element, number)), None)


def _page(
    found: Trial,
    world: World,
    *,
    task: OpenTrialTask | None = None,
    typed: Mapping[str, Any] | None = None,
    errors: Any = (),
    hint: str = '',
) -> str:
    now = picture(world)
    wanted = request.args.get('task', '').rpartition('.')
    if task is None:
        task = _task(now, wanted[0], int(wanted[2])) if wanted[2].isdecimal() and len(wanted[2]) < 9 else None
    task = task or (now.open[0] if now.open else None)
    rendered: Markup | str = ''
    with_files = False
    if task is not None:
        form, data = world.form(task.element, task.token)
        rendered = render_form(form, data, errors, now=world.now, submitted=typed) if form is not None else ''
        with_files = form is not None and has_file_fields(form)
    svg = drawing(world.edition.diagram, here=now.here, road=now.road, late=now.late)
    variables = json.dumps(now.variables, ensure_ascii=False, indent=1, default=str)
    return render_template(
        'trial/show.html',
        trial=found,
        now=now,
        task=task,
        rendered=rendered,
        with_files=with_files,
        svg=svg,
        hint=hint,
        variables=variables,
        name_of=world.edition.name_of,
        earliest=world.now.strftime('%Y-%m-%dT%H:%M'),
        spec=world.spec,
    )
