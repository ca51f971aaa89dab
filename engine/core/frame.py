"""One instance inside one transaction: locked, restored when needed, written back with its history when the verb is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from engine.bpmn.changes import Changes, Work
from engine.bpmn.run import BpmnError, Run
from engine.bpmn.spiff.codec import StateUnreadable
from engine.core.actor import OUTBOX, TIMER
from engine.core.database import contended, lost
from engine.core.definitions import Definition
from engine.core.errors import Conflict, Damaged
from engine.core.ground import FeelCall, Transaction, WorkCall
from engine.core.halls import Hall
from engine.core.history import Event, rows_for
from engine.core.locking import Instance
from engine.core.sealing import Touched
from engine.core.statements import Insert, RowChange, Writes
from engine.core.steps import Steps
from engine.core.values import instant_text, plain
from engine.feel import FeelError
from engine.rows import StoredTask
from engine.tables import history, process_instance, state_before
from engine.timing.ledger import LEDGER_TABLES, Ledger, LedgerRow

STATE_SCHEMA = 1
"""Schema number of the rows' state column; the blob itself carries the number of its own layout."""


_CHAINS = ('last_hash', 'history_length', 'evidence_seq', 'evidence_link')
_STORED = ('status', 'state', 'lock_version', 'result', 'ended_at', 'touched_by', 'touched_at', *_CHAINS)
_STORE = RowChange(
    update(process_instance)
    .where(process_instance.c.id == bindparam('instance_id'))
    .values({name: bindparam(f'new_{name}') for name in _STORED})
)
KEPT_FOR = timedelta(days=90)
"""How long the state before an act of the software is kept."""
_BY_ITSELF = frozenset({TIMER.id, OUTBOX.id})
_LEFT = select(
    process_instance.c.id,
    bindparam('length', type_=state_before.c.history_length.type),
    bindparam('now', type_=state_before.c.at.type),
    process_instance.c.state,
).where(process_instance.c.id == bindparam('of'))
_KEEP = RowChange(insert(state_before).from_select(['instance_id', 'history_length', 'at', 'state'], _LEFT))
_OLD = select(state_before.c.id).where(state_before.c.at < bindparam('before', type_=state_before.c.at.type))
_LET_GO = RowChange(delete(state_before).where(state_before.c.id.in_(_OLD.order_by(state_before.c.at).limit(2))))
_HISTORY = Insert(history, 'instance_id', 'seq', 'at', 'by', 'event', 'element', 'token', 'data', 'hash')


def need_active(instance: Instance) -> None:
    """Raises Rejection when the instance is suspended or over, naming who and when."""
    if instance.status == 'active':
        return
    zh = {'suspended': '办件已挂起', 'completed': '办件已结束', 'terminated': '办件已终止', 'cancelled': '办件已取消'}[instance.status]
    raise Conflict(
        f'Expected {instance.business_key} to be active, but {instance.touched_by} left it {instance.status} at {instance.touched_at}',
        zh,
        who=instance.touched_by,
        when=instance.touched_at,
        state=instance.status,
    )


def _behind(instance: Instance, now: datetime) -> Conflict:
    last = instant_text(instance.touched_at)
    return Conflict(
        f'Expected an instant after {last} ({instance.touched_by} wrote {instance.business_key}), but the clock says {instant_text(now)}',
        f'系统时间（{instant_text(now)[:19]}Z）早于本办件上一次记录（{last[:19]}Z），时钟有误，未作任何更改；请通知流程管理人员',
        who=instance.touched_by,
        when=instance.touched_at,
        state='clock',
    )


@contextmanager
def readable(instance_id: int, business_key: str) -> Iterator[None]:
    """Inside it the instance's stored state is read. Raises Damaged when it is none."""
    try:
        yield
    except StateUnreadable as error:
        raise Damaged(instance_id, business_key, str(error)) from error


def _told(function: Callable[..., Any], call: FeelCall[Transaction], *arguments: Any, **named: Any) -> Any:
    """A function of the hall; whatever goes wrong in it is an error of the expression, and so an incident."""
    try:
        return function(call, *arguments, **named)
    except FeelError:
        raise
    except Exception as error:
        if contended(error) or lost(error):
            raise
        raise FeelError(f'{type(error).__name__}: {error}') from error


