"""What an administrator decides before cases go to another version or to another step, as data: it is logged with every case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.moving import CHOICES, KEEP, RELIMIT, Finding, Wanted
from engine.core.errors import Rejection

OPENING, NOW = 'opening', 'now'


@dataclass(frozen=True)
class MigrationPlan:
    """From one definition to another of the same key.

    `mapping`: old element id → new one, for those whose id changed. `timers`: new id of a timer event, or `*`, → keep (its limit and
    anchor, the default), relimit (the new limit from the old anchor) or restart (the new limit from the migration on). `clocks`: name of
    a clock, or `*`, → keep or relimit. `added`: a boundary timer that is new on the step a case sits on counts from the step's `opening`
    or from `now`.
    """

    from_id: int
    to_id: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    timers: Mapping[str, str] = field(default_factory=dict)
    clocks: Mapping[str, str] = field(default_factory=dict)
    added: str = OPENING

    def __post_init__(self) -> None:
        """Raises Rejection for a choice nobody knows."""
        wrong = [one for one in self.timers.values() if one not in CHOICES]
        wrong += [one for one in self.clocks.values() if one not in (KEEP, RELIMIT)]
        wrong += [self.added] if self.added not in (OPENING, NOW) else []
        if wrong:
            raise Rejection(f'Expected keep, relimit or restart, opening or now, but got {wrong[0]!r}', f'迁移方案的选项“{wrong[0]}”不合法')

    @property
    def wanted(self) -> Wanted:
        """What becomes of the tokens."""
        return Wanted(mapping=self.mapping, timers=self.timers)

    def clock(self, name: str) -> str:
        """What becomes of a clock's limit."""
        return self.clocks.get(name, self.clocks.get('*', KEEP))

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return {
            'from': self.from_id,
            'to': self.to_id,
            'mapping': dict(self.mapping),
            'timers': dict(self.timers),
            'clocks': dict(self.clocks),
            'added': self.added,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> MigrationPlan:
        """From the JSON object. Raises KeyError, TypeError or ValueError for one that is none."""
        mapping, timers, clocks = (_texts(stored.get(name)) for name in ('mapping', 'timers', 'clocks'))
        return cls(identity(stored['from']), identity(stored['to']), mapping, timers, clocks, stored.get('added') or OPENING)


@dataclass(frozen=True)
class MovePlan:
    """To another step of the same version.

    `leave`: tokens, or elements with every token on them, that are left. `begin`: the element where the case goes on. `definition_id`: the
    version the order was given for, None for whatever the case runs.
    """

    leave: tuple[str, ...]
    begin: str
    definition_id: int | None = None

    @property
    def wanted(self) -> Wanted:
        """What becomes of the tokens."""
        return Wanted(leave=self.leave, begin=self.begin)


Plan = MigrationPlan | MovePlan


def _texts(found: Any) -> dict[str, str]:
    table = dict(found or {})
    if not all(isinstance(one, str) for pair in table.items() for one in pair):
        raise TypeError(f'Expected texts, but got {table!r}')
    return table


def identity(value: Any) -> int:
    """A row's id out of JSON. Raises ValueError for what is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 31:
        raise ValueError(f'Expected the id of a version, but got {value!r}')
    return value


@dataclass(frozen=True)
class Assessment:
    """What would become of one instance: `can`, or cannot because of the blocking findings; the others say what will be different."""

    instance_id: int
    business_key: str
    findings: tuple[Finding, ...]

    @property
    def can(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(one.blocking for one in self.findings)

    @property
    def because(self) -> tuple[Finding, ...]:
        """What stands in the way."""
        return tuple(one for one in self.findings if one.blocking)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What will be different."""
        return tuple(one for one in self.findings if not one.blocking)


def refused(assessment: Assessment) -> Rejection:
    """The rejection that says why."""
    because = assessment.because
    return Rejection(
        f'Expected {assessment.business_key} to be movable, but ' + '; '.join(one.en for one in because),
        '；'.join(one.zh for one in because),
        findings=[one.as_dict() for one in because],
    )
