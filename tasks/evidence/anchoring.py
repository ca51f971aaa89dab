"""Anchoring: at a set interval the ends of the chains are written to places outside the database.

The line is made in the database (a queue of the one sweep) and sent when no transaction is open (the outbox): to an append-only file,
and by setting to another site (HTTP POST) and to a time-stamp service (RFC 3161). What cannot be sent is tried again and then is an
incident; nothing else waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, FromClause, insert, select, update

from engine import Parcel, Picked, Queue, Rejection, Swept, instant_text
from engine.evidence import HALL
from engine.tables import evidence
from engine.verbs import events
from tasks.evidence.anchors import digest, write_line
from tasks.evidence.tables import evidence_anchor

if TYPE_CHECKING:
    from engine import Tx

MOST = 1000
"""Entries a line has at most; when there are more, the next line follows at once."""
SECONDS = 5.0
"""How long a site may take to connect, and to answer. Nobody waits for it but the worker's tick; a failed line is tried again later."""
_LARGEST = 1 << 20
"""Bytes of an answer."""


@dataclass(frozen=True)
class Sites:
    """Where lines go, and how often. `file` always; `url` and `stamps` (a time-stamp service) when they are set."""

    file: Path
    url: str = ''
    stamps: str = ''
    stamp_root: str = ''  # file with the certificate that the service's must lead to
    every: timedelta = timedelta(hours=1)

    @property
    def topics(self) -> tuple[str, ...]:
        """The kinds of messages a line is sent by."""
        return ('anchor.file', *(('anchor.post',) if self.url else ()), *(('anchor.stamp',) if self.stamps else ()))

    def deliverers(self) -> Mapping[str, Callable[[Parcel], None]]:
        """Who takes these messages."""
        return {'anchor.file': self._append, 'anchor.post': self._post, 'anchor.stamp': self._stamp}

    def _append(self, parcel: Parcel) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, 'wb') as stream:
            stream.write((parcel.payload['line'] + '\n').encode())
            stream.flush()
            os.fsync(stream.fileno())

    def _post(self, parcel: Parcel) -> None:
        _send(self.url, (parcel.payload['line'] + '\n').encode(), 'application/json')

    def _stamp(self, parcel: Parcel) -> None:
        """Ask for a time stamp of the line, check it, and keep it beside the file."""
        line = parcel.payload['line'].encode()
        request = stamp_request(line)
        answer = _send(self.stamps, request.as_bytes(), 'application/timestamp-query')
        check_stamp(answer, line, request, self.stamp_root)
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file.with_name(f'{self.file.stem}-{parcel.payload["n"]}.tsr').write_bytes(answer)


def stamp_request(line: bytes) -> Any:
    """A request for a time stamp of a line, with a nonce and the service's certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415  few halls use such a service

    return TimestampRequestBuilder(line, HashAlgorithm.SHA256).build()


def check_stamp(answer: bytes, line: bytes, request: Any, root: str) -> None:
    """Raises ValueError unless the answer is a time stamp of this line (and, with a root certificate, of this service)."""
    from rfc3161_client import VerifierBuilder, decode_timestamp_response  # noqa: PLC0415

    response = decode_timestamp_response(answer)
    if response.status not in (0, 1):
        raise ValueError(f'Expected a time stamp, but the service refuses with status {response.status}: {response.status_string}')
    if response.tst_info.message_imprint.message.hex() != digest(line.decode()) or response.tst_info.nonce != request.nonce:
        raise ValueError('Expected a time stamp of this line, but it is of another')
    if root:
        from cryptography import x509  # noqa: PLC0415

        certificates = x509.load_pem_x509_certificates(Path(root).read_bytes())
        builder = VerifierBuilder.from_request(request)
        for certificate in certificates:
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(response, line)


def _send(url: str, content: bytes, media_type: str) -> bytes:
    """Post and read the answer. Raises Rejection for an address that is none, OSError or HTTPException when it cannot be sent in time."""
    where = urlsplit(url)
    if where.scheme not in ('http', 'https') or not where.hostname:
        raise Rejection(f'Expected an address with http or https, but it is {url!r}', f'锚定地址应以 http 或 https 开头：{url}')
    kind = HTTPSConnection if where.scheme == 'https' else HTTPConnection
    line = kind(where.hostname, where.port, timeout=SECONDS)
    line.connect()
    limit = Timer(SECONDS, _hang_up, [line.sock])  # each read may take so long by itself: a drop now and then is no answer
    limit.start()
    try:
        line.request('POST', where._replace(scheme='', netloc='', fragment='').geturl() or '/', content, {'Content-Type': media_type})
        answer = line.getresponse()
        found = answer.read(_LARGEST)
    finally:
        limit.cancel()
        line.close()
    if answer.status not in range(200, 300):
        raise ConnectionError(f'Expected the line to be taken, but {where.hostname} answers {answer.status} {answer.reason}')
    return found


def _hang_up(line: socket) -> None:
    with suppress(OSError):
        line.shutdown(SHUT_RDWR)


def plan(tx: Tx) -> None:
    """Plan the first line, unless there is one; the others follow from it."""
    if tx.connection.execute(select(evidence_anchor.c.id).limit(1)).first() is None:
        tx.connection.execute(insert(evidence_anchor), [{'id': 1, 'due_at': tx.now}])


def anchor_queue(sites: Sites) -> Queue:
    """The lines that are due: one row, the next one."""

    def planned(of: FromClause) -> tuple[ColumnElement[bool], ...]:
        return (of.c.made_at.is_(None),)

    def act(tx: Tx, picked: Picked) -> Swept:
        return _make(tx, picked.due_id, sites)

    return Queue('anchor', evidence_anchor, evidence_anchor.c.due_at, planned, act, by_instance=False)


def _make(tx: Tx, number: int, sites: Sites) -> Swept:
    waiting = select(evidence.c.id, evidence.c.chain, evidence.c.seq, evidence.c.hash).where(evidence.c.anchor.is_(None))
    rows = tx.connection.execute(waiting.order_by(evidence.c.id).limit(MOST)).all()
    heads: dict[str, tuple[int, str]] = {}
    for row in rows:
        heads[row.chain] = max(heads.get(row.chain, (0, '')), (row.seq, row.hash))
    tx.connection.execute(update(evidence).where(evidence.c.id.in_([row.id for row in rows])).values(anchor=number))
    before = tx.connection.execute(select(evidence_anchor.c.line).where(evidence_anchor.c.id == number - 1)).scalar()
    facts = {
        'n': number,
        'at': instant_text(tx.now),
        'hall': _hall_head(tx),
        'count': len(rows),
        'heads': heads,
        'previous': digest(before) if before else '',
    }
    if tx.engine.sealer is None:
        raise AssertionError('Expected an engine that writes evidence')
    line = write_line(facts, tx.engine.sealer.ready(tx.link))
    mine = evidence_anchor.c.id == number
    tx.connection.execute(update(evidence_anchor).where(mine).values(made_at=tx.now, line=line, last_error=None, next_try=None))
    more = len(rows) == MOST
    tx.connection.execute(insert(evidence_anchor), [{'id': number + 1, 'due_at': tx.now if more else tx.now + sites.every}])
    for topic in sites.topics:
        events.publish(tx, topic, f'{topic}:{number}', {'n': number, 'line': line})
    return Swept(more=more)


def _hall_head(tx: Tx) -> list[Any]:
    last = select(evidence.c.seq, evidence.c.hash).where(evidence.c.chain == HALL).order_by(evidence.c.seq.desc()).limit(1)
    row = tx.connection.execute(last).first()
    return [row.seq, row.hash] if row else [0, '']
