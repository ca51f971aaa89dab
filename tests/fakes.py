"""People, diagrams and doubles that many tests use. Diagrams are written without drawings: the engine does not look at them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import Actor, Bundle, Event, Forbidden, Tx

ADMINISTRATOR = Actor('guanli', '管理员', roles=frozenset({'administrator'}))
SUPERVISOR = Actor('jiancha', '监督员', roles=frozenset({'supervisor'}))


RIGHTS = {'definition.draft': {'administrator', 'analyst'}, 'task.hand_over': {'administrator', 'supervisor'}}


def by_role(tx: Tx, right: str, _instance_id: int | None, _task_id: int | None) -> None:
    """The rights of an engine without an office: administrators have all of them."""
    if not tx.by.roles & RIGHTS.get(right, {'administrator'}):
        raise Forbidden(f'Expected somebody who may {right}, but {tx.by.id} may not', '无权')


def clerk(name: str, *groups: str) -> Actor:
    """A clerk who works these windows."""
    return Actor(name, name.title(), roles=frozenset({'clerk'}), groups=frozenset(groups))


def applicant(*cases: str) -> Actor:
    """An applicant of these cases."""
    return Actor('applicant', '申请人', groups=frozenset({'applicant'}), kind='applicant', cases=frozenset(cases))


def bundle(body: str, *, declarations: str = '', name: str = 'item') -> Bundle:
    """A lone diagram: `body` is what stands inside the one executable process, ids `start` and so on as the body says."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="http://example.org">'
        f'{declarations}<process id="{name}" isExecutable="true">{body}</process></definitions>'
    )
    return Bundle({'process.bpmn': xml.encode()}, name)


def flow(source: str, target: str, condition: str = '') -> str:
    """A sequence flow, with a condition if given."""
    inner = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ''
    return f'<sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def chain(*ids: str) -> str:
    """Flows through these elements in order."""
    return ''.join(flow(source, target) for source, target in itertools.pairwise(ids))


def properties(**values: str) -> str:
    """Extension properties."""
    inner = ''.join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in values.items())
    return f'<extensionElements><camunda:properties>{inner}</camunda:properties></extensionElements>' if values else ''


def start(element: str = 'start', **said: str) -> str:
    """A plain start event."""
    return f'<startEvent id="{element}">{properties(**said)}</startEvent>'


def end(element: str = 'end', **said: str) -> str:
    """A plain end event."""
    return f'<endEvent id="{element}">{properties(**said)}</endEvent>'


def user_task(element: str, group: str = 'desk', attrs: str = '', **said: str) -> str:
    """A user task of a window."""
    groups = f'camunda:candidateGroups="{group}"' if group else ''
    return f'<userTask id="{element}" name="{element}" {groups} {attrs}>{properties(**said)}</userTask>'


def boundary_timer(element: str, host: str, limit: str, *, interrupting: bool = True, kind: str = 'timeDuration', **said: str) -> str:
    """A boundary timer event."""
    return (
        f'<boundaryEvent id="{element}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">{properties(**said)}'
        f'<timerEventDefinition><{kind}>{limit}</{kind}></timerEventDefinition></boundaryEvent>'
    )


@dataclass
class Listener:
    """Remembers every event it is told."""

    seen: list[Event] = field(default_factory=list)
    frames: list[Sequence[Event]] = field(default_factory=list)

    def __call__(self, tx: Tx, events: Sequence[Event]) -> None:
        self.frames.append(events)
        self.seen.extend(events)

    def named(self, event: str) -> list[Event]:
        """The events of one name, in order."""
        return [one for one in self.seen if one.event == event]


def each_event(listener: Callable[[Tx, Event], None]) -> Callable[[Tx, Sequence[Event]], None]:
    """A listener that looks at one event after the other."""

    def hear(tx: Tx, events: Sequence[Event]) -> None:
        for event in events:
            listener(tx, event)

    return hear


@dataclass
class Mailbox:
    """A delivery that keeps what it is given, and fails as long as `broken` says."""

    parcels: list[Any] = field(default_factory=list)
    broken: bool = False

    def __call__(self, parcel: Any) -> None:
        if self.broken:
            raise ConnectionError('the line is dead')
        self.parcels.append(parcel)
