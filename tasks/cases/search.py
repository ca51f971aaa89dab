"""Cases by what a person types: a number, a part or the end of one, a name, an item.

What is looked for is written as it was when it was stored (`engine.identity`): full-width digits, a small x, spaces and interpuncts make no
difference. Every case has rows in `case_key`, one for each of

| key | what |
|---|---|
| `c` and four digits | each four neighbouring digits of its number, from the month on |
| `n` and two characters | each two neighbouring characters of the applicant's name |
| `i`, `p` | the applicant's identity number, his telephone number, backwards |

Documents and certificates keep their number backwards too. So each question is a range of an index, whatever the database, and names of two
characters are found, which no trigram holds. A longer name is found by its rarest pair, and has to have the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, select, union_all

from engine.identity import fragments, name_key, normalise, normalise_as
from tasks import tables as t
from tasks.cases.numbers import LENGTH, verify
from tasks.paging import Key, Source
from tasks.rights.asking import cases_plain_to

if TYPE_CHECKING:
    from engine import Actor

_NUMBER, _NAME, _ID_NO, _PHONE = 'c', 'n', 'i', 'p'
_GRAM = 4
_MONTH = 10  # where the month begins in a case number: region and year are the same for thousands of cases
_REGION = 6
_MOST_KEY = 59
_RARE = 200  # keys are compared by so many of their newest cases
_HIGHEST = '\U0010ffff'
_case, _key = t.approval_case.c, t.case_key.c


def number_key(number: str) -> str:
    """The number of a document or certificate as it is found by: its letters and digits backwards, without 第 and 号."""
    return re.sub(r'[^\w]|[第号_]', '', normalise(number))[::-1]


def keys_of(case_no: str, name: str, id_no: str, phone: str) -> list[str]:
    """What a case is found by: parts of its number and of the applicant's name, the ends of his identity number and phone."""
    digits = case_no[_MONTH:]
    found = {_NUMBER + digits[place : place + _GRAM] for place in range(len(digits) - _GRAM + 1)}
    found.update(_NAME + pair for pair in _pairs(name_key(name)))
    for kind, number in ((_ID_NO, normalise(id_no)), (_PHONE, normalise_as('phone', phone))):
        if number:
            found.add(kind + number[::-1][:_MOST_KEY])
    return sorted(found)


