"""亮牌: the board of marks, one mark with its answer and disposition, reminders, thresholds and substitutes."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.words import Word
from tasks.cases import numbers
from tasks.marks import queries, reminders, settings, verbs
from tasks.marks.rules import AMBER_STATE, COLOUR, DISPOSITION, FAULT, LEVEL, RULES, STATE, Thresholds
from tasks.people import queries as people
from web.languages import flash
from web.session import asks, read, read_as_me, root, write

pages = Blueprint('marks', __name__, url_prefix='/marks')
STATES = {'open': Word('未了结', 'Not settled'), 'overdue': Word('逾期未答复', 'Reply overdue'), **STATE, 'moved': AMBER_STATE['moved']}
WORDS = {'colours': COLOUR, 'rules': RULES, 'faults': FAULT, 'dispositions': DISPOSITION, 'levels': LEVEL, 'states': STATES}


@pages.get('')
@asks('mark.read')
def board() -> str:
    """Marks I may see, by colour, state, window and rule, with how many each window has."""
    asked = request.args
    rule = asked.get('rule', 0, int)
    filters = queries.MarkFilter(asked.get('colour', ''), asked.get('state', 'open'), asked.get('window', ''), rule if rule in RULES else 0)
    now = root().clock()
    page = read_as_me(queries.board, filters, place=asked.get('page', ''), now=now)
    counts = read_as_me(queries.by_window, now)
    return render_template('marks/board.html', page=page, counts=counts, filters=filters, **WORDS)


@pages.get('/<int:mark_id>')
@asks('mark.read')
def show(mark_id: int) -> str:
    """One mark."""
    return render_template('marks/mark.html', view=read_as_me(queries.mark_view, mark_id, now=root().clock()), **WORDS)


@pages.post('/<int:mark_id>/reply')
@asks('mark.reply')
def reply(mark_id: int) -> Response:
    """The responsible window answers."""
    write(verbs.reply, mark_id, request.form.get('reply', ''), with_others=request.form.get('with_others') == '1')
    flash(_('答复已提交'), 'good')
    return redirect(url_for('marks.show', mark_id=mark_id))


@pages.post('/<int:mark_id>/dispose')
@asks('mark.judge')
def dispose(mark_id: int) -> Response:
    """The supervisor settles it."""
    form = request.form
    write(
        verbs.dispose,
        mark_id,
        form.get('disposition', ''),
        level=form.get('level', ''),
        fault=form.get('fault', ''),
        opinion=form.get('opinion', ''),
    )
    flash(_('处理结果已登记'), 'good')
    return redirect(url_for('marks.show', mark_id=mark_id))


@pages.post('/<int:mark_id>/withdraw')
@asks('mark.judge')
def withdraw(mark_id: int) -> Response:
    """The supervisor takes an unfounded mark back."""
    write(verbs.withdraw, mark_id, request.form.get('reason', ''))
    flash(_('标记已撤销'), 'good')
    return redirect(url_for('marks.show', mark_id=mark_id))


@pages.get('/raise')
@asks('mark.judge')
def fresh() -> str:
    """The form for a mark that no clock can tell."""
    windows = {one.code: one.name for one in read_as_me(people.windows)}
    return render_template('marks/raise.html', case_no=request.args.get('case_no', ''), windows=windows, **WORDS)


@pages.post('/raise')
@asks('mark.judge')
def raise_mark() -> Response:
    """Raise it."""
    form = request.form
    case_no = form.get('case_no', '').strip()
    if not numbers.verify(case_no):
        abort(404)
    mark_id = write(
        verbs.raise_by_hand,
        case_no,
        form.get('rule', 0, int),
        form.get('grounds', ''),
        window=form.get('window', ''),
        fault=form.get('fault', ''),
    )
    flash(_('标记已发出'), 'good')
    return redirect(url_for('marks.show', mark_id=mark_id))


@pages.get('/reminders')
@asks('reminder.read')
def reminder_list() -> str:
    """All my reminders, read ones too."""
    found = read_as_me(reminders.my_reminders, unread=False, place=request.args.get('page', ''), size=30)
    return render_template('marks/reminders.html', page=found)


@pages.post('/reminders/read')
@asks('reminder.read')
def take_note_of_all() -> Response:
    """I have read everything on my desk."""
    write(reminders.take_note_of_all)
    return redirect(url_for('desk.show'))


@pages.post('/reminders/<int:reminder_id>/read')
@asks('reminder.read')
def take_note(reminder_id: int) -> Response:
    """I have read it."""
    write(reminders.take_note, reminder_id)
    return redirect(url_for('marks.reminder_list' if request.form.get('from') == 'list' else 'desk.show'))


@pages.get('/settings')
@asks('mark.settings')
def thresholds() -> str:
    """Thresholds of each hall, and who stands in for whom."""
    halls, clerks = read_as_me(settings.settings)
    return render_template('marks/settings.html', halls=halls, clerks=clerks)


@pages.post('/settings/<hall>')
@asks('mark.settings')
def set_thresholds(hall: str) -> Response:
    """Change a hall's thresholds."""
    numbers_given = [request.form.get(name, -1, int) for name in ('amber_days', 'amber_percent', 'reply_workdays')]
    write(settings.set_thresholds, hall, Thresholds(*numbers_given), request.form.get('reason', ''))
    flash(_('预警设置已更新'), 'good')
    return redirect(url_for('marks.thresholds'))


@pages.post('/substitutes/<username>')
@asks('staff.substitute')
def set_substitute(username: str) -> Response:
    """Name a clerk's substitute."""
    write(settings.set_substitute, username, request.form.get('substitute') or None)
    flash(_('B角已更新'), 'good')
    return redirect(url_for('marks.thresholds'))


@pages.app_template_global()
def marks_of(case_no: str) -> list[queries.MarkRow]:
    """The marks of a case, for its page."""
    return read_as_me(queries.marks_of_case, case_no, now=root().clock())


@pages.app_template_global()
def deemed_of(case_no: str) -> list[queries.DeemedAct]:
    """What the system did in a case because nobody did."""
    return read(queries.deemed_acts, case_no)