class Host:
    """The world a run sees: one clock reading, the functions of this instance, the handlers."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._functions: Mapping[str, Callable[..., Any]] | None = None

    @property
    def now(self) -> datetime:
        """The transaction's clock reading, in the hall's zone: what FEEL's `now()` gives, and `today()` its date."""
        return self._frame.hall.office.local(self._frame.tx.now)

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The engine's functions for FEEL, bound to this instance."""
        if self._functions is None:
            frame = self._frame
            call = FeelCall(frame.tx, frame.instance.id, frame.instance.business_key, {})
            self._functions = {name: partial(_told, function, call) for name, function in frame.tx.engine.functions.items()}
        return self._functions

    def call(self, work: Work) -> Mapping[str, Any]:
        """Run a handler in a savepoint: what a failed handler wrote is undone, the verb goes on to make an incident of it."""
        return self._frame.call(work)


class Frame:
    """The work of one or more nested verbs on one instance; `Tx.frame` opens and closes it."""

    def __init__(self, tx: Transaction, instance: Instance, definition: Definition, ledger: Sequence[LedgerRow] | None = None) -> None:
        """`ledger` are its rows as they were when the instance was locked, if they were read then."""
        self.tx = tx
        self.instance = instance
        self.definition = definition
        self.host = Host(self)
        self.events: list[Event] = []
        self.depth = 0
        self.task: StoredTask | None = None  # the user task by which the frame was opened, as it was then
        self.wrote = False
        self.new = not instance.state  # begun in this transaction
        self.takes_back = False  # what follows undoes records of a wrong clock: they may be later than now
        self.advancing = False
        self.steps = Steps()
        self._stepped = False
        self._writes = Writes()
        self._run: Run | None = None
        self._seen: Run | None = None
        self._ledger: Ledger | None = None
        self._ledger_rows = ledger
        self._trouble: BaseException | None = None

    @property
    def run(self) -> Run:
        """The running instance, restored at first use."""
        if self._run is None:
            self._run = self._restored()
        return self._run

    def _restored(self) -> Run:
        """The instance as it is stored. Raises Damaged when that cannot be read."""
        with readable(self.instance.id, self.instance.business_key):
            return Run.restore(self.definition.program, self.instance.state, self.host)

    @property
    def hall(self) -> Hall:
        """The instance's hall."""
        return self.tx.hall(self.instance.hall)

    @property
    def variables(self) -> Mapping[str, Any]:
        """All data of the instance after the last step, as it is stored."""
        if self._seen is None:
            self._seen = self._restored()
        return self._seen.variables

    @property
    def ledger(self) -> Ledger:
        """Clocks, stops, extensions and armed timers of the instance, loaded at first use."""
        return self._ledger or self.load_ledger()

    def load_ledger(self) -> Ledger:
        """The ledger; what waits to be written to its tables is sent before it is read."""
        if self._ledger is None:
            if any(self._writes.collides(name, None) for name in LEDGER_TABLES):
                self.send()
            if self._ledger_rows is not None:
                self._ledger = Ledger.of(self._ledger_rows, self.hall)
            else:
                begun = bool(self.instance.state)  # a new instance has no rows yet
                self._ledger = Ledger.load(self.tx.link, self.instance.id, self.hall) if begun else Ledger(self.hall)
        return self._ledger

    def begin(self, variables: Mapping[str, Any], start_event: str | None) -> None:
        """Put the first token on a start event."""
        self._run = Run.begin(self.definition.program, self.host, variables, start_event)

    def take(self, run: Run) -> None:
        """Go on with a run that was prepared elsewhere; `advance` steps it."""
        self._run = run

    def rebase(self, definition: Definition, run: Run) -> None:
        """The instance stands on another definition from now on, in the state of `run`; its ledger is read again."""
        self.definition, self.instance.definition_id = definition, definition.id
        self.instance.state, self._stepped = run.dump(), True
        self._run = self._seen = None
        self.reread()

    def reread(self) -> None:
        """Rows of the ledger were written by other hands: read them again when they are needed."""
        self._ledger = self._ledger_rows = None

    def advance(self) -> Changes:
        """Step to the next wait state; the state to store is taken here. Lock errors met by handlers are raised, not made incidents."""
        if self.advancing:
            raise RuntimeError('Expected a handler to leave its own instance alone, but it called a verb on it')
        self.advancing = True
        if self.tx.by.id in _BY_ITSELF and self.instance.state and not self._stepped:
            self._keep_state()
        try:
            changes = self.run.advance(self.tx.engine.effort)
            if self._trouble is not None:
                raise self._trouble
            self.instance.state, self._stepped = self.run.dump(), True
            self.steps.open, self._seen = self.run.open_user_tasks, None
        finally:
            self.advancing = False
            self._run = None
        return changes

    def _keep_state(self) -> None:
        """The software moves the case by itself: keep the state it leaves, copied by the database, and let the oldest of all go."""
        length = self.instance.history_length
        self.write(_KEEP, {'of': self.instance.id, 'length': length, 'now': self.tx.now}, key=str(length))
        self.write(_LET_GO, {'before': self.tx.now - KEPT_FOR}, key='')

    def call(self, work: Work) -> Mapping[str, Any]:
        """Run the handler of a service task. Raises whatever the handler raises, LookupError when there is none of that name."""
        handler = self.tx.engine.handlers.get(work.handler)
        if handler is None:
            raise LookupError(f'Expected a handler {work.handler!r}, but this hall has none')
        element = self.definition.element(work.element)
        call = WorkCall(
            tx=self.tx,
            instance_id=self.instance.id,
            business_key=self.instance.business_key,
            element=work.element,
            inputs=work.inputs,
            variables=work.variables,
            name=element.name or element.id,
            handler=work.handler,
            said=element.said,
        )
        self.send()
        kept = len(self.events), self.tx.seals.kept() if self.tx.seals is not None else {}
        try:
            with self.tx.link.begin_nested():
                made = handler(call)
        except BpmnError:
            self._undo(*kept)
            raise
        except Exception as error:
            self._undo(*kept)
            if contended(error) or lost(error):
                self._trouble = error
            raise
        return made or {}

    def _undo(self, kept: int, touched: Touched) -> None:
        """A handler failed: what it recorded, wrote and read is gone with its savepoint."""
        del self.events[kept:]
        if self.tx.seals is not None:
            self.tx.seals.back_to(touched)
        self._writes.drop()
        self.tx.forget_all()

    def record(
        self,
        event: str,
        data: Mapping[str, Any] | None = None,
        *,
        element: str | None = None,
        token: str | None = None,
        by: str | None = None,
    ) -> None:
        """Append to the instance's history (written when the frame closes) and tell the listeners then.

        Raises Conflict when the clock says an earlier instant than the case's last record: an acceptance is not before its receipt.
        """
        if self.tx.now < self.instance.touched_at and not self.takes_back:
            raise _behind(self.instance, self.tx.now)
        self.events.append(
            Event(
                instance_id=self.instance.id,
                business_key=self.instance.business_key,
                definition_id=self.definition.id,
                definition_key=self.definition.key,
                event=event,
                element=element,
                token=token,
                data=plain(data or {}),
                at=self.tx.now,
                by=by or self.tx.by.id,
            )
        )

    def write(self, what: Insert | RowChange, values: Mapping[str, Any], *, key: str | None) -> None:
        """Write a row with everything else this frame writes. `key` tells it from the others of its table (None: it may be any of them)."""
        self.wrote = True
        if self.tx.seals is not None:
            self.tx.seals.wrote(self, what, values, key)
        if what.table in LEDGER_TABLES:
            self._ledger_rows = None
        if self._writes.collides(what.table, key):
            self.send()
        self._writes.add(what, values, key)

    def send(self) -> None:
        """Send what waits to be written, so that a query sees it."""
        if self._writes:
            self.steps.ids += self._writes.send(self.tx.link)

    def close(self) -> None:
        """Tell the listeners all that happened, together; then store the instance and its history, with what they added, once."""
        told = 0
        while told < len(self.events):
            fresh, told = tuple(self.events[told:]), len(self.events)
            for listener in self.tx.engine.listeners:
                listener(self.tx, fresh)
        if self._stepped or self.events or self.wrote or (self.tx.seals is not None and self.tx.seals.concerns(self)):
            self._store()
        self.send()

    def _store(self) -> None:
        row = self.instance
        rows = rows_for(self.events, row.last_hash, row.history_length)
        for each in rows:
            self.write(_HISTORY, each, key=str(each['seq']))
        if rows:
            row.last_hash, row.history_length = rows[-1]['hash'], rows[-1]['seq']
        self.events, self._stepped = [], False
        row.lock_version += 1
        row.touched_by, row.touched_at = self.tx.by.id, self.tx.now
        if self.tx.seals is not None:
            self.tx.seals.close_case(self)
        values = {f'new_{name}': getattr(row, name) for name in _STORED}
        self.write(_STORE, {'instance_id': row.id, **values}, key=str(row.id))
