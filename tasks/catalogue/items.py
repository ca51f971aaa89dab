"""Approval items: deploying a bundle with its catalogue entry, publishing, and the clock rules that follow from the item's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from engine import Conflict, NotFound, Rejection
from engine.bpmn import Problem
from engine.identity import is_blank
from engine.tables import process_definition
from engine.verbs import definitions
from tasks import tables as t
from tasks.calendars.halls import need_hall
from tasks.cases.numbers import versions_before
from tasks.catalogue.checking import Judged, hall_facts, judge
from tasks.catalogue.clock_rules import clock_rules
from tasks.catalogue.item import AGENCY_HEAD, ItemSpec, disclosure_gaps
from tasks.catalogue.item_toml import item_of, spec_of
from tasks.catalogue.releases.rules import need_new_basis
from tasks.catalogue.standing import CLOSING
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.people.vacant import need_people
from tasks.rights.asking import need, need_item
from tasks.rights.two_people import RULES

if TYPE_CHECKING:
    from engine import Actor, Bundle, Engine, Tx


@dataclass(frozen=True)
class Deployed:
    """A bundle put into force (or staged). `warnings` are the check's, for the administrator to read."""

    definition_id: int
    item_code: str
    item_name: str
    version: int
    warnings: tuple[Problem, ...]


def deploy(
    tx: Tx, judged: Judged, reason: str, *, hall: str | None = None, effective_at: datetime | None = None, despite_empty: bool = False
) -> Deployed:
    """Put a checked bundle into force now, or from `effective_at`; the item is entered or updated in the catalogue and published.

    What is stored is what was checked: `checking.judge` has it, before the transaction. Of a version that waits for its instant the
    catalogue says nothing yet: `releases.catalogue` enters it then. Cases that run keep the version they were received under.
    A step nobody works stops it, unless `despite_empty` says that this is known: a deployment, a release and a rollback alike.
    Raises Undeployable with every problem, EmptyPosts, Rejection without a reason, NoHall before there is a hall, Conflict when
    windows, departments or the item have changed since the check.
    """
    need(tx.by, 'definition.deploy')
    if is_blank(reason):
        raise Rejection('Expected a reason for the deployment, but it is empty', '请填写部署理由')
    fitting(tx.connection, judged, tx.now, despite_empty=despite_empty)
    spec = spec_of(judged.edition)
    need_item(tx.connection, tx.by, 'definition.deploy', spec.code)
    place = _hall(tx, spec.code, hall)
    need(tx.by, 'definition.deploy', place)
    definition_id = definitions.deploy(
        tx,
        judged,
        key=spec.code,
        name=spec.name,
        clock_rules=clock_rules(spec),
        reason=reason,
        effective_at=effective_at,
        state='staged' if effective_at else 'in_force',
        after=versions_before(tx.connection),
    )
    _keep_windows(tx, definition_id, spec)
    if effective_at is not None and effective_at > tx.now:
        _announce(tx, spec, place)
    else:
        enter(tx, spec, place, definition_id)
    version = _version(tx.connection, definition_id)
    note(tx, 'item.deployed', spec.code, reason, {'definition': definition_id, 'version': version, 'hash': judged.edition.hash})
    return Deployed(definition_id, spec.code, spec.name, version, judged.warnings)


def fitting(connection: Connection, judged: Judged, now: datetime, *, despite_empty: bool = False) -> None:
    """Raises what keeps a checked bundle from coming into force in this hall as it is now."""
    if judged.edition.bundle.lone:
        raise Rejection('Expected a bundle with item.toml, but this is a lone diagram', '缺少事项信息 item.toml，不能部署为办理事项')
    need_hall(connection)
    judged.need_deployable()
    if hall_facts(connection, judged.edition) != judged.facts:
        raise Conflict('Expected the hall as it was checked, but it has changed', '检查之后大厅的窗口、部门或事项有变化，请重新部署')
    if not despite_empty:
        need_people(connection, judged.edition, now)


def check(engine: Engine, bundle: Bundle, *, despite_empty: bool = False) -> str:
    """The code of a bundle that could come into force now. Raises what `fitting` raises."""
    with engine.reading() as connection:
        judged = judge(connection, bundle)
        fitting(connection, judged, engine.clock(), despite_empty=despite_empty)
    return spec_of(judged.edition).code


def check_and_deploy(engine: Engine, by: Actor, bundle: Bundle, reason: str, *, despite_empty: bool = False) -> Deployed:
    """Check a bundle, then put it into force in a transaction of its own. Raises what `deploy` raises."""
    with engine.reading() as connection:
        judged = judge(connection, bundle)
    return engine.run(by, lambda tx: deploy_alone(tx, judged, reason, despite_empty=despite_empty))


def deploy_alone(tx: Tx, judged: Judged, reason: str, *, despite_empty: bool = False) -> Deployed:
    """`deploy` by one person: somebody else signs it afterwards."""
    done = deploy(tx, judged, reason, despite_empty=despite_empty)
    ask(tx, 'item.deployed', done.item_code, reason)
    return done


def publish(tx: Tx, code: str, reason: str = '') -> None:
    """Make an item public; one that was cancelled needs a legal basis it did not have then (S-39)."""
    need_item(tx.connection, tx.by, 'item.publish', code)
    definition_id = tx.connection.execute(
        select(t.approval_item.c.definition_id).where(t.approval_item.c.code == code)
    ).scalar_one_or_none()
    basis = item_of(tx.connection, definition_id).legal_basis if definition_id is not None else ()
    need_new_basis(tx.connection, code, basis)
    _set_published(tx, code, 'item.published', reason)


