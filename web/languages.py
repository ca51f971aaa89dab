"""The page's language: Chinese or English, chosen per session; its catalogue is bound once per request, not looked up for every string."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import flask
from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, session
from flask_babel import Babel, Domain
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from engine.words import Word

LANGUAGES = ('zh_CN', 'en')
_LOCALES = {name: Locale.parse(name) for name in LANGUAGES}


def install(app: Flask) -> None:
    """Make `gettext` speak the session's language, on pages and in code."""
    folder = str(Path(__file__).parent / 'translations')
    _Languages(app, locale_selector=lambda: _LOCALES[_language()], default_translation_directories=folder, configure_jinja=False)
    translate(app.jinja_env)


def translate(env: Environment) -> None:
    """Make the templates of an environment speak the reader's language: `_('…')`, and every `Word` they print."""
    env.globals.update(_=_text, gettext=_text, ngettext=_counted)
    env.finalize = in_my_language


@pass_eval_context
def _text(context: EvalContext, text: str, /, **parts: Any) -> str:
    return _filled(context, _catalogue().ugettext(text), parts)


@pass_eval_context
def _counted(context: EvalContext, one: str, many: str, count: int, /, **parts: Any) -> str:
    return _filled(context, _catalogue().ungettext(one, many, count), {'num': count, **parts})


def _filled(context: EvalContext, text: str, parts: Mapping[str, Any]) -> str:
    """A text of the catalogue, which is our own, with its parts, which may be words and are escaped."""
    said = Markup(text) if context.autoescape else text  # noqa: S704
    return said % {name: in_my_language(part) for name, part in parts.items()} if parts or '%' in text else said


def in_my_language(value: Any) -> Any:
    """What a page prints: a `Word` in the reader's language, anything else as it is."""
    return value.en if isinstance(value, Word) and _language() == 'en' else value


def flash(message: str, category: str = 'message') -> None:
    """What the next page says first, in the reader's language: a session keeps text, and a `Word` that is kept has lost its English.

    Markup stays markup: its links are ours.
    """
    said = in_my_language(message)
    flask.flash(said if isinstance(said, Markup) else str(said), category)


def _language() -> str:
    if not has_request_context():
        return 'zh_CN'  # a form that is made for nobody's page
    chosen = session.get('language')
    return chosen if chosen in LANGUAGES else 'zh_CN'


class _OncePerRequest(Domain):  # type: ignore[misc]  # flask_babel has no types
    """A domain that remembers a request's catalogue; flask_babel asks session, locale and cache again for every string."""

    def get_translations(self) -> Any:
        return _catalogue()

    def gettext(self, string: str, **variables: Any) -> str:
        return str(super().gettext(string, **{name: in_my_language(value) for name, value in variables.items()}))

    def look_up(self) -> Any:
        """The catalogue of the request's language."""
        return super().get_translations()


class _Languages(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> Domain:
        return _DOMAIN


_DOMAIN = _OncePerRequest()


def _catalogue() -> Any:
    if not has_request_context():
        return NullTranslations()  # the texts themselves, which are Chinese
    try:
        return g.catalogue
    except AttributeError:
        g.catalogue = _DOMAIN.look_up()
        return g.catalogue
