"""What the steps of a case found, as case page and task page show it: answers and signatures, no instructions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from markupsafe import Markup

from tasks.cases.masking import without_persons
from tasks.cases.opinions import Opinion
from web.forms import render_form
from web.session import local_now


def read_opinions(opinions: Iterable[Opinion], persons: Mapping[str, str] = MappingProxyType({})) -> list[tuple[Opinion, Markup]]:
    """Each opinion with its answers; `persons` (what identifies people, and what is shown instead) is hidden in them."""
    now = local_now()
    found = []
    for one in opinions:
        if one.form is not None:
            text = render_form(one.form, {**one.known, **one.data}, (), True, now=now, brief=True, mask=bool(persons))
            found.append((one, Markup(without_persons(str(text), persons))))  # noqa: S704  made by render_form, masks escaped there
    return found