def withdraw_from_public(tx: Tx, code: str, reason: str, goes_to: str = '') -> None:
    """Take an item off the public catalogue (下线): no new cases; those that run go on. `goes_to`: where people go instead."""
    _close(tx, code, 'item.withdrawn', reason, goes_to)


def cancel(tx: Tx, code: str, reason: str, goes_to: str = '') -> None:
    """The item is cancelled (取消): off the catalogue for good. No new cases; those that run go on.

    It comes back only with a new legal basis (S-39).
    """
    _close(tx, code, 'item.cancelled', reason, goes_to)


def hand_down(tx: Tx, code: str, reason: str, goes_to: str = '') -> None:
    """The item is handed down (下放) to whom `goes_to` names; for this hall that is as if it were cancelled."""
    if is_blank(goes_to):
        raise Rejection('Expected where people go instead, but it is empty', '请填写下放后的办理机构')
    _close(tx, code, 'item.handed_down', reason, goes_to)


def _close(tx: Tx, code: str, act: str, reason: str, goes_to: str) -> None:
    need_item(tx.connection, tx.by, 'item.publish', code)
    if is_blank(reason):
        raise Rejection('Expected the basis of the act, but it is empty', f'请填写{CLOSING[act]}的依据')
    item = t.approval_item.c
    definition_id = tx.connection.execute(select(item.definition_id).where(item.code == code)).scalar_one_or_none()
    _set_published(tx, code, act, reason.strip(), {'definition': definition_id, 'goes_to': goes_to.strip()})
    if act in RULES:
        ask(tx, act, code, reason.strip())


def _set_published(tx: Tx, code: str, act: str, reason: str, data: Mapping[str, Any] | None = None) -> None:
    published = act == 'item.published'
    values = {'published': published, 'published_at': tx.now if published else None, 'changed_at': tx.now}
    done = tx.connection.execute(update(t.approval_item).where(t.approval_item.c.code == code).values(values))
    if not done.rowcount:
        raise NotFound(f'Expected an approval item, but there is no {code!r}', f'没有事项 {code}')
    note(tx, act, code, reason, data)


def _hall(tx: Tx, item: str, code: str | None) -> str:
    """The hall that was named; else the one that has the item, that of whoever deploys, the only one."""
    halls = need_hall(tx.connection)
    if code is None:
        has = tx.connection.execute(select(t.approval_item.c.hall).where(t.approval_item.c.code == item)).scalar_one_or_none()
        code = has or tx.by.hall or (halls[0] if len(halls) == 1 else None)
    if code is None or code not in halls:
        raise Rejection(f'Expected one of the halls {halls}, but got {code!r}', '请指定政务大厅')
    return code


def enter(tx: Tx, spec: ItemSpec, hall: str, definition_id: int) -> None:
    """Make a definition in force the item's entry in the catalogue. An item that was never in force is published, if it is complete."""
    values = _row(tx.connection, spec, hall) | {'definition_id': definition_id, 'changed_at': tx.now}
    item = t.approval_item
    known = tx.connection.execute(select(item.c.definition_id).where(item.c.code == spec.code)).one_or_none()
    if known is None or known.definition_id is None:
        complete = not disclosure_gaps(spec)
        values |= {'published': complete, 'published_at': tx.now if complete else None}
    if known is None:
        tx.connection.execute(insert(item), [{'code': spec.code, 'definition_key': spec.code, **values}])
    else:
        tx.connection.execute(update(item).where(item.c.code == spec.code).values(values))


def _keep_windows(tx: Tx, definition_id: int, spec: ItemSpec) -> None:
    """The windows a version names, and the post that extends its limits where that is not the agency's head: rights follow them."""
    found = {('named', window.id) for window in spec.windows}
    if spec.limits.extension_role not in ('', AGENCY_HEAD):
        found.add(('extends', spec.limits.extension_role))
    rows = [{'definition_id': definition_id, 'duty': duty, 'window': window} for duty, window in sorted(found)]
    tx.connection.execute(delete(t.definition_window).where(t.definition_window.c.definition_id == definition_id))  # taken into force again
    if rows:
        tx.connection.execute(insert(t.definition_window), rows)


def _announce(tx: Tx, spec: ItemSpec, hall: str) -> None:
    """A version waits for its instant. A new item gets a row without a definition, which nobody sees or files under."""
    item = t.approval_item
    if tx.connection.execute(select(item.c.code).where(item.c.code == spec.code)).first() is None:
        fresh = {'code': spec.code, 'definition_key': spec.code, 'published': False, 'changed_at': tx.now}
        tx.connection.execute(insert(item), [fresh | _row(tx.connection, spec, hall)])


def _row(connection: Connection, spec: ItemSpec, hall: str) -> dict[str, Any]:
    named = select(t.department.c.code).where(t.department.c.name == spec.department, t.department.c.hall == hall)
    return {
        'name': spec.name,
        'hall': hall,
        'department': connection.execute(named).scalar(),
        'type': spec.type,
        'handling_class': spec.handling_class,
        'promise': spec.limits.promise,
        'statutory': spec.limits.statutory,
        'number_prefixes': ' '.join(spec.number_prefixes),
    }


def _version(connection: Connection, definition_id: int) -> int:
    return int(connection.execute(select(process_definition.c.version).where(process_definition.c.id == definition_id)).scalar_one())
