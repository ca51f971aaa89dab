"""An analyst's trials. A trial is kept as a scenario in a row; the world it leads to is rebuilt from it wherever it is asked for.

So a trial outlives the web process, may be gone on with in another one, and its last step can be taken back. Bounded: so many trials a
person, so many steps a trial, and what nobody has touched for a day is removed when the next one begins.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, delete, insert, select, update

from engine import Actor, Bundle, Conflict, NotFound, Rejection, read_zip
from engine.identity import is_blank
from engine.rows import Rows
from tasks.desk.verbs import FormRejection
from tasks.operations.log import note
from tasks.rights.asking import need
from tasks.workshop import drafts
from tasks.workshop.trial.recording import recorded
from tasks.workshop.trial.scenario import FOLDER, MAX_STEPS, Scenario, ScenarioError, ScenarioStep, parse_scenario
from tasks.workshop.trial.tables import trial_session as t
from tasks.workshop.trial.world import World
from tasks.workshop.trial.writing import scenario_text

if TYPE_CHECKING:
    from engine import Tx

MAX_TRIALS = 5
"""Trials a person may have at a time; a sixth removes the one untouched for longest."""
UNTOUCHED = timedelta(hours=24)
KEPT_WORLDS = 6
"""Worlds a web process keeps built; each holds some hundred kB."""
Result = TypeVar('Result')


@dataclass(frozen=True)
class Trial:
    """A trial as its row says."""

    id: int
    owner: str
    draft_id: int | None
    definition_id: int | None
    name: str
    version: int
    began_at: datetime
    used_at: datetime
    script: str

    @cached_property
    def scenario(self) -> Scenario:
        """What the trial began with, and every step so far."""
        return parse_scenario(self.script)


_TRIALS = Rows(Trial, t)


@dataclass(frozen=True)
class Opening:
    """A trial that can begin: `opening` has played its first moment, before the transaction that stores it."""

    name: str
    zipped: bytes
    script: str


def opening(bundle: Bundle, scenario: Scenario) -> Opening:
    """A trial of a bundle as it is now. Raises Undeployable when the bundle cannot run at all, Rejection."""
    World(bundle, scenario).close()
    return Opening(scenario.name, bundle.zipped(), scenario_text(scenario))


def begin(tx: Tx, opened: Opening, *, draft_id: int | None = None, definition_id: int | None = None) -> int:
    """Store a trial; its id."""
    need(tx.by, 'trial.run')
    _clear(tx)
    row = {
        'owner': tx.by.id,
        'draft_id': draft_id,
        'definition_id': definition_id,
        'name': opened.name,
        'bundle': opened.zipped,
        'script': opened.script,
        'began_at': tx.now,
        'used_at': tx.now,
    }
    return int(tx.connection.execute(insert(t).returning(t.c.id), row).scalar_one())


def trials(connection: Connection, actor: Actor) -> list[Trial]:
    """My trials, the one used last first."""
    return _TRIALS.all(connection, _TRIALS.select().where(t.c.owner == actor.id).order_by(t.c.used_at.desc(), t.c.id.desc()))


def trial(connection: Connection, actor: Actor, trial_id: int) -> tuple[Trial, Bundle]:
    """One of my trials with its bundle. Somebody else's does not exist for me. Raises NotFound."""
    mine = (t.c.id == trial_id, t.c.owner == actor.id)
    row = connection.execute(_TRIALS.select().add_columns(t.c.bundle).where(*mine)).one_or_none()
    if row is None:
        raise NotFound(f'Expected a trial of {actor.id}, but {trial_id} is none', '没有这次试运行，或已过期清理')
    return _TRIALS.of(row), read_zip(row.bundle, row.name)


def store(tx: Tx, before: Trial, scenario: Scenario) -> int:
    """Keep what a step led to; the new version. Raises Conflict when another page took a step meanwhile."""
    if len(scenario.steps) > MAX_STEPS:
        raise Rejection(f'Expected at most {MAX_STEPS} steps, but this is one more', f'一次试运行最多 {MAX_STEPS} 步')
    values = {'script': scenario_text(scenario), 'version': before.version + 1, 'used_at': tx.now}
    mine = (t.c.id == before.id, t.c.owner == tx.by.id, t.c.version == before.version)
    if not tx.connection.execute(update(t).where(*mine).values(values)).rowcount:
        raise Conflict(f'Expected trial {before.id} at version {before.version}, but it moved on', '该试运行已在另一个页面中继续，请刷新')
    return before.version + 1


def end(tx: Tx, trial_id: int) -> None:
    """Remove one of my trials."""
    tx.connection.execute(delete(t).where(t.c.id == trial_id, t.c.owner == tx.by.id))


@dataclass(frozen=True)
class Recording:
    """A scenario of a draft with what came of it expected: played before the transaction that keeps it."""

    draft_id: int
    path: str
    text: str
    steps: int


