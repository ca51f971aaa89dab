"""Durable BPMN with working time: definitions, instances, user tasks, timers, messages, incidents, history.

This is the engine's public face; the floors above import from here, from `engine.tables`, `engine.read` and `engine.worktime`.
"""

from engine.actor import SYSTEM, TIMER, Actor
from engine.bpmn.run import BpmnError
from engine.bundle import Bundle, BundleError, read_path, read_zip
from engine.clock import Clock, FixedClock, system_clock
from engine.engine import Engine
from engine.errors import Conflict, Forbidden, NotFound, Rejection, Undeployable
from engine.frame import FunctionCall, ServiceCall
from engine.halls import Hall
from engine.history import Event, Verified, verify_history
from engine.moved_clock import MovedClock
from engine.outbox import Inside, Parcel
from engine.timers import TickReport
from engine.tx import Tx
from engine.verbs.user_tasks import Done

__all__ = [
    'SYSTEM', 'TIMER', 'Actor', 'BpmnError', 'Bundle', 'BundleError', 'Clock', 'Conflict', 'Done', 'Engine', 'Event', 'FixedClock',
    'Forbidden', 'FunctionCall', 'Hall', 'Inside', 'MovedClock', 'NotFound', 'Parcel', 'Rejection', 'ServiceCall', 'TickReport', 'Tx',
    'Undeployable', 'Verified', 'read_path', 'read_zip', 'system_clock', 'verify_history',
]  # fmt: skip
