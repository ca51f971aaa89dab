"""Marks and reminders are stored as kinds and facts, and said in the reader's language (H-08, H-50, O-41)."""

from __future__ import annotations

import re

from sqlalchemy import update

from engine import edition_of
from engine.words import in_english
from tasks.cases.page import case_view
from tasks.cases.receipt import find_case
from tasks.marks.rows import Ground
from tasks.marks.sentences import GROUND_KINDS, grounds_of
from tasks.marks.tables import mark, reminder

CHINESE = re.compile(r'[\u4e00-\u9fff]+')


def chinese_in(text: str, names: set[str]) -> list[str]:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, '')
    return CHINESE.findall(text)


def names_of(hall, case_no: str) -> set[str]:
    with hall.engine.reading() as connection:
        case = find_case(connection, case_no)
        edition = edition_of(connection, case.definition_id)
        return {case.item_name, *(one.name for one in edition.diagram.elements.values() if one.name)}


def test_marks_and_reminders_speak_english_to_whom_reads_english(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review')
    hall.move('2026-03-04 00:01')
    hall.move('2026-03-11 09:00')
    hall.move('2026-03-20 09:00')
    names = names_of(hall, case_no)
    marks, notices = hall.marks(case_no), hall.notices()
    assert {one['ground_kind'] for one in marks} >= {'ends', 'over'}
    assert {one['kind'] for one in notices} >= {'due_soon', 'late', 'step'}
    told = [in_english(text) for one in marks for text in (one['title'], one['grounds'])]
    told += [in_english(text) for one in notices for text in (one['title'], one['body'])]
    assert {text: chinese_in(text, names) for text in told if chinese_in(text, names)} == {}
    assert all(one['grounds'] and CHINESE.search(one['grounds']) for one in marks)
    with hall.engine.reading() as connection:
        lines = case_view(connection, hall.actors['guanli'], case_no, now=hall.clock()).timeline
    heads = [in_english(one.sentence) for one in lines if one.event.startswith('mark.')]
    assert [text for text in heads if '期限' in text or '告知' in text] == []


def test_every_kind_of_ground_has_a_sentence_in_both_languages() -> None:
    row = {
        'limit': '3个工作日',
        'last_day': '2026-03-04',
        'title': 'Review',
        'grounds': 'as written',
        'facts': {'basis': 'art. 1', 'times': 2},
        'colour': 'red',
        'reply_last_day': None,
    }
    for kind in GROUND_KINDS:
        for subject in ('step:t', 'clock:promise'):
            found = grounds_of(Ground(**row, subject=subject, ground_kind=kind))
            assert chinese_in(in_english(found), set()) == []
            assert bool(CHINESE.search(found)) == (kind != '')


def test_what_was_said_before_there_were_kinds_stays_as_it_was_said(hall) -> None:
    """Rows of the schema before have their words; a supervisor's own words are nobody's to translate."""
    case_no = hall.receive().case_no
    hall.move('2026-03-06 09:00')
    with hall.engine.database.begin() as connection:
        connection.execute(update(mark).values(ground_kind='', grounds='一次告知期限将于今日届满。'))
        connection.execute(update(reminder).values(facts=None, title='旧题', body='旧文'))
    (amber,) = hall.marks(case_no)
    (told,) = hall.notices()
    assert (amber['grounds'], told['title'], told['body']) == ('一次告知期限将于今日届满。', '旧题', '旧文')
