"""Files of a case (附件): what was chosen in the file fields of its forms, kept at once, so that no refused page loses it (O-16).

A file is kept for its task until the task is completed: then those its form names are filed with the case, and the others are gone. A
form's data holds a descriptor of each file with its SHA-256, so the case's history seals what was filed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update

from engine import NotFound, Rejection, need_hold, need_open
from engine.forms import Form, document_ids, has_file_fields, with_documents
from engine.rows import Rows
from engine.tables import user_task
from tasks import tables as t
from tasks.cases.file_kinds import KINDS, MB, FileLimits
from tasks.rights.asking import case_standing, need_task, task_standing

if TYPE_CHECKING:
    from engine import Actor, Event, Tx

LONGEST_NAME = 120


@dataclass(frozen=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Attachment:
    """A file of a case for its pages; `step` is the task it was handed in at."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    kept_by: str
    step: str
    filed_at: datetime


@dataclass(frozen=True)
class AttachmentFile:
    """A file to hand out."""

    case_no: str
    name: str
    media_type: str
    content: bytes


def checked_upload(upload: Upload, limits: FileLimits) -> tuple[str, str]:
    """The name a file is kept under and its media type. Raises Rejection when it is empty, too large, or not what its name says."""
    name = _plain_name(upload.name)
    end = name.rpartition('.')[2].lower()
    if end not in limits.kinds or end == name.lower():
        allowed = ', '.join(limits.kinds)
        raise Rejection(f'Expected a file of {allowed}, but got {name!r}', f'「{name}」的类型不能上传，可以上传：{allowed}')
    if not upload.content:
        raise Rejection(f'Expected a file with content, but {name!r} is empty', f'「{name}」是空文件')
    if len(upload.content) > limits.largest:
        most = f'{limits.largest / MB:g} MB'
        raise Rejection(f'Expected at most {most}, but {name!r} has {len(upload.content)} bytes', f'「{name}」超过 {most}')
    media_type, beginnings = KINDS[end]
    if not upload.content.startswith(beginnings):
        raise Rejection(f'Expected the content of a {end} file, but {name!r} has another', f'「{name}」的内容不是 {end} 文件')
    return name, media_type


def _plain_name(name: str) -> str:
    """The last part of a path, without signs nobody sees, not too long; its end is kept."""
    last = unicodedata.normalize('NFC', name.replace('\\', '/').rpartition('/')[2])
    seen = ''.join(sign for sign in last if unicodedata.category(sign)[0] != 'C').strip(' .')
    stem, dot, end = seen.rpartition('.')
    return f'{stem[: LONGEST_NAME - len(end) - 1]}{dot}{end}' if dot and len(seen) > LONGEST_NAME else seen[:LONGEST_NAME]


def keep(tx: Tx, task_id: int, upload: Upload, limits: FileLimits) -> dict[str, Any]:
    """Keep a file for an open task the actor holds; its descriptor. The same file is kept once.

    Raises Rejection for a file that may not be kept, Conflict or Forbidden where the actor may not work the task.
    """
    name, media_type = checked_upload(upload, limits)
    digest, attachment = sha256(upload.content).hexdigest(), t.attachment.c
    with tx.frame(task_id=task_id, active=True) as frame:
        task = frame.task
        if task is None:
            raise TypeError('Expected a frame opened by a user task')
        need_open(task)
        need_task(tx.connection, tx.by, 'task.work', task_id, tx.now)
        need_hold(tx.by, task)
        mine = (attachment.task_id == task_id, attachment.filed_at.is_(None))
        rows = tx.connection.execute(select(attachment.id, attachment.name, attachment.sha256).where(*mine)).all()
        found = next((row.id for row in rows if (row.name, row.sha256) == (name, digest)), None)
        if found is None and len(rows) >= limits.most:
            message = f'Expected at most {limits.most} files at a step, but there are {len(rows)}'
            raise Rejection(message, f'「{name}」未保存：每个环节最多 {limits.most} 个文件。保存草稿后，已移除的文件不再计入')
        values = {
            'case_no': frame.instance.business_key,
            'task_id': task_id,
            'name': name,
            'media_type': media_type,
            'size': len(upload.content),
            'sha256': digest,
            'content': upload.content,
            'kept_by': tx.by.id,
            'kept_at': tx.now,
        }
        if found is None:
            found = tx.connection.execute(insert(t.attachment).values(values).returning(attachment.id)).scalar_one()
            tx.seal(t.attachment, {**values, 'id': found})
    return _descriptor({'id': found, **values})


