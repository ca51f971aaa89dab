"""Asking once before what cannot be taken back: the document it issues, what it ends, and everything that was typed (O-08).

Works without JavaScript: the page sends the same form to the same address again, with the seal of what was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from tasks.desk.acts import Effect, Paper, Unconfirmed, as_read
from web.languages import flash
from web.session import note_look, read_as_me

SEAL = 'confirmed'


def seal() -> str:
    """What the page says it has been shown; empty the first time."""
    return request.form.get(SEAL, '')[:64]


def ask(unconfirmed: Unconfirmed, title: str, *, action: str = 'confirm', typed: Iterable[tuple[str, str]] | None = None) -> str:
    """The page that shows the effect and asks. `action` is sent when it is confirmed; `edit` when the person goes back to the form.

    `typed` is what it sends again; what was posted, if it is not given.
    """
    dropped = {'csrf_token', 'action', SEAL}
    posted = request.form.items(multi=True) if typed is None else typed
    fields = [(name, value) for name, value in posted if name not in dropped]
    effect, again = unconfirmed.effect, bool(seal())
    papers = read_as_me(as_read, effect.case_no, effect.papers)
    if any(one.body for one in papers):
        note_look(effect.case_no, 'confirm', 'document.read')
    return render_template('confirm.html', effect=effect, papers=papers, title=title, fields=fields, action=action, again=again)


def mention(sentence: str, effect: Effect) -> None:
    """Say on the next page what was done, with links to the documents issued and to the case."""
    case = Markup('<a href="{}">{}</a>').format(url_for('case.show', case_no=effect.case_no), effect.case_no)
    readable = [one for one in read_as_me(as_read, effect.case_no, effect.papers) if one.body] if effect.papers else []
    flash(Markup('{} {} {}').format(case, sentence, links(readable)), 'good')


def links(papers: Sequence[Paper]) -> Markup:
    """The documents as links to their print view."""
    made = (
        Markup('<a href="{}">{}</a>').format(url_for('document.show', document_id=one.id), _('打印《%(title)s》', title=one.title))
        for one in papers
    )
    return Markup(' ').join(made)


__all__ = ['SEAL', 'ask', 'links', 'mention', 'seal']
