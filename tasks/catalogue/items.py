"""Approval items: deploying a bundle with its catalogue entry, publishing, and the clock rules that follow from the item's limits."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from engine import Bundle, NotFound, Rejection, Undeployable
from engine.bpmn import House, Problem, check_bundle
from engine.item import ItemError, ItemSpec, disclosure_gaps, parse_item
from engine.tables import process_definition
from engine.verbs import definitions
from tasks import tables as t
from tasks.calendars.halls import need_hall
from tasks.cases.functions import FUNCTIONS
from tasks.catalogue.clock_rules import clock_rules
from tasks.catalogue.releases.rules import need_new_basis, type_changed, type_name
from tasks.documents.handlers import HANDLERS
from tasks.documents.issuing import notice_problems
from tasks.operations.log import note
from tasks.rights.roles import need_role
from tasks.workshop.trial.replay import scenario_problems

if TYPE_CHECKING:
    from engine import Tx


@dataclass(frozen=True)
class Deployed:
    """A bundle put into force (or staged). `warnings` are the check's, for the administrator to read."""

    definition_id: int
    item_code: str
    version: int
    warnings: tuple[Problem, ...]


def house_of(connection: Connection) -> House:
    """What this installation offers a diagram: windows, handlers of service tasks, functions."""
    windows = frozenset(connection.execute(select(t.window.c.code)).scalars())
    return House(windows=windows, handlers=frozenset(HANDLERS), functions=frozenset(FUNCTIONS))


def check(connection: Connection, bundle: Bundle, *, scenarios: bool = True) -> list[Problem]:
    """Everything wrong with a bundle in this installation: diagram, forms, catalogue entry, windows, department, printed forms.

    When nothing of that is an error its scenarios are replayed, unless told not to: while somebody draws, the rest must answer at once.
    """
    problems = list(check_bundle(bundle, house_of(connection)))
    problems += [_problem('NOTICE_TEMPLATE', zh, english, path) for path, zh, english in notice_problems(bundle.files)]
    if not bundle.lone:
        problems += _item_problems(connection, bundle)
    if scenarios and not any(problem.is_error for problem in problems):
        problems += scenario_problems(bundle)
    return problems


def deploy(tx: Tx, bundle: Bundle, reason: str, *, hall: str | None = None, effective_at: datetime | None = None) -> Deployed:
    """Check a bundle and put it into force now, or from `effective_at`; the item is entered or updated in the catalogue and published.

    Of a version that waits for its instant the catalogue says nothing yet: `releases.catalogue` enters it then. Cases that run
    keep the version they were received under. Raises Undeployable with every problem, NoHall before there is a hall.
    """
    need_role(tx.by, 'administrator')
    if bundle.lone:
        raise Rejection('Expected a bundle with item.toml, but this is a lone diagram', '缺少事项信息 item.toml，不能部署为办理事项')
    need_hall(tx.connection)
    problems = check(tx.connection, bundle)
    if any(problem.severity == 'error' for problem in problems):
        raise Undeployable(problems)
    spec = parse_item(bundle.files['item.toml'])
    place = _hall(tx.connection, hall)
    definition_id = definitions.deploy(
        tx,
        bundle,
        key=spec.code,
        name=spec.name,
        clock_rules=clock_rules(spec),
        reason=reason,
        effective_at=effective_at,
        house=house_of(tx.connection),
        state='staged' if effective_at else 'in_force',
    )
    if effective_at is not None and effective_at > tx.now:
        _announce(tx, bundle, spec, place, definition_id)
    else:
        enter(tx, bundle, spec, place, definition_id)
    version = _version(tx.connection, definition_id)
    note(tx, 'item.deployed', spec.code, reason, {'definition': definition_id, 'version': version, 'hash': bundle.hash})
    return Deployed(definition_id, spec.code, version, tuple(problem for problem in problems if problem.severity != 'error'))