def _descriptor(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        'id': str(values['id']),
        'name': values['name'],
        'size': values['size'],
        'type': values['media_type'],
        'sha256': values['sha256'],
    }


def own(connection: Connection, task_id: int, case_no: str, form: Form | None, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data of a task's form with the office's own descriptors: files of other cases, and made up ones, are dropped."""
    if form is None or not document_ids(form, data):
        return data
    return with_documents(form, data, known(connection, task_id, case_no))


def known(connection: Connection, task_id: int, case_no: str) -> dict[str, dict[str, Any]]:
    """The files a form of this task may name: those kept for it, and those filed with its case; id to descriptor."""
    attachment = t.attachment.c
    columns = (attachment.id, attachment.name, attachment.size, attachment.media_type, attachment.sha256)
    here = (attachment.task_id == task_id) | attachment.filed_at.is_not(None)
    rows = connection.execute(select(*columns).where(attachment.case_no == case_no, here)).mappings()
    return {str(row['id']): _descriptor(dict(row)) for row in rows}


def let_go(tx: Tx, task_id: int, form: Form | None, data: Mapping[str, Any]) -> None:
    """Only the kept files that this data of the task's form names are kept on."""
    if form is not None and has_file_fields(form):
        attachment = t.attachment.c
        named = _numbers(document_ids(form, data))
        dropped = (attachment.task_id == task_id, attachment.filed_at.is_(None), attachment.id.not_in(named))
        tx.connection.execute(delete(t.attachment).where(*dropped))


def file(tx: Tx, task_id: int, form: Form | None, data: Mapping[str, Any]) -> None:
    """File the kept files of a completed task that its data names; the others are gone."""
    let_go(tx, task_id, form, data)
    if form is not None and document_ids(form, data):
        kept = (t.attachment.c.task_id == task_id, t.attachment.c.filed_at.is_(None))
        tx.connection.execute(update(t.attachment).where(*kept).values(filed_at=tx.now))


def _numbers(ids: Collection[str]) -> list[int]:
    return [int(each) for each in ids if each.isascii() and each.isdigit() and len(each) < 19]


def forget_drafts(tx: Tx, events: Sequence[Event]) -> None:
    """A listener: what was kept for a step that is no longer needed, or of a case that is over, goes with the step's draft."""
    attachment = t.attachment.c
    for event in events:
        if event.event not in ('user_task.cancelled', 'process_instance.ended', 'process_instance.cancelled'):
            continue
        tasks = select(user_task.c.id).where(user_task.c.instance_id == event.instance_id)
        if event.event == 'user_task.cancelled':
            tasks = tasks.where(user_task.c.token == event.token)
        tx.connection.execute(delete(t.attachment).where(attachment.filed_at.is_(None), attachment.task_id.in_(tasks)))


def attachments_of(connection: Connection, case_no: str) -> list[Attachment]:
    """The files filed with a case, in the order they came. The caller has asked whether they may be read."""
    attachment = t.attachment.c
    names = [name for name in Attachment.__dataclass_fields__ if name not in ('step', 'kept_by')]
    who = func.coalesce(t.clerk.c.name, attachment.kept_by)
    statement = (
        select(*(attachment[name] for name in names), who.label('kept_by'), user_task.c.name.label('step'))
        .join(user_task, user_task.c.id == attachment.task_id)
        .outerjoin(t.clerk, t.clerk.c.username == attachment.kept_by)
        .where(attachment.case_no == case_no, attachment.filed_at.is_not(None))
        .order_by(attachment.id)
    )
    return [Attachment(**row) for row in connection.execute(statement).mappings()]


@dataclass(frozen=True, slots=True)
class _Kept:
    case_no: str
    name: str
    media_type: str
    content: bytes
    filed_at: datetime | None
    task_id: int


_KEPT = Rows(_Kept, t.attachment)


def attachment_file(connection: Connection, actor: Actor, attachment_id: int) -> AttachmentFile:
    """A file to hand out (verb `attachment.read`); while it is only kept, to who may read the draft it belongs to.

    Raises NotFound where the actor may not have it.
    """
    row = _KEPT.first(connection, _KEPT.select().where(t.attachment.c.id == attachment_id))
    if row is not None and case_standing(connection, actor, row.case_no).allows('attachment.read'):
        if row.filed_at is not None or task_standing(connection, actor, row.task_id).allows('task.read_draft'):
            return AttachmentFile(row.case_no, row.name, row.media_type, bytes(row.content))
    raise NotFound(f'Expected a file of a case of this reader, but {attachment_id} is none', '没有找到该文件')
