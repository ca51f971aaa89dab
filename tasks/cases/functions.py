"""FEEL functions of the office, for assignees and conditions: `first_contact()`; `handled_by("element")` is the engine's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import FUNCTIONS as ENGINE_FUNCTIONS
from tasks import tables as t

if TYPE_CHECKING:
    from engine import FunctionCall


def first_contact(call: FunctionCall) -> str | None:
    """The clerk who received the case and stays answerable for it (首问负责, S-08)."""
    statement = select(t.approval_case.c.first_contact).where(t.approval_case.c.case_no == call.business_key)
    return call.tx.connection.execute(statement).scalar_one_or_none()


FUNCTIONS: Mapping[str, Callable[..., Any]] = {**ENGINE_FUNCTIONS, 'first_contact': first_contact}
