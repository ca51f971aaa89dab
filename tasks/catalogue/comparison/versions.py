"""The whole comparison of two bundles, and the figures of a revision: steps, materials, days before and after (S-73, S-45)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from engine import COMPARED, Bundle
from engine.bpmn.compare import ADDED, CHANGED, REMOVED, Change, colours, compare_diagrams, window_of
from engine.bpmn.model import Diagram
from engine.bpmn.read import examine
from engine.words import Word, said
from engine.worktime import Limit, LimitError, longer, parse_limit
from tasks.catalogue.comparison.entries import compare_entries, entry, rows_of, table_of
from tasks.catalogue.comparison.forms import compare_forms, count_fields
from tasks.words.vocabulary import LIMIT

_FILES: Mapping[str, tuple[str, bool]] = {'.dmn': ('decision', True), '.html': ('notice', True), '.toml': ('scenario', False)}


@dataclass(frozen=True)
class Figure:
    """One line of before and after. `delta` in the unit of both; None when they cannot be subtracted. `better`: less for the applicant."""

    key: str
    name: str
    before: str
    after: str
    delta: int | None = None
    better: bool | None = None

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


@dataclass(frozen=True)
class VersionComparison:
    """Everything that differs between two versions of an item."""

    changes: tuple[Change, ...]
    more: bool  # there are further ones
    figures: tuple[Figure, ...]
    old: Diagram | None
    new: Diagram | None

    @property
    def semantic(self) -> tuple[Change, ...]:
        """What changes the handling of a case or what is disclosed."""
        return tuple(change for change in self.changes if change.semantic)

    @property
    def cosmetic(self) -> tuple[Change, ...]:
        """Names, documentation and drawing."""
        return tuple(change for change in self.changes if not change.semantic)

    @property
    def colours(self) -> dict[str, str]:
        """Element or flow id → added, removed, changed or touched, for both drawings."""
        return colours([change for change in self.changes if change.area in DRAWN])


DRAWN = frozenset({'step', 'event', 'gateway', 'subprocess', 'flow'})


def compare(old: Bundle, new: Bundle) -> VersionComparison:
    """Compare two bundles; either may be unfinished: what cannot be read is compared as a file. Never raises for their content."""
    before, after = _diagram(old), _diagram(new)
    every = chain(_diagrams(old, new, before, after), compare_entries(old, new), compare_forms(old, new), _files(old, new))
    changes, more = _first(every)
    return VersionComparison(changes, more, tuple(_figures(old, new, before, after)), before, after)


def _first(changes: Iterable[Change]) -> tuple[tuple[Change, ...], bool]:
    """As many as are listed, and whether there are more; what only looks different gives way to what changes the handling."""
    found = Counter[bool]()
    kept: list[Change] = []
    for change in changes:
        found[change.semantic] += 1
        if found[change.semantic] <= COMPARED:
            kept.append(change)
    room = max(COMPARED - found[True], 0)
    looks = islice((change for change in kept if not change.semantic), room)
    shown = {id(change) for change in (*(change for change in kept if change.semantic), *looks)}
    return tuple(change for change in kept if id(change) in shown), found.total() > len(shown)


def _diagram(bundle: Bundle) -> Diagram | None:
    path = bundle.diagram_path
    return examine(bundle.files[path], path).diagram if path else None


def _diagrams(old: Bundle, new: Bundle, before: Diagram | None, after: Diagram | None) -> Iterator[Change]:
    if before is not None and after is not None:
        yield from compare_diagrams(before, after)
    elif old.diagram_path or new.diagram_path:
        yield Change(CHANGED, 'file', new.diagram_path or old.diagram_path or '', aspect='unreadable')
    main = {old.diagram_path, new.diagram_path}
    for path in sorted({*old.files, *new.files}):
        if path.endswith('.bpmn') and path not in main:
            yield from _other_diagram(path, old, new)


def _other_diagram(path: str, old: Bundle, new: Bundle) -> Iterator[Change]:
    if path not in old.files or path not in new.files:
        yield Change(ADDED if path in new.files else REMOVED, 'file', path, path)
        return
    before, after = examine(old.files[path], path).diagram, examine(new.files[path], path).diagram
    if before is not None and after is not None:
        yield from compare_diagrams(before, after)
    elif old.files[path] != new.files[path]:
        yield Change(CHANGED, 'file', path, path)


def _files(old: Bundle, new: Bundle) -> Iterator[Change]:
    """What is neither diagram, form nor entry, as whole files."""
    for path in sorted({*old.files, *new.files}):
        if path == 'item.toml' or path.endswith(('.bpmn', '.form')) or old.files.get(path) == new.files.get(path):
            continue
        area, semantic = next((found for suffix, found in _FILES.items() if path.endswith(suffix)), ('file', False))
        kind = ADDED if path not in old.files else REMOVED if path not in new.files else CHANGED
        yield Change(kind, area, path, path, semantic=semantic)


def _figures(old: Bundle, new: Bundle, before: Diagram | None, after: Diagram | None) -> Iterator[Figure]:
    counted = {
        'steps': (Word('办理环节', 'Steps'), _steps(before), _steps(after)),
        'windows': (Word('经办窗口', 'Windows'), _windows(before), _windows(after)),
        'materials': (Word('申报材料', 'Materials'), _materials(old), _materials(new)),
        'required': (
            Word('其中必交材料', 'Materials that must be handed in'),
            _materials(old, required=True),
            _materials(new, required=True),
        ),
        'fields': (Word('表单填写项', 'Fields of forms'), count_fields(old), count_fields(new)),
    }
    for key, (name, had, has) in counted.items():
        yield Figure(key, name, str(had), str(has), has - had, None if had == has else has < had)
    limits, limits_after = table_of(entry(old).get('limits')), table_of(entry(new).get('limits'))
    for key, name in LIMIT.items():
        one, other = str(limits.get(key) or ''), str(limits_after.get(key) or '')
        if one or other:
            better = longer(one, other) if one and other and one != other else None
            yield Figure(key, name, one, other, _less(one, other), None if key in ('supplement', 'extension') else better)
    yield from _step_limits(before, after)


def _step_limits(before: Diagram | None, after: Diagram | None) -> Iterator[Figure]:
    """The limit on each step, where one of the versions has one."""
    one, other = _limits(before), _limits(after)
    for element, (name, _limit) in {**one, **other}.items():
        was, now = one.get(element, (name, ''))[1], other.get(element, (name, ''))[1]
        if was != now:
            yield Figure(
                f'limit.{element}',
                said('环节时限：{name}', 'Limit of a step: {name}', name=name),
                was,
                now,
                _less(was, now),
                longer(was, now) if was and now else None,
            )


def _limits(diagram: Diagram | None) -> dict[str, tuple[str, str]]:
    found = {}
    for event in diagram.elements.values() if diagram else ():
        timer = next((each for each in event.events if each.kind == 'timer'), None)
        if event.attached_to and timer is not None:
            host = diagram.elements.get(event.attached_to) if diagram else None
            step = {'host': host.name or host.id, 'event': event.name or event.id} if host else None
            name = said('{host}（{event}）', '{host} ({event})', **step) if step else event.id
            found[event.id] = (name, timer.expression or '')
    return found


def _less(one: str, other: str) -> int | None:
    """How many units more the other limit has; None for other units."""
    try:
        first, second = parse_limit(one), parse_limit(other)
    except LimitError:
        return None
    if isinstance(first, Limit) and isinstance(second, Limit) and first.unit is second.unit:
        return second.amount - first.amount
    return None


def _steps(diagram: Diagram | None) -> int:
    """Steps people do: user and manual tasks."""
    return sum(1 for each in diagram.elements.values() if each.kind in ('userTask', 'manualTask')) if diagram else 0


def _windows(diagram: Diagram | None) -> int:
    tasks = [each for each in diagram.elements.values() if each.kind == 'userTask'] if diagram else []
    return len({window_of(diagram, each) for each in tasks} - {'', 'applicant'}) if diagram else 0


def _materials(bundle: Bundle, *, required: bool = False) -> int:
    return sum(1 for row in rows_of(entry(bundle).get('materials')) if not required or row.get('required', True))
