"""What the chain of a case vouches for by a digest beside it: the content of its files, the rows of its history."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, select

from engine import verify_history
from engine.evidence import CASE
from engine.words import Word
from tasks import tables as t
from tasks.evidence.checking import Discrepancy


def beneath(connection: Connection, case_no: str, instance_id: int) -> Iterator[Discrepancy]:
    """What differs from these digests in one case."""
    if not verify_history(connection, instance_id).intact:
        what = Word('历史记录与其摘要不符，被改动过', 'a row of the history is not what its hash was made of')
        yield Discrepancy('history', f'{CASE}{case_no} history', what)
    file = t.attachment.c
    for file_id in connection.execute(select(file.id).where(file.case_no == case_no).order_by(file.id)).scalars().all():
        found = connection.execute(select(file.content, file.sha256).where(file.id == file_id)).one()
        yield from content_of(f'{CASE}{case_no} attachment/{file_id}', found.content, found.sha256)


def content_of(name: str, content: bytes, sealed: str) -> Iterator[Discrepancy]:
    """The bytes of the file called `name` against the SHA-256 that is sealed with it."""
    if sha256(content).hexdigest() != sealed:
        what = Word('附件内容与其摘要不符，被改动过', 'the content of the file is not that of its SHA-256: it was changed')
        yield Discrepancy('changed', name, what)
