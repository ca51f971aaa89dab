"""Deployment: the whole bundle was checked before, nothing half-deploys, the version before goes out of force in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from engine.core.bundle import Bundle
from engine.core.definitions import Checked, ClockRule
from engine.core.errors import Conflict, NotFound, Rejection
from engine.core.tx import Tx
from engine.core.values import plain
from engine.core.widths import DEFINITION_KEY, NAME, fitting
from engine.tables import process_definition as t
from engine.timing.schedule import replace, schedule
from engine.worktime import Limit, LimitError, parse_limit

STATES = ('draft', 'staged', 'in_force')


def deploy(
    tx: Tx,
    checked: Checked,
    *,
    key: str,
    name: str,
    clock_rules: Sequence[Mapping[str, str]] = (),
    reason: str = '',
    state: str = 'in_force',
    effective_at: datetime | None = None,
    after: int = 0,
) -> int:
    """Put a checked bundle into force (or stage it until `effective_at`, or keep it as a draft); the definition's id.

    What is stored is what was checked: `Engine.check` makes it, before the transaction. Its version is the next of the key, above `after`.

    Raises Undeployable with all problems, Forbidden, Rejection for clock rules that cannot be read.
    The same content with the same clock rules already in force is not deployed again: its id is returned.
    """
    tx.need('definition.draft' if state == 'draft' else 'definition.deploy')
    fitting(key, DEFINITION_KEY, 'a key', '事项编号')
    fitting(name, NAME, 'a name', '名称')
    state = _state(tx, state, effective_at)
    rules = [_rule(rule) for rule in clock_rules]
    checked.need_deployable()
    bundle = checked.edition.bundle
    hold(tx.connection, key)
    same = _same(tx, key, bundle, rules) if state == 'in_force' else None
    if same is not None:
        return same
    definition_id = _insert(
        tx,
        bundle,
        key=key,
        name=name,
        rules=rules,
        reason=reason,
        state=state,
        effective_at=effective_at,
        report=[plain(problem.plain()) for problem in checked.problems],
        after=after,
    )
    if state == 'in_force':
        _retire_others(tx, key, definition_id)
        schedule(tx, definition_id, checked.edition.program, tx.now)
    tx.deployed.append(definition_id)
    return definition_id


def hold(connection: Connection, key: str) -> None:
    """One deployment of a key at a time, until the transaction ends. New cases are not held up."""
    connection.execute(select(t.c.id).where(t.c.key == key).order_by(t.c.id).with_for_update(key_share=True)).all()


def _state(tx: Tx, state: str, effective_at: datetime | None) -> str:
    if state not in STATES:
        raise Rejection(f'Expected one of {", ".join(STATES)}, but got {state!r}', '部署状态不合法')
    if state == 'draft':
        return state
    if effective_at is not None and effective_at > tx.now:
        return 'staged'
    if state == 'staged' and effective_at is None:
        raise Rejection('Expected an instant from which a staged version applies, but there is none', '待生效版本须写明生效时间')
    return 'in_force'


def _rule(rule: Mapping[str, str]) -> dict[str, str]:
    try:
        found = ClockRule.of(rule)
        if not isinstance(parse_limit(found.limit), Limit):
            raise LimitError('应为工作日、日或工作小时', 'expected workdays, days or working hours')
    except (KeyError, LimitError) as error:
        raise Rejection(f'Expected a clock rule with name, starts, ends and limit, but {error}', f'时限规则不合法：{error}') from error
    return asdict(found)


def _same(tx: Tx, key: str, bundle: Bundle, rules: list[dict[str, str]]) -> int | None:
    row = tx.connection.execute(
        select(t.c.id, t.c.clock_rules).where(t.c.key == key, t.c.state == 'in_force', t.c.bundle_hash == bundle.hash)
    ).first()
    return row.id if row is not None and row.clock_rules == rules else None


def _insert(
    tx: Tx,
    bundle: Bundle,
    *,
    key: str,
    name: str,
    rules: list[dict[str, str]],
    reason: str,
    state: str,
    effective_at: datetime | None,
    report: list[Any],
    after: int,
) -> int:
    last = max(after, tx.connection.execute(select(func.max(t.c.version)).where(t.c.key == key)).scalar() or 0)
    values = {
        'key': key,
        'version': last + 1,
        'name': name or key,
        'bundle_hash': bundle.hash,
        'bundle': bundle.zipped(),
        'state': state,
        'effective_at': effective_at or (tx.now if state == 'in_force' else None),
        'clock_rules': rules,
        'report': report,
        'reason': reason,
        'deployed_by': tx.by.id,
        'deployed_at': tx.now,
    }
    try:
        definition_id: int = tx.connection.execute(insert(t).returning(t.c.id), values).scalar_one()
    except IntegrityError as error:  # the first two versions of a key at once: there was no row to hold
        message = f'Expected version {last + 1} of {key} to be new, but somebody has just deployed it'
        raise Conflict(message, '同一事项刚刚部署了别的版本，请核对后重试') from error
    return definition_id


def _retire_others(tx: Tx, key: str, definition_id: int) -> None:
    tx.connection.execute(
        update(t).where(t.c.key == key, t.c.state == 'in_force', t.c.id != definition_id).values(state='retired', retired_at=tx.now)
    )
    replace(tx, key, definition_id)


def promote(tx: Tx, definition_id: int) -> None:
    """Put a staged version whose instant has come into force.

    Of each key only the version whose instant came last stays in force: one that was released meanwhile, for now, is not replaced by
    one that was staged for an earlier instant.
    """
    due = update(t).where(t.c.id == definition_id, t.c.state == 'staged', t.c.effective_at <= tx.now).values(state='in_force')
    row = tx.connection.execute(due.returning(t.c.key, t.c.effective_at)).one_or_none()
    if row is None:
        return
    kept = in_force(tx.connection, row.key, tx.now)
    _retire_others(tx, row.key, kept)
    if kept == definition_id:
        schedule(tx, definition_id, tx.engine.definitions.get(tx.connection, definition_id).program, row.effective_at)


def unstage(tx: Tx, definition_id: int) -> None:
    """Take back a version that waits for its instant (right `definition.deploy`): it is retired without ever having been in force.

    Raises NotFound, and Conflict when its instant has come: cases may have begun under it, though no worker has noted it yet.
    """
    tx.need('definition.deploy')
    row = tx.connection.execute(select(t.c.state, t.c.effective_at).where(t.c.id == definition_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
    if row.state != 'staged' or (row.effective_at is not None and row.effective_at <= tx.now):
        raise Conflict(f'Expected a staged version, but definition {definition_id} is {row.state} or due', '该版本已不是待生效状态')
    tx.connection.execute(update(t).where(t.c.id == definition_id).values(state='retired', retired_at=tx.now))


def in_force(connection: Connection, key: str, now: datetime) -> int:
    """The definition that a new instance of this key runs: the one that came into force last at `now`. Raises NotFound."""
    found = newest_in_force(connection, key, now)
    if found is None:
        raise NotFound(f'Expected a version of {key} in force, but there is none', f'“{key}”没有生效的流程版本')
    return found


def newest_in_force(connection: Connection, key: str, now: datetime) -> int | None:
    """The definition that is in force at `now`, also when no worker has put it there yet; None before the first."""
    found = connection.execute(
        select(t.c.id)
        .where(t.c.key == key, or_(t.c.state == 'in_force', (t.c.state == 'staged') & (t.c.effective_at <= now)))
        .order_by(t.c.effective_at.desc(), t.c.version.desc())
        .limit(1)
    ).scalar()
    return None if found is None else int(found)