def publish(tx: Tx, code: str, reason: str = '') -> None:
    """Make an item public; one that was cancelled needs a legal basis it did not have then (S-39)."""
    need_role(tx.by, 'administrator')
    entry = tx.connection.execute(select(t.approval_item.c.spec).where(t.approval_item.c.code == code)).scalar_one_or_none()
    need_new_basis(tx.connection, code, (entry or {}).get('legal_basis') or [])
    _set_published(tx, code, True, reason)


def withdraw_from_public(tx: Tx, code: str, reason: str) -> None:
    """Take an item off the public catalogue: no new cases; those that run go on."""
    need_role(tx.by, 'administrator')
    if not reason.strip():
        raise Rejection('Expected a reason, but it is empty', '请填写下线理由')
    _set_published(tx, code, False, reason)


def cancel(tx: Tx, code: str, reason: str) -> None:
    """The item is cancelled or handed down (取消、下放): off the catalogue for good. No new cases; those that run go on.

    It comes back only with a new legal basis (S-39).
    """
    need_role(tx.by, 'administrator')
    if not reason.strip():
        raise Rejection('Expected a reason, but it is empty', '请填写取消依据')
    item = t.approval_item.c
    definition_id = tx.connection.execute(select(item.definition_id).where(item.code == code)).scalar_one_or_none()
    _set_published(tx, code, False, reason)
    note(tx, 'item.cancelled', code, reason, {'definition': definition_id})


def _set_published(tx: Tx, code: str, published: bool, reason: str) -> None:
    values = {'published': published, 'published_at': tx.now if published else None, 'changed_at': tx.now}
    done = tx.connection.execute(update(t.approval_item).where(t.approval_item.c.code == code).values(values))
    if not done.rowcount:
        raise NotFound(f'Expected an approval item, but there is no {code!r}', f'没有事项 {code}')
    note(tx, 'item.published' if published else 'item.withdrawn', code, reason)


def _item_problems(connection: Connection, bundle: Bundle) -> list[Problem]:
    try:
        spec = parse_item(bundle.files['item.toml'])
    except ItemError:
        return []  # the check has said so already
    found = []
    departments = set(connection.execute(select(t.department.c.name)).scalars())
    if spec.department not in departments:
        zh, english = f'大厅没有部门「{spec.department}」', f'the hall has no department {spec.department!r}'
        found.append(_problem('DEPARTMENT_NOT_IN_HALL', zh, english, 'item.toml'))
    known = set(connection.execute(select(t.window.c.code)).scalars())
    changed = type_changed(connection, spec)
    if changed is not None:
        before, after = type_name(changed[0]), type_name(changed[1])
        zh = f'事项类型在目录批准时确定，不得由「{before}」改为「{after}」（防止改头换面、明放暗收）'
        found.append(_problem('ITEM_TYPE_CHANGED', zh, f'the type of an item is fixed: {before} cannot become {after} (S-39)', 'item.toml'))
    for window in spec.windows:
        if window.id not in known:
            zh, english = f'大厅没有窗口「{window.name}」（{window.id}）', f'the hall has no window {window.id!r}'
            found.append(_problem('ITEM_WINDOW_NOT_IN_HALL', zh, english, 'item.toml'))
    return found + list(_number_problems(connection, spec))


def _number_problems(connection: Connection, spec: ItemSpec) -> Iterator[Problem]:
    """A prefix of certificate numbers belongs to one item of a hall; versions that wait to come into force count too."""
    wanted = {result.number_prefix for result in spec.results if result.number_prefix}
    others = (
        select(t.approval_item.c.name, t.item_edition.c.spec)
        .join(t.item_edition, t.item_edition.c.item == t.approval_item.c.code)
        .join(process_definition, process_definition.c.id == t.item_edition.c.definition_id)
        .join(t.department, t.department.c.hall == t.approval_item.c.hall)
        .where(t.department.c.name == spec.department, t.approval_item.c.code != spec.code)
        .where(process_definition.c.state.in_(('staged', 'in_force')))
        .order_by(t.approval_item.c.code)
    )
    taken = {one.get('number_prefix', ''): row.name for row in connection.execute(others) for one in row.spec.get('results') or []}
    for prefix in sorted(wanted & set(taken)):
        zh = f'证书编号前缀「{prefix}」已由事项「{taken[prefix]}」使用，请另定前缀'
        english = f'expected a prefix of certificate numbers of its own, but {prefix!r} belongs to {taken[prefix]!r}'
        yield _problem('NUMBER_PREFIX_TAKEN', zh, english, 'item.toml')


