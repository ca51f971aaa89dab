"""When the database does not serve: what kind of outage an error is, and the rejection that says so. Nothing was changed by what failed."""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from engine.core.database import contended
from engine.core.errors import Conflict
from engine.words import Word

AGAIN_SECONDS = 30
"""After how many seconds it makes sense to ask again: what `Retry-After` says."""

OUTAGE = {
    'unreachable': Word('数据库暂时没有应答', 'the database does not answer'),
    'busy': Word('数据库正忙', 'the database is busy'),
    'full': Word('服务器磁盘已满', 'the disk is full'),
    'read_only': Word('数据库目前只读，不能保存', 'the database is read-only'),
    'unsealed': Word('存证密钥缺失或不符，不能保存', 'the key of the evidence is missing or another, so nothing can be saved'),
}
_SQLITE = {
    sqlite3.SQLITE_FULL: 'full',
    sqlite3.SQLITE_READONLY: 'read_only',
    sqlite3.SQLITE_CANTOPEN: 'unreachable',
    sqlite3.SQLITE_IOERR: 'unreachable',
    sqlite3.SQLITE_PERM: 'unreachable',
    sqlite3.SQLITE_NOTADB: 'unreachable',
    sqlite3.SQLITE_CORRUPT: 'unreachable',
}
# PostgreSQL, appendix A: by the class of the code, unless the code itself says more
_POSTGRES = {'53100': 'full', '25006': 'read_only', '3D000': 'unreachable'}
_POSTGRES_CLASS = {'08': 'unreachable', '57': 'unreachable', '58': 'unreachable', '53': 'busy', '28': 'unreachable', 'XX': 'unreachable'}


class Unavailable(Conflict):
    """The database did not serve. `outage` is a key of `OUTAGE`; nothing was changed."""

    status = 503

    def __init__(self, outage: str) -> None:
        word = OUTAGE[outage]
        super().__init__(f'Expected the database to serve, but {word.en} ({outage})', f'{word}，未作任何更改，请稍后重试', state=outage)
        self.outage = outage


class KeyRefused(Unavailable):
    """Nothing can be sealed, and so nothing written: the key of the evidence is missing, or one this hall does not know."""

    def __init__(self, message: str, zh: str) -> None:
        Conflict.__init__(self, message, zh, state='unsealed')
        self.outage = 'unsealed'


def outage_of(error: BaseException) -> str | None:
    """The kind of outage (a key of `OUTAGE`) behind an error of the database or the disk; None when the error is something else."""
    if isinstance(error, Unavailable):
        return error.outage
    if isinstance(error, OSError):
        return {errno.ENOSPC: 'full', errno.EDQUOT: 'full', errno.EROFS: 'read_only'}.get(error.errno or 0)
    if isinstance(error, PoolExhausted):
        return 'busy'
    if not isinstance(error, SQLAlchemyError) or not isinstance(error, DBAPIError):
        return None
    if contended(error):
        return 'busy'
    return _of_driver(error.orig) or ('unreachable' if error.connection_invalidated else None)


def _of_driver(origin: Any) -> str | None:
    code = getattr(origin, 'sqlite_errorcode', None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(origin, 'sqlstate', None)
    if state:
        return _POSTGRES.get(state) or _POSTGRES_CLASS.get(state[:2])
    # psycopg could not connect, or the connection broke: an error of the server always has a code
    return 'unreachable' if type(origin).__name__ in ('OperationalError', 'ConnectionTimeout', 'InterfaceError') else None
