"""What the release pages read: submissions, what waits for its instant, what became of it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from engine import Actor, Bundle, NotFound, read_zip
from engine.tables import process_definition
from tasks.catalogue.releases.tables import STATES
from tasks.catalogue.releases.tables import release as t
from tasks.rights.asking import need
from tasks.tables import clerk

STATE_ZH: Mapping[str, str] = {'submitted': '待发布', 'withdrawn': '已撤回', 'refused': '已退回', 'released': '已发布'}


@dataclass(frozen=True)
class Submission:
    """One submission without its files; version, instant and state are those of the definition it became."""

    id: int
    draft_id: int
    item: str
    name: str
    state: str
    reason: str
    wanted_at: datetime | None
    submitted_by: str
    submitted_by_name: str
    submitted_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    definition_id: int | None
    base_id: int | None
    bundle_hash: str
    report: Sequence[Mapping[str, Any]]
    editors: Sequence[str]
    version: int | None = None
    effective_at: datetime | None = None
    definition_state: str | None = None

    @property
    def staged(self) -> bool:
        """Released, but its instant has not come."""
        return self.definition_state == 'staged'


def submissions(connection: Connection, *, states: Sequence[str] = STATES, limit: int = 200) -> list[Submission]:
    """Submissions in these states, the latest first."""
    rows = connection.execute(_select().where(t.c.state.in_(states)).order_by(t.c.id.desc()).limit(limit)).mappings()
    return [_submission(row) for row in rows]


def submission(connection: Connection, actor: Actor, release_id: int) -> tuple[Submission, Bundle]:
    """One submission with its bundle. Raises NotFound."""
    need(actor, 'release.read')
    row = found_submission(connection, _select().add_columns(t.c.bundle), release_id)
    return _submission(row), read_zip(row['bundle'], row['name'])


def found_submission(connection: Connection, statement: Select[Any], release_id: int) -> RowMapping:
    """The submission a statement on `release` finds by its id. Raises NotFound."""
    row = connection.execute(statement.where(t.c.id == release_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f'Expected submission {release_id}, but there is none', f'没有发布申请 {release_id}')
    return row


def version_of(connection: Connection, key: str, version: int) -> int:
    """The definition of a version. Raises NotFound."""
    d = process_definition.c
    found = connection.execute(select(d.id).where(d.key == key, d.version == version)).scalar_one_or_none()
    if found is None:
        raise NotFound(f'Expected version {version} of {key}, but there is none', f'“{key}”没有第 {version} 版')
    return int(found)


def _select() -> Any:
    columns = [column for column in t.c if column.name != 'bundle']
    person = select(clerk.c.name).where(clerk.c.username == t.c.submitted_by).scalar_subquery().label('submitted_by_name')
    d = process_definition.c
    joined = t.outerjoin(process_definition, d.id == t.c.definition_id)
    return select(*columns, person, d.version, d.effective_at, d.state.label('definition_state')).select_from(joined)


def _submission(row: RowMapping) -> Submission:
    values = {name: row[name] for name in Submission.__dataclass_fields__}
    return Submission(**values | {'submitted_by_name': row['submitted_by_name'] or row['submitted_by']})
