"""The language of a run: `--lang`, else YIZHAN_LANG, else the locale. Prompts, results, refusals and progress are all in it."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import IO, Any, TypeVar

import click

from engine.words import Word, in_english, said

LANGUAGES = ('zh', 'en')
Decorated = TypeVar('Decorated', bound=Callable[..., Any])
_RUN: ContextVar[str | None] = ContextVar('language of the run', default=None)


def of_environment(environ: Mapping[str, str]) -> str:
    """The language the environment asks for: YIZHAN_LANG, else English under an English locale, else Chinese."""
    locale = environ.get('LC_ALL') or environ.get('LC_MESSAGES') or environ.get('LANG') or ''
    asked = environ.get('YIZHAN_LANG') or locale
    return 'en' if asked.lower().startswith('en') else 'zh'


def choose(language: str | None) -> None:
    """Speak this language from now on; None leaves it to the environment."""
    _RUN.set(language or of_environment(os.environ))


def spoken(text: str) -> str:
    """The text in the run's language; names and reasons that people gave stay as they are."""
    return in_english(text) if (_RUN.get() or of_environment(os.environ)) == 'en' else str(text)


def say(text: str, *, err: bool = False) -> None:
    """Print a line in the run's language, on standard error if told so."""
    click.echo(spoken(text), err=err)


def _chosen(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    choose(value)


language = click.option(
    '--lang',
    type=click.Choice(LANGUAGES),
    envvar='YIZHAN_LANG',
    is_eager=True,
    expose_value=False,
    callback=_chosen,
    help='Language of prompts, results and refusals; default YIZHAN_LANG, else English under an English locale, else Chinese.',
)


class Prompted(click.Option):
    """An option that is asked for when it is left out, in the run's language."""

    def prompt_for_value(self, ctx: click.Context) -> Any:
        """Ask on the terminal."""
        asked = copy.copy(self)
        asked.prompt = spoken(self.prompt or '')
        if isinstance(self.confirmation_prompt, str):
            asked.confirmation_prompt = spoken(self.confirmation_prompt)
        return click.Option.prompt_for_value(asked, ctx)


AGAIN = Word('再次输入以确认', 'Repeat for confirmation')


def password(prompt: Word, cls: type[Prompted] = Prompted) -> Callable[[Decorated], Decorated]:
    """The option --password: asked for twice, unless it is given or stands in YIZHAN_PASSWORD."""
    told = 'As the policy of accounts wants it; better as YIZHAN_PASSWORD.'
    return click.password_option(cls=cls, prompt=prompt, confirmation_prompt=AGAIN, envvar='YIZHAN_PASSWORD', help=told)


def _show(word: str, file: IO[Any] | None) -> None:
    click.echo(spoken(said('错误：{word}', 'Error: {word}', word=word)), file=file, err=file is None)


class Refused(click.ClickException):
    """What was asked cannot be done; exit code 1."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = Word(zh, en)

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence in the run's language."""
        _show(self.zh, file)


class WrongUsage(click.UsageError):
    """The command was called in a way that makes no sense; exit code 2."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = Word(zh, en)

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the command's usage and the sentence in the run's language."""
        if self.ctx is not None:
            click.echo(self.ctx.get_usage(), file=file, err=file is None, color=self.ctx.color)
        _show(self.zh, file)