def _problem(code: str, zh: str, english: str, file: str) -> Problem:
    return Problem(code, 'error', None, None, zh, english, file=file)


def _hall(connection: Connection, code: str | None) -> str:
    halls = need_hall(connection)
    if code is None and len(halls) == 1:
        return halls[0]
    if code is None or code not in halls:
        raise Rejection(f'Expected one of the halls {halls}, but got {code!r}', '请指定政务大厅')
    return code


def enter(tx: Tx, bundle: Bundle, spec: ItemSpec, hall: str, definition_id: int) -> None:
    """Make a definition in force the item's entry in the catalogue. An item that was never in force is published, if it is complete."""
    values = _row(tx.connection, bundle, spec, hall) | {'definition_id': definition_id, 'changed_at': tx.now}
    item = t.approval_item
    known = tx.connection.execute(select(item.c.definition_id).where(item.c.code == spec.code)).one_or_none()
    if known is None or known.definition_id is None:
        complete = not disclosure_gaps(spec)
        values |= {'published': complete, 'published_at': tx.now if complete else None}
    if known is None:
        tx.connection.execute(insert(item), [{'code': spec.code, 'definition_key': spec.code, **values}])
    else:
        tx.connection.execute(update(item).where(item.c.code == spec.code).values(values))
    _edition(tx, bundle, spec, definition_id)


def _announce(tx: Tx, bundle: Bundle, spec: ItemSpec, hall: str, definition_id: int) -> None:
    """A version waits for its instant. A new item gets a row without a definition, which nobody sees or files under."""
    item = t.approval_item
    if tx.connection.execute(select(item.c.code).where(item.c.code == spec.code)).first() is None:
        fresh = {'code': spec.code, 'definition_key': spec.code, 'published': False, 'changed_at': tx.now}
        tx.connection.execute(insert(item), [fresh | _row(tx.connection, bundle, spec, hall)])
    _edition(tx, bundle, spec, definition_id)


def _row(connection: Connection, bundle: Bundle, spec: ItemSpec, hall: str) -> dict[str, Any]:
    named = select(t.department.c.code).where(t.department.c.name == spec.department, t.department.c.hall == hall)
    department = connection.execute(named).scalar()
    return {'name': spec.name, 'hall': hall, 'department': department, 'handling_class': spec.handling_class, 'spec': _entry(bundle, spec)}


def _entry(bundle: Bundle, spec: ItemSpec) -> dict[str, Any]:
    entry: dict[str, Any] = tomllib.loads(bundle.files['item.toml'].decode('utf-8-sig'))
    return entry | {'limits': asdict(spec.limits)}  # with the defaults of the law


def _edition(tx: Tx, bundle: Bundle, spec: ItemSpec, definition_id: int) -> None:
    """The entry and the printed forms a case of this definition keeps."""
    if tx.connection.execute(select(t.item_edition.c.item).where(t.item_edition.c.definition_id == definition_id)).first():
        return
    notices = {
        path.removeprefix('notices/').removesuffix('.html'): content.decode('utf-8')
        for path, content in bundle.files.items()
        if path.startswith('notices/') and path.endswith('.html')
    }
    row = {'definition_id': definition_id, 'item': spec.code, 'spec': _entry(bundle, spec), 'notices': notices}
    tx.connection.execute(insert(t.item_edition), [row])


def _version(connection: Connection, definition_id: int) -> int:
    return int(connection.execute(select(process_definition.c.version).where(process_definition.c.id == definition_id)).scalar_one())
