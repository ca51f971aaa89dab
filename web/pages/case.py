"""Cases: search, the case page, why it is due when it is, and withdrawal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.identity import normalise
from tasks.cases import lists as case_lists
from tasks.cases import numbers
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.catalogue import views as catalogue_views
from tasks.deadlines.explanation import explanation
from tasks.deadlines.offers import offers
from tasks.deadlines.plain_words import joined_words
from tasks.desk.acts import Unconfirmed, act
from tasks.rights.looks import looks_at
from tasks.words.vocabulary import STATUS
from web.confirming import ask, mention, seal
from web.drawings import drawing
from web.opinions import read_opinions
from web.searching import asked_words, keep
from web.session import asks, local_today, note_listing, note_look, read, read_as_me, root, write

pages = Blueprint('case', __name__, url_prefix='/cases')


@pages.get('')
@asks('case.read')
def search() -> str:
    """Cases by status and words; the words may be a name, so they never stand in an address."""
    status, item = request.args.get('status') or None, request.args.get('item') or None
    words = asked_words()
    filters = case_lists.CaseFilter(status=status, item=item, words=words)
    found = read_as_me(case_lists.cases, filters, place=request.args.get('page', ''), now=root().clock())
    note_listing('cases', found.rows)
    return render_template(
        'cases.html',
        page=found,
        status=status,
        item=item,
        words=words,
        statuses=STATUS,
        items=read(catalogue_views.items, unpublished_too=True),
    )


@pages.post('/search')
@asks('case.read')
def look_for() -> Response:
    """To the list of what was looked for; a whole case number leads straight to its case."""
    if 'clear' in request.form:
        return redirect(url_for('case.search'))
    words = request.form.get('q', '').strip()
    number = normalise(words)
    if numbers.verify(number):
        return redirect(url_for('case.show', case_no=number))
    asked: dict[str, Any] = {name: request.form.get(name) or None for name in ('status', 'item')}
    return redirect(url_for('case.search', s=keep(words), **asked))


@pages.get('/<case_no:case_no>')
@asks('case.read')
def show(case_no: str) -> str:
    """Everything about one case."""
    return _page(case_no)


def _page(case_no: str) -> str:
    view = read_as_me(case_page.case_view, case_no, now=root().clock())
    drawn = drawing(view.diagram, here=view.here, road=view.road, late=view.late)
    offered = read_as_me(offers, case_no, now=root().clock())
    page = render_template(
        'case.html',
        view=view,
        picture=drawn,
        offers=offered,
        typed=request.form,
        earlier=read_opinions(view.opinions, view.persons),
        looked=read_as_me(looks_at, case_no),
    )
    if view.unmasked:  # before anybody sees the page, and after it has read its one moment
        note_look(case_no, 'case', 'case.read')
    if view.reads == 'masked' and view.opinions:
        note_look(case_no, 'opinions', 'case.read_file')
    return page


@pages.get('/<case_no:case_no>/deadlines')
@asks('case.read')
def deadlines(case_no: str) -> str:
    """期限如何计算: every limit of the case, date by date."""
    view = read_as_me(case_page.case_view, case_no, now=root().clock())
    told = read(explanation, case_no, as_of=root().clock())
    words = {limit.name: joined_words(limit, today=local_today()) for limit in told.limits}
    return render_template('deadlines.html', view=view, told=told, words=words)


@pages.post('/<case_no:case_no>/withdraw')
@asks('case.withdraw')
def withdraw(case_no: str) -> Response | str:
    """The applicant takes the application back, once the page has shown what that issues and ends."""
    reason = request.form.get('reason', '').strip()
    if request.form.get('action') == 'edit':
        return _page(case_no)
    try:
        _done, effect = write(lambda tx: act(tx, case_no, lambda: cases.withdraw(tx, case_no, reason), seal()))
    except Unconfirmed as unconfirmed:
        return ask(unconfirmed, _('撤回申请'))
    mention(_('已登记撤回申请'), effect)
    return redirect(url_for('case.show', case_no=case_no))
