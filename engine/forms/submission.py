"""Submitting a form: the cleaned data form-js would hand over, and everything that is wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.effort import Effort
from engine.forms.filling import MAX_ROWS, Filling
from engine.forms.messages import words
from engine.forms.model import FieldError, Form, Result
from engine.forms.paths import MISSING, get_at, set_at
from engine.forms.rules import errors_of


def validate(form: Form, submitted: Mapping[str, Any], context: Mapping[str, Any], now: datetime, effort: Effort | None = None) -> Result:
    """Check a submission on the server and clean it.

    `submitted` is JSON-like data (from `read_post` or a client); `context` is the data the form was opened with (process
    variables, saved drafts); `now` is an aware instant in the hall's zone: its zone writes times, its date bounds dates.
    Fields that are hidden or disabled are not in the data, readonly ones keep the value of `context` whatever was submitted,
    expressions are computed here (`effort` pays for them), unknown keys are ignored. Raises ValueError when `now` has no zone.
    """
    filling = Filling(form, context, submitted, now, effort)
    return Result(submit_data(filling), _errors(filling, submitted))


def submit_data(filling: Filling) -> dict[str, Any]:
    """The data of every visible field that is not disabled; an emptied dynamic list is an empty list."""
    data: dict[str, Any] = {}
    for instance in filling.visible():
        component = instance.component
        if component.repeating and not filling.value(instance.path):
            set_at(data, instance.path, [])
        if component.keyed and not component.disabled:
            value = filling.value(instance.path)
            if value is not MISSING:
                set_at(data, instance.path, copy.deepcopy(value))
    return data


def _errors(filling: Filling, submitted: Mapping[str, Any]) -> tuple[FieldError, ...]:
    found: list[FieldError] = []
    for instance in filling.visible():
        if instance.component.keyed:
            found.extend(errors_of(filling, instance))
        elif instance.component.repeating:
            rows = get_at(submitted, instance.path)
            if isinstance(rows, list) and len(rows) > MAX_ROWS:
                english, chinese = words('too_many_rows', limit=MAX_ROWS)
                found.append(FieldError(instance.component.id, instance.path, 'too_many_rows', chinese, english, instance.component.label))
    return tuple(found)
