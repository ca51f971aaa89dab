"""Durable BPMN with working time: definitions, instances, user tasks, timers, messages, incidents, history.

This is the engine's public face. The floors above import from here and through the other doors: `engine.verbs`, `engine.moving`,
`engine.tables`, `engine.read`, `engine.evidence`, `engine.worktime`, `engine.feel`, `engine.forms`, `engine.identity`, `engine.words`,
`engine.bpmn`.
`engine.core` and `engine.timing` are its inside. Names are resolved when they are first used, so that a command which needs only working
time does not load the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.bpmn.run import BpmnError as BpmnError
    from engine.core.actor import OUTBOX as OUTBOX
    from engine.core.actor import SYSTEM as SYSTEM
    from engine.core.actor import TIMER as TIMER
    from engine.core.actor import Actor as Actor
    from engine.core.assignment import Offer as Offer
    from engine.core.assignment import Staff as Staff
    from engine.core.bundle import MAX_FILE_BYTES as MAX_FILE_BYTES
    from engine.core.bundle import MAX_FILES as MAX_FILES
    from engine.core.bundle import MAX_TOTAL_BYTES as MAX_TOTAL_BYTES
    from engine.core.bundle import SUFFIXES as SUFFIXES
    from engine.core.bundle import Bundle as Bundle
    from engine.core.bundle import BundleError as BundleError
    from engine.core.bundle import lone as lone
    from engine.core.bundle import read_path as read_path
    from engine.core.bundle import read_zip as read_zip
    from engine.core.bundle import unzipped as unzipped
    from engine.core.clock import Clock as Clock
    from engine.core.clock import FixedClock as FixedClock
    from engine.core.clock import system_clock as system_clock
    from engine.core.database import contended as contended
    from engine.core.database import lost as lost
    from engine.core.database import once as once
    from engine.core.definitions import Checked as Checked
    from engine.core.definitions import Edition as Edition
    from engine.core.definitions import edition as edition
    from engine.core.definitions import edition_of as edition_of
    from engine.core.effort import COMPARED as COMPARED
    from engine.core.effort import FORM as FORM
    from engine.core.effort import TRIAL as TRIAL
    from engine.core.effort import TRIAL_STEP as TRIAL_STEP
    from engine.core.effort import Effort as Effort
    from engine.core.effort import TooMuchWork as TooMuchWork
    from engine.core.engine import Engine as Engine
    from engine.core.errors import Conflict as Conflict
    from engine.core.errors import Damaged as Damaged
    from engine.core.errors import Forbidden as Forbidden
    from engine.core.errors import NotFound as NotFound
    from engine.core.errors import Rejection as Rejection
    from engine.core.errors import Undeliverable as Undeliverable
    from engine.core.errors import Undeployable as Undeployable
    from engine.core.frame import Frame as Frame
    from engine.core.functions import FUNCTIONS as FUNCTIONS
    from engine.core.halls import Hall as Hall
    from engine.core.history import Event as Event
    from engine.core.history import Verified as Verified
    from engine.core.history import verify_history as verify_history
    from engine.core.outage import AGAIN_SECONDS as AGAIN_SECONDS
    from engine.core.outage import OUTAGE as OUTAGE
    from engine.core.outage import KeyRefused as KeyRefused
    from engine.core.outage import Unavailable as Unavailable
    from engine.core.outage import outage_of as outage_of
    from engine.core.rights import Right as Right
    from engine.core.rights import barred as barred
    from engine.core.rights import four_eyes as four_eyes
    from engine.core.rights import need_hold as need_hold
    from engine.core.rights import need_open as need_open
    from engine.core.rights import not_signed as not_signed
    from engine.core.statements import Insert as Insert
    from engine.core.statements import RowChange as RowChange
    from engine.core.tx import FunctionCall as FunctionCall
    from engine.core.tx import ServiceCall as ServiceCall
    from engine.core.tx import Tx as Tx
    from engine.core.values import instant_text as instant_text
    from engine.core.values import plain as plain
    from engine.moving.copies import rechained as rechained
    from engine.moving.copies import rewritten_state as rewritten_state
    from engine.moving.plan import Assessment as Assessment
    from engine.moving.plan import MigrationPlan as MigrationPlan
    from engine.moving.plan import MovePlan as MovePlan
    from engine.timing.clocks import last_day_text as last_day_text
    from engine.timing.clocks import timer_state as timer_state
    from engine.timing.ledger import OPEN_CLOCK as OPEN_CLOCK
    from engine.timing.ledger import ClockRow as ClockRow
    from engine.timing.ledger import Ledger as Ledger
    from engine.timing.ledger import TimerRow as TimerRow
    from engine.timing.ledger import limit_of as limit_of
    from engine.timing.outbox import Inside as Inside
    from engine.timing.outbox import Parcel as Parcel
    from engine.timing.pulse import Pulse as Pulse
    from engine.timing.pulse import pulse as pulse
    from engine.timing.sweep import Picked as Picked
    from engine.timing.sweep import Queue as Queue
    from engine.timing.sweep import Swept as Swept
    from engine.timing.sweep import Tally as Tally
    from engine.timing.ticking import TickReport as TickReport
    from engine.timing.versions import version_queue as version_queue
    from engine.verbs.user_tasks import Completion as Completion

_HOMES = {
    'engine.bpmn.run': 'BpmnError',
    'engine.core.actor': 'Actor OUTBOX SYSTEM TIMER',
    'engine.core.assignment': 'Offer Staff',
    'engine.core.bundle': 'Bundle BundleError MAX_FILES MAX_FILE_BYTES MAX_TOTAL_BYTES SUFFIXES lone read_path read_zip unzipped',
    'engine.core.clock': 'Clock FixedClock system_clock',
    'engine.core.database': 'contended lost once',
    'engine.core.definitions': 'Checked Edition edition edition_of',
    'engine.core.effort': 'COMPARED Effort FORM TRIAL TRIAL_STEP TooMuchWork',
    'engine.core.engine': 'Engine',
    'engine.core.errors': 'Conflict Damaged Forbidden NotFound Rejection Undeliverable Undeployable',
    'engine.core.frame': 'Frame',
    'engine.core.functions': 'FUNCTIONS',
    'engine.core.halls': 'Hall',
    'engine.core.history': 'Event Verified verify_history',
    'engine.core.outage': 'AGAIN_SECONDS OUTAGE KeyRefused Unavailable outage_of',
    'engine.core.rights': 'Right barred four_eyes not_signed need_hold need_open',
    'engine.core.statements': 'Insert RowChange',
    'engine.core.tx': 'FunctionCall ServiceCall Tx',
    'engine.core.values': 'instant_text plain',
    'engine.moving.copies': 'rechained rewritten_state',
    'engine.moving.plan': 'Assessment MigrationPlan MovePlan',
    'engine.timing.clocks': 'last_day_text timer_state',
    'engine.timing.ledger': 'ClockRow Ledger OPEN_CLOCK TimerRow limit_of',
    'engine.timing.outbox': 'Inside Parcel',
    'engine.timing.pulse': 'Pulse pulse',
    'engine.timing.sweep': 'Picked Queue Swept Tally',
    'engine.timing.ticking': 'TickReport',
    'engine.timing.versions': 'version_queue',
    'engine.verbs.user_tasks': 'Completion',
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    found = globals()[name] = getattr(import_module(home), name)
    return found
