"""Structured logs on standard error: one JSON line an event. No names, numbers of persons, form data or query strings are logged."""

from __future__ import annotations

import logging
import sys

import structlog
from sqlalchemy.exc import StatementError


def configure(*, json: bool = True) -> None:
    """Set structlog up for a process; plain coloured lines when somebody watches a terminal."""
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
        logger_factory=lambda *_names: _StandardError(),
        cache_logger_on_first_use=False,
    )


class _StandardError:
    """Writes lines to whatever standard error is at that moment."""

    def msg(self, message: str) -> None:
        sys.stderr.write(f'{message}\n')
        sys.stderr.flush()

    log = debug = info = warning = error = critical = exception = msg


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
