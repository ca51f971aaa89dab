"""Forms as plain HTML: works without JavaScript, nothing inline, every field labelled, every complaint tied to its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.forms import FieldError, Form, present
from engine.forms.post import ACTION, SHOWN
from engine.words import Word
from web.formats import file_size
from web.languages import in_my_language, translate

ROW_MARK = '_row'


@lru_cache(maxsize=1)
def _environment() -> Environment:
    folder = Path(__file__).parent / 'templates'
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    translate(environment)
    environment.globals.update(ACTION=ACTION, SHOWN=SHOWN, ROW_MARK=ROW_MARK)
    environment.filters['safe_html'] = Markup  # only for engine.forms.markdown, whose HTML nh3 has cleaned
    environment.filters['file_size'] = file_size
    environment.filters['said'] = lambda error: in_my_language(Word(error.zh, error.en))
    return environment


def render_form(
    form: Form,
    data: Mapping[str, Any],
    errors: Iterable[FieldError] = (),
    readonly: bool = False,
    *,
    now: datetime,
    submitted: Mapping[str, Any] | None = None,
    mask: bool = False,
    brief: bool = False,
) -> Markup:
    """The fields of a form, without the `<form>` element, the CSRF token and the page's own buttons.

    `data` is what the form is opened with, `submitted` what was typed so far (`Post.data` or a saved draft), `errors` those of
    `validate`. `readonly` gives the reading view for case pages and prints; `mask` hides personal values that are only read, `brief`
    leaves out instructions and what was left empty. `now` is an aware instant in the hall's zone. File fields need
    `enctype="multipart/form-data"` on the page's form.
    """
    page = present(form, data, now, submitted, errors, readonly=readonly, mask=mask)
    template = _environment().get_template('forms/read.html' if readonly else 'forms/fill.html')
    return Markup(template.render(page=page, nodes=page.nodes, brief=brief))  # noqa: S704 (the environment escapes)
