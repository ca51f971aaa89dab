"""The one read transaction of a request: everything a page shows is one moment, and what several parts ask is asked once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar, cast

from flask import current_app, g
from sqlalchemy.exc import DBAPIError

from web.root import Root

T = TypeVar('T')


def root() -> Root:
    """The installation this request is served by."""
    return cast(Root, current_app.extensions['yizhan'])


def read(query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a query of the office in the request's one read transaction: `query(conn, *args)`. A page shows one moment."""
    if 'reading' not in g:
        stack = ExitStack()
        g.reading = (stack.enter_context(root().engine.reading()), stack)
    try:
        return query(g.reading[0], *args, **kwargs)
    except DBAPIError:
        end_reading()  # PostgreSQL answers nothing more in a transaction that met an error
        raise


def end_reading(_error: BaseException | None = None) -> None:
    """End the request's read transaction: before a write, so that what is read afterwards is the new moment, and with the request."""
    if 'reading' in g:
        g.pop('reading')[1].close()