def recording(found: Trial, bundle: Bundle, file_name: str, name: str, about: str = '') -> Recording:
    """A trial as a scenario of its draft. Raises Rejection."""
    if found.draft_id is None:
        raise Rejection('Expected a trial of a draft, but this is of a deployed version', '只有草稿的试运行可以保存为情景')
    if is_blank(name):
        raise Rejection('Expected a name, but it is empty', '请填写情景名称')
    path = drafts.checked_path(f'{FOLDER}{file_name.strip().removesuffix(".toml")}.toml')
    text = scenario_text(recorded(bundle, replace(found.scenario, name=name.strip(), about=about.strip())))
    return Recording(found.draft_id, path, text, len(found.scenario.steps))


def recording_anew(draft_id: int, bundle: Bundle, path: str) -> Recording:
    """A scenario of a draft that expects from now on what comes of it today. Raises Rejection when a step cannot be taken any more."""
    if path not in bundle.files or not path.startswith(FOLDER):
        raise NotFound(f'Expected a scenario of draft {draft_id}, but {path!r} is none', f'草稿中没有情景 {path}')
    try:
        scenario = parse_scenario(bundle.files[path])
    except ScenarioError as error:
        raise Rejection(f'Expected a readable scenario, but {error}', f'情景无法读取：{error.problems[0].zh}') from error
    return Recording(draft_id, path, scenario_text(recorded(bundle, scenario)), len(scenario.steps))


def keep(tx: Tx, made: Recording) -> None:
    """Write a scenario into its draft; the text that was there is put aside. Raises Rejection, NotFound."""
    drafts.put_file(tx, made.draft_id, made.path, made.text.encode())
    note(tx, 'scenario.recorded', str(made.draft_id), data={'path': made.path, 'steps': made.steps})


def as_far_as_it_goes(bundle: Bundle, scenario: Scenario) -> Scenario:
    """The scenario with the steps that can be taken, up to the first that cannot; refused ones and expectations are left out."""
    world = World(bundle, scenario)
    taken: list[ScenarioStep] = []
    try:
        for step in scenario.steps:
            if step.refused:
                continue
            try:
                world.take(step)
            except Rejection:
                break
            taken.append(replace(step, expect=None))
    finally:
        world.close()
    return replace(scenario, steps=tuple(taken), expect=None)


def _clear(tx: Tx) -> None:
    """Room for one more: what is untouched for a day, of anybody, and the oldest of mine beyond the bound."""
    tx.connection.execute(delete(t).where(t.c.used_at < tx.now - UNTOUCHED))
    mine = tx.connection.execute(select(t.c.id).where(t.c.owner == tx.by.id).order_by(t.c.used_at.desc(), t.c.id.desc())).scalars().all()
    if mine[MAX_TRIALS - 1 :]:
        tx.connection.execute(delete(t).where(t.c.id.in_(mine[MAX_TRIALS - 1 :])))


class _Built:
    """A world with the lock of whoever uses it."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.world: World | None = None


_WORLDS: OrderedDict[tuple[int, int, datetime], _Built] = OrderedDict()
_LOCK = Lock()


@contextmanager
def world_of(found: Trial, bundle: Bundle) -> Iterator[World]:
    """The world a trial has led to: the one this process has, else rebuilt by playing every step. One user at a time."""
    with _LOCK:
        built = _WORLDS.setdefault(_key(found), _Built())
        _WORLDS.move_to_end(_key(found))
        dropped = [_WORLDS.popitem(last=False)[1] for _ in range(max(0, len(_WORLDS) - KEPT_WORLDS))]
    for old in dropped:
        _forget(old)
    with built.lock:
        if built.world is None:
            built.world = rebuilt(bundle, found.scenario)
        yield built.world


def act(found: Trial, bundle: Bundle, step: ScenarioStep, keep_it: Callable[[Scenario], int]) -> int:
    """Take a step, then keep it with `keep_it(scenario) -> version`; the world moves on only if both succeed."""
    with world_of(found, bundle) as world:
        try:
            cleaned = world.take(step)
            done = replace(step, data=cleaned) if step.kind == 'complete' else step
            version = keep_it(found.scenario.with_step(done))
        except FormRejection:
            raise  # nothing has happened in the world
        except BaseException:
            drop(found)
            raise
    with _LOCK:
        built = _WORLDS.pop(_key(found), None)
        if built is not None:
            _WORLDS[found.id, version, found.began_at] = built
    return version


def drop(found: Trial) -> None:
    """Forget the world of a trial; the next page rebuilds it."""
    with _LOCK:
        built = _WORLDS.pop(_key(found), None)
    if built is not None:
        _forget(built)


def rebuilt(bundle: Bundle, scenario: Scenario) -> World:
    """A new world in which every step of a scenario has been taken. Raises what a step raises."""
    world = World(bundle, scenario)
    try:
        for step in scenario.steps:
            try:
                world.take(step)
            except Rejection:
                if not step.refused:
                    raise
    except BaseException:
        world.close()
        raise
    return world


def _key(found: Trial) -> tuple[int, int, datetime]:
    return found.id, found.version, found.began_at


def _forget(built: _Built) -> None:
    with built.lock:
        if built.world is not None:
            built.world.close()
            built.world = None
