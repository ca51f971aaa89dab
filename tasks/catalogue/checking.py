"""The office's check of a bundle: its files, then what only this hall can say, then its scenarios. Asked before any transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from engine import Bundle, Checked, Clock, Edition, edition, system_clock
from engine.bpmn import House, Problem, accounts_of, check_bundle, in_order
from engine.bpmn.rulebook import office as rules
from engine.tables import process_definition
from tasks import tables as t
from tasks.cases.functions import FUNCTIONS
from tasks.catalogue.item import DISCLOSED, ItemSpec, disclosure_gaps
from tasks.catalogue.item_toml import item_of, item_rules, read_entry
from tasks.catalogue.releases.rules import type_name
from tasks.documents.handlers import HANDLERS
from tasks.documents.issuing import notice_problems
from tasks.words.vocabulary import DOCUMENT
from tasks.workshop.trial.replay import scenario_problems

OFFERED = House(handlers=frozenset(HANDLERS), functions=frozenset(FUNCTIONS), documents=frozenset(DOCUMENT))
"""What every hall of this program offers a diagram; only its windows are its own."""


def house_of_files(*, lone: bool, clock: Clock = system_clock) -> House:
    """What is known of a hall where there are only files: what every hall offers, and the machine's clock. Of a lone diagram it is
    not known which handlers and documents its bundle brings."""
    return replace(House(functions=OFFERED.functions) if lone else OFFERED, now=clock())


@dataclass(frozen=True)
class HallAtCheck:
    """What this hall says about one bundle: codes of its windows, names of its departments, the type the item has had so far.

    `prefixes` are those of the item's certificate numbers that another item has, each with that item's name.
    """

    windows: frozenset[str]
    departments: frozenset[str]
    item_type: str = ''
    prefixes: tuple[tuple[str, str], ...] = ()
    accounts: frozenset[str] = frozenset()  # those its diagrams name that there are


@dataclass(frozen=True)
class Judged(Checked):
    """A bundle checked for one hall."""

    facts: HallAtCheck


def judge(connection: Connection, bundle: Bundle, *, scenarios: bool = True) -> Judged:
    """Everything wrong with a bundle in this installation: diagram, forms, catalogue entry, windows, department, printed forms.

    When nothing of that is an error its scenarios are replayed, unless told not to: while somebody draws, the rest must answer at once.
    It takes seconds: ask it before the transaction that deploys.
    """
    found = edition(bundle)
    facts = hall_facts(connection, found)
    problems = file_problems(found, replace(OFFERED, windows=facts.windows, accounts=facts.accounts))
    spec = found.read(read_entry).spec
    if spec is not None and not found.read(read_entry).problems:
        problems += _hall_problems(spec, facts)
    if scenarios and not any(problem.is_error for problem in problems):
        problems += scenario_problems(bundle)
    judged = Judged(found, tuple(problems), facts)
    if judged.deployable:
        found.program  # noqa: B018  built now, not inside the transaction that deploys it
    return judged


def hall_facts(connection: Connection, found: Edition) -> HallAtCheck:
    """What the hall says about this bundle now."""
    spec = found.read(read_entry).spec
    item = t.approval_item.c
    known = connection.execute(select(item.type).where(item.code == spec.code)).scalar_one_or_none() if spec is not None else None
    windows = frozenset(connection.execute(select(t.window.c.code)).scalars())
    departments = frozenset(connection.execute(select(t.department.c.name)).scalars())
    named = found.read(accounts_of)
    there = (
        frozenset(connection.execute(select(t.clerk.c.username).where(t.clerk.c.username.in_(named))).scalars()) if named else frozenset()
    )
    prefixes = tuple(_taken(connection, spec)) if spec is not None else ()
    return HallAtCheck(windows, departments, known or '', prefixes, there)


def _taken(connection: Connection, spec: ItemSpec) -> Iterator[tuple[str, str]]:
    """A prefix of certificate numbers belongs to one item of a hall; versions that wait to come into force count too."""
    wanted = set(spec.number_prefixes)
    if not wanted:
        return
    item, d = t.approval_item.c, process_definition.c
    here = select(t.department.c.hall).where(t.department.c.name == spec.department)
    others = select(item.name, item.number_prefixes, item.definition_key).where(item.hall.in_(here), item.code != spec.code)
    waiting = connection.execute(select(d.key, d.id).where(d.state == 'staged', d.key != spec.code)).all()
    for row in connection.execute(others.order_by(item.code)).all():
        found = set(row.number_prefixes.split())
        found |= {prefix for one in waiting if one.key == row.definition_key for prefix in item_of(connection, one.id).number_prefixes}
        yield from ((prefix, row.name) for prefix in sorted(wanted & found))


def file_problems(found: Edition, house: House) -> list[Problem]:
    """What is wrong with the files of a bundle, without asking any hall but for what `house` offers."""
    problems = [*_entry_problems(found), *check_bundle(found.bundle, house, found.read(item_rules))]
    problems += [_problem('NOTICE_TEMPLATE', zh, english, path) for path, zh, english in notice_problems(found.bundle)]
    return in_order(found.bundle, problems)


def _entry_problems(found: Edition) -> Iterator[Problem]:
    entry = found.read(read_entry)
    for wrong in entry.problems:
        where, where_en = wrong.where or '文件', wrong.where or 'file'
        yield rules.ITEM_INVALID.at(None, wrong.line, file='item.toml', where=where, where_en=where_en, why=wrong.zh, why_en=wrong.en)
    if entry.spec is not None and not entry.problems:
        for key in disclosure_gaps(entry.spec):
            profile = entry.spec.disclosure.profile
            yield rules.DISCLOSURE_MISSING.at(None, 1, file='item.toml', found=DISCLOSED[key], found_en=key, where=profile)


def _hall_problems(spec: ItemSpec, facts: HallAtCheck) -> Iterator[Problem]:
    if spec.department not in facts.departments:
        zh, english = f'大厅没有部门「{spec.department}」', f'the hall has no department {spec.department!r}'
        yield _problem('DEPARTMENT_NOT_IN_HALL', zh, english, 'item.toml')
    if facts.item_type and facts.item_type != spec.type:
        before, after = type_name(facts.item_type), type_name(spec.type)
        zh = f'事项类型在目录批准时确定，不得由「{before}」改为「{after}」（防止改头换面、明放暗收）'
        yield _problem('ITEM_TYPE_CHANGED', zh, f'the type of an item is fixed: {before} cannot become {after} (S-39)', 'item.toml')
    for prefix, name in facts.prefixes:
        zh = f'证书编号前缀「{prefix}」已由事项「{name}」使用，请另定前缀'
        english = f'expected a prefix of certificate numbers of its own, but {prefix!r} belongs to {name!r}'
        yield _problem('NUMBER_PREFIX_TAKEN', zh, english, 'item.toml')
    for window in spec.windows:
        if window.id not in facts.windows:
            zh, english = f'大厅没有窗口「{window.name}」（{window.id}）', f'the hall has no window {window.id!r}'
            yield _problem('ITEM_WINDOW_NOT_IN_HALL', zh, english, 'item.toml')


def _problem(code: str, zh: str, english: str, file: str) -> Problem:
    return Problem(code, 'error', None, None, zh, english, file=file)