def keys_of_cases(cases: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `case_key` that cases (rows of `approval_case`) are found by."""
    wanted = ('case_no', 'applicant_name', 'applicant_id_no', 'applicant_phone')
    return [
        {'key': key, 'received_at': case['received_at'], 'case_no': case['case_no']}
        for case in cases
        for key in keys_of(*(case[name] for name in wanted))
    ]


def remember(connection: Connection, cases: Iterable[Mapping[str, Any]]) -> None:
    """Store what new cases are found by. Whoever writes rows of `approval_case` calls this for them."""
    rows = keys_of_cases(cases)
    if rows:
        connection.execute(insert(t.case_key), rows)


@dataclass(frozen=True)
class Road:
    """One way to cases: those with a key, the newest first, and a condition on the case; a fragment has to stand in the case's number."""

    key: str = ''
    condition: ColumnElement[bool] | None = None
    fragment: str = ''

    def source(self, conditions: Sequence[ColumnElement[bool]]) -> Source:
        """The cases on this road that keep further conditions, in the order of lists."""
        wanted = [*conditions, *([] if self.condition is None else [self.condition])]
        if not self.key:
            return Source(select().select_from(t.approval_case).where(*wanted), newest_first(_case))
        joined = t.case_key.join(t.approval_case, _case.case_no == _key.case_no)
        return Source(select().select_from(joined).where(*self._keyed(), *wanted), newest_first(_key))

    def holds(self) -> ColumnElement[bool]:
        """Whether a case lies on this road."""
        found = [_case.case_no.in_(select(_key.case_no).where(*self._keyed()))] if self.key else []
        return and_(*found, *([] if self.condition is None else [self.condition]))

    def _keyed(self) -> list[ColumnElement[bool]]:
        inside = [_key.case_no.contains(self.fragment, autoescape=True)] if self.fragment else []
        return [_key.key == self.key, *inside]


def newest_first(columns: Any) -> tuple[Key, Key]:
    """The order of lists of cases."""
    return Key(columns.received_at, descending=True), Key(columns.case_no, descending=True)


def roads(connection: Connection, actor: Actor, words: str) -> list[Road]:
    """The roads to the cases a person means by these words, which are not blank; none when they can mean no case.

    People are found by name and numbers only by those who see them plain: nobody finds by them what is masked for him.
    """
    number = normalise(words)
    if verify(number):
        return [Road(condition=_case.case_no == number)]
    digits = re.fullmatch('[0-9]+', number)
    found = _by_case_number(number) if digits else [*_by_item(connection, words), *_by_name(connection, actor, words)]
    ways = fragments(words)
    if ways:
        found += [Road(condition=and_(_of_person(ways), cases_plain_to(actor, 'case.read'))), Road(condition=_of_document(words))]
    return found


def _by_case_number(digits: str) -> list[Road]:
    found = []
    if _REGION <= len(digits) < LENGTH:
        found.append(Road(condition=_case.case_no.between(digits.ljust(LENGTH, '0'), digits.ljust(LENGTH, '9'))))
    if _GRAM <= len(digits) < LENGTH:
        found.append(Road(_NUMBER + digits[-_GRAM:], fragment=digits))
    return found


def _by_item(connection: Connection, words: str) -> list[Road]:
    """The few items first: their cases lie in an index."""
    named = select(t.approval_item.c.code).where(t.approval_item.c.name.contains(words.strip(), autoescape=True))
    return [Road(condition=_case.item == code) for code in connection.execute(named).scalars()]


def _by_name(connection: Connection, actor: Actor, words: str) -> list[Road]:
    name = name_key(words)
    pairs = _by_rarity(connection, [_NAME + pair for pair in _pairs(name)])
    if not pairs:
        return []
    whole = [or_(_case.applicant_name.contains(name, autoescape=True), _has_all(pairs))] if len(pairs) > 1 else []
    return [Road(pairs[0], and_(cases_plain_to(actor, 'case.read'), *whole))]


def _has_all(keys: Sequence[str]) -> ColumnElement[bool]:
    """Whether the case has all of these keys, whose first it has: the next one is asked alone, for most that have not all lack it. They are
    counted, for a join with each would take longer to plan than to run."""
    return and_(_counted(keys[1:2]) == 1, _counted(keys) == len(keys))


def _counted(keys: Sequence[str]) -> ColumnElement[int]:
    """How many of these keys the case has."""
    other = t.case_key.alias()
    mine = and_(other.c.case_no == _case.case_no, other.c.received_at == _case.received_at, other.c.key.in_(keys))
    return select(func.count()).where(mine).correlate(t.approval_case).scalar_subquery()


def _by_rarity(connection: Connection, keys: Sequence[str]) -> list[str]:
    """The keys, that first which fewest cases have; none when one of them has no case. Which of several frequent ones is rarer their newest
    cases tell: the rarer a key, the farther they reach back."""
    if len(keys) < 2:
        return list(keys)
    counted = []
    for key in keys:
        newest_of_key = select(_key.received_at).where(_key.key == key).order_by(_key.received_at.desc()).limit(_RARE).subquery()
        of_key = (literal(key).label('key'), func.count().label('n'), func.min(newest_of_key.c.received_at).label('since'))
        counted.append(select(*of_key).select_from(newest_of_key))
    found = {row.key: (row.n, row.since) for row in connection.execute(union_all(*counted))}
    return sorted(keys, key=lambda key: found[key]) if all(n for n, _since in found.values()) else []


def _of_person(ways: Sequence[str]) -> ColumnElement[bool]:
    ends = [_begins(_key.key, kind + way[::-1]) for kind in (_ID_NO, _PHONE) for way in ways]
    return _case.case_no.in_(select(_key.case_no).where(or_(*ends)))


def _of_document(words: str) -> ColumnElement[bool]:
    document, licence, end = t.document.c, t.licence.c, number_key(words)
    documents = select(document.case_no).where(_begins(document.number_key, end))
    return _case.case_no.in_(union_all(documents, select(licence.case_no).where(_begins(licence.no_key, end))))


def _begins(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return and_(column >= text, column < text + _HIGHEST)


def _pairs(name: str) -> list[str]:
    """Each two neighbouring characters once; a name of one character is its own pair."""
    return list(dict.fromkeys(name[place : place + 2] for place in range(max(1, len(name) - 1)))) if name else []
