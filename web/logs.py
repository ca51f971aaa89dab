"""Structured logs, one line an event, on standard error or in a file. No names, numbers of persons, form data or queries are logged."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import structlog
from sqlalchemy.exc import StatementError


def configure(*, json: bool = True, path: Path | None = None) -> None:
    """Set structlog up for a process: JSON lines, or plain coloured ones when somebody watches a terminal.

    With a `path` the lines go there as JSON; what went wrong is also said on standard error.
    """
    if path is not None:
        json = True
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # a traceback that shows the values of variables would show forms, passwords and the secret key
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if json else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt='iso', utc=True),
            _hide_parameters,
            structlog.processors.format_exc_info if json else _unchanged,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: _StandardError() if path is None else _File(path),
        cache_logger_on_first_use=False,
    )


class _StandardError:
    """Writes lines to whatever standard error is at that moment."""

    def msg(self, message: str) -> None:
        sys.stderr.write(f'{message}\n')
        sys.stderr.flush()

    log = debug = info = warning = error = critical = exception = msg


class _File:
    """Appends lines to a file. It is opened for each, so it may be moved away or emptied meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def msg(self, message: str) -> None:
        with self.path.open('a', encoding='utf-8') as stream:
            stream.write(f'{message}\n')

    def wrong(self, message: str) -> None:
        self.msg(message)
        _StandardError().msg(message)

    log = debug = info = msg
    warning = error = critical = exception = wrong


def _hide_parameters(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A database error prints the values of its statement; those are names and numbers of persons."""
    error = event.get('exc_info')
    while isinstance(error, BaseException):
        if isinstance(error, StatementError):
            error.hide_parameters = True
        error = error.__cause__ or error.__context__
    return event


def _unchanged(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return event


log = structlog.get_logger('yizhan')
