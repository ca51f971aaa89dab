"""What the release pages read: submissions, what waits for its instant, what became of it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from engine import Actor, Bundle, NotFound, read_zip
from engine.tables import process_definition
from engine.words import Word
from tasks.catalogue.releases.rows import SUBMISSIONS, Submission
from tasks.catalogue.releases.tables import STATES
from tasks.catalogue.releases.tables import release as t
from tasks.rights.asking import need, of_items_here

STATE: Mapping[str, Word] = {
    'submitted': Word('待发布', 'To be released'),
    'withdrawn': Word('已撤回', 'Withdrawn'),
    'refused': Word('已退回', 'Sent back'),
    'released': Word('已发布', 'Released'),
}


def submissions(connection: Connection, actor: Actor, *, states: Sequence[str] = STATES, limit: int = 200) -> list[Submission]:
    """Submissions of the person's hall in these states, the latest first."""
    need(actor, 'release.read')
    return SUBMISSIONS.all(connection, _select().where(t.c.state.in_(states), here(actor)).order_by(t.c.id.desc()).limit(limit))


def submission(connection: Connection, actor: Actor, release_id: int) -> tuple[Submission, Bundle]:
    """One submission with its bundle. Raises NotFound."""
    need(actor, 'release.read')
    row = connection.execute(_select().add_columns(t.c.bundle).where(t.c.id == release_id, here(actor))).one_or_none()
    if row is None:
        raise no_submission(release_id)
    found = SUBMISSIONS.of(row)
    return found, read_zip(row.bundle, found.name)


def here(actor: Actor) -> ColumnElement[bool]:
    """Submissions of items of the person's hall, and of new ones by its people: the others do not exist for him."""
    return of_items_here(actor, t.c.item, t.c.submitted_by)


def no_submission(release_id: int) -> NotFound:
    """The error of an id that no submission has."""
    return NotFound(f'Expected submission {release_id}, but there is none', f'没有发布申请 {release_id}')


def version_of(connection: Connection, key: str, version: int) -> int:
    """The definition of a version. Raises NotFound."""
    d = process_definition.c
    found = connection.execute(select(d.id).where(d.key == key, d.version == version)).scalar_one_or_none()
    if found is None:
        raise NotFound(f'Expected version {version} of {key}, but there is none', f'“{key}”没有第 {version} 版')
    return int(found)


def _select() -> Select[Any]:
    return SUBMISSIONS.select().select_from(t.outerjoin(process_definition, process_definition.c.id == t.c.definition_id))
