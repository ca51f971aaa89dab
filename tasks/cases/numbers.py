"""Case, document and certificate numbers: each is drawn from the one series in which it is unique.

A case number has 21 digits: region (6) + local date of receipt (8) + serial of that day (6) + check digit. The check digit is Damm's
(H. M. Damm, totally anti-symmetric quasigroup of order 10): it catches every single wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import ascii_uppercase
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import Rejection
from tasks.operations.tables import restore
from tasks.tables import case_sequence, document_sequence

LENGTH = 21
MAX_SERIAL = 999_999
REGION_LENGTH = 6
_LICENCE = 'licence:'
_LABEL = 8
_VERSIONS_SINCE = 2020
SERIALS_A_SECOND, SERIALS_AT_ONCE = 10, 600
"""864,000 a day, and some hundreds in a burst: more than any hall of one region receives."""
_RESTORED_SINCE = select(restore.c.epoch).where(restore.c.day >= bindparam('day')).limit(1)
_DAMM = (
    '0317598642',
    '7092154863',
    '4206871359',
    '1750983426',
    '6123045978',
    '3674209581',
    '5869720134',
    '8945362017',
    '9438617205',
    '2581436790',
)


Series = tuple[str, str]
"""The key of a counter: region and day, or name and year."""


@dataclass(frozen=True)
class Serial:
    """What a number says: of which series it is, and its serial there."""

    series: Series
    serial: int


def check_digit(digits: str) -> str:
    """Damm's check digit of a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def verify(case_no: str) -> bool:
    """True when the text is a well-formed case number: 21 digits, a real date, a serial above zero and the right check digit."""
    if len(case_no) != LENGTH or not (case_no.isascii() and case_no.isdigit()):
        return False
    try:
        date(int(case_no[6:10]), int(case_no[10:12]), int(case_no[12:14]))
    except ValueError:
        return False
    return case_no[14:20] != '000000' and check_digit(case_no) == '0'


def compose(region: str, day: date, serial: int) -> str:
    """The case number of a serial; raises Rejection past 999 999 cases a day in one region."""
    if not (len(region) == 6 and region.isascii() and region.isdigit()):
        raise Rejection(f'Expected a six-digit region, but got {region!r}', f'行政区划代码应为 6 位数字：{region}')
    if not 1 <= serial <= MAX_SERIAL:
        raise Rejection(f'Expected a serial up to {MAX_SERIAL}, but it is {serial}', '当日办件编号已用完')
    body = f'{region}{day:%Y%m%d}{serial:06d}'
    return body + check_digit(body)


def most_serial(now: datetime) -> int:
    """The greatest serial that a case of today may have at this local instant.

    A restore lets the serials of its day begin behind it: so no number is issued twice, whatever was lost (docs/adr/0010).
    """
    return SERIALS_AT_ONCE + SERIALS_A_SECOND * (now.hour * 3600 + now.minute * 60 + now.second)


def next_case_no(connection: Connection, region: str, day: date, local: datetime) -> str:
    """Draw the next case number of the day of receipt; the row lock makes the serial gapless among committed cases. `local` is
    the hall's time now.

    A receipt that is entered later than on its day keeps the number of its day, unless the hall was restored since: numbers of that day
    may have been issued that nobody knows of, and the case is numbered under today. Raises Rejection when a day has no more numbers.
    """
    today = local.date()
    if day != today and connection.execute(_RESTORED_SINCE, {'day': f'{day:%Y%m%d}'}).first() is not None:
        day = today
    case_no = case_nos(connection, region, day, 1)[0]
    if day == today and int(case_no[14:20]) > most_serial(local):
        message = f'Expected at most {SERIALS_A_SECOND} case numbers a second, but serial {case_no[14:20]} is due at {local:%H:%M:%S}'
        raise Rejection(message, '当日办件编号用得过快，请稍后再试')
    return case_no


def case_nos(connection: Connection, region: str, day: date, many: int) -> list[str]:
    """Draw so many case numbers of a local day at once."""
    key = {'region': region, 'day': f'{day:%Y%m%d}'}
    first = select(func.coalesce(func.max(restore.c.first_serial), 0)).where(restore.c.day == key['day']).scalar_subquery()
    row = _draw(connection, case_sequence, key, many, {'last': first + many})
    return case_nos_between(region, key['day'], row.last - many + 1, row.last)


def case_nos_between(region: str, day: str, first: int, last: int) -> list[str]:
    """The case numbers of a day (YYYYMMDD) with the serials `first` to `last`."""
    of_day = date.fromisoformat(day)
    return [compose(region, of_day, serial) for serial in range(first, last + 1)]


def next_document_no(connection: Connection, prefix: str, year: int) -> str:
    """Draw the next document number of a series and year, written the official way: 清政服〔2026〕第000123号.

    After a restore the series of that year has a name of its own: 清政服恢03020915〔2026〕第000124号.
    """
    return document_nos(connection, prefix, year, 1)[0]


def document_nos(connection: Connection, prefix: str, year: int, many: int) -> list[str]:
    """Draw so many document numbers of a series and year at once."""
    row = _draw_document(connection, prefix, year, many)
    return document_nos_between(prefix, year, row.label, row.last - many + 1, row.last)


def document_nos_between(series: str, year: int, label: str, first: int, last: int) -> list[str]:
    """The document or certificate numbers of a series (a row of `document_sequence`) with the serials `first` to `last`."""
    serials = range(first, last + 1)
    if not is_licence_series(series):
        name = f'{series}恢{label}' if label else series
        return [f'{name}〔{year}〕第{serial:06d}号' for serial in serials]
    begins = series.removeprefix(_LICENCE)
    prefix, region = begins[:-REGION_LENGTH], begins[-REGION_LENGTH:]
    digits = [f'{region}{year}{label}{serial:06d}' for serial in serials]
    return [f'{prefix}{one}{check_digit(one)}' for one in digits]


def case_serial(case_no: str) -> Serial | None:
    """Region, day and serial of a case number; None for a text that is none."""
    return Serial((case_no[:6], case_no[6:14]), int(case_no[14:20])) if verify(case_no) else None


def document_serial(number: str) -> Serial | None:
    """Series, year and serial of a document number, of whatever epoch; None for a text that is none."""
    head, _, end = number.partition('〔')
    year, _, last = end.partition('〕第')
    name, _, label = head.rpartition('恢')
    if name and len(label) == _LABEL and label.isdigit():
        head = name
    serial = last.removesuffix('号')
    return Serial((head, year), int(serial)) if year.isdigit() and serial.isdigit() and last.endswith('号') else None


def licence_serial(number: str) -> Serial | None:
    """Series, year and serial of a certificate number, of whatever epoch; None for a text that is none."""
    digits = number.lstrip(ascii_uppercase)
    years, serials = REGION_LENGTH + 4, digits[-7:-1]
    if not digits.isdigit() or len(digits) - years - 7 not in (0, _LABEL):
        return None
    prefix = number[: len(number) - len(digits)]
    return Serial((f'{_LICENCE}{prefix}{digits[:REGION_LENGTH]}', digits[REGION_LENGTH:years]), int(serials))


def is_licence_series(series: str) -> bool:
    """Whether a series of `document_sequence` is one of certificates."""
    return series.startswith(_LICENCE)


def next_licence_no(connection: Connection, prefix: str, region: str, year: int) -> str:
    """Draw the next certificate number: prefix, region, year, serial of six digits and Damm's check digit, e.g. JY99012120260000018.

    The series is named by what the number begins with, so items that share a prefix (or have none) also share their serials. After a
    restore numbers of that year have month, day, hour and minute of the restore before the serial: no shorter one is among them.
    """
    return licence_nos(connection, prefix, region, year, 1)[0]


def licence_nos(connection: Connection, prefix: str, region: str, year: int, many: int) -> list[str]:
    """Draw so many certificate numbers at once."""
    series = f'{_LICENCE}{prefix}{region}'
    row = _draw_document(connection, series, year, many)
    return document_nos_between(series, year, row.label, row.last - many + 1, row.last)


def _draw_document(connection: Connection, series: str, year: int, many: int) -> Any:
    newest = select(restore.c.label).where(restore.c.year == year).order_by(restore.c.epoch.desc()).limit(1).scalar_subquery()
    begun = {'last': many, 'label': func.coalesce(newest, '')}
    return _draw(connection, document_sequence, {'series': series, 'year': year}, many, begun)


def _draw(connection: Connection, table: Table, key: dict[str, Any], many: int, begun: dict[str, Any]) -> Any:
    """The row of a series after drawing its next serials, none of which is ever drawn again; `begun` is what a new row says."""
    insert = postgresql.insert if connection.dialect.name == 'postgresql' else sqlite.insert
    statement = (
        insert(table)
        .values(**key, **begun)
        .on_conflict_do_update(index_elements=[table.c[name] for name in key], set_={'last': table.c.last + many})
        .returning(table)
    )
    return connection.execute(statement).one()


def drawn_serials(connection: Connection, region: str, day: str, last: int) -> list[range]:
    """The serials of a day up to `last` that were drawn by this hall as it is: those between a restore's backup and its beginning were not,
    or were drawn and are lost."""
    found, first = [], 1
    for row in connection.execute(select(restore).where(restore.c.day == day).order_by(restore.c.epoch)):
        found.append(range(first, row.serials.get(region, 0) + 1))
        first = row.first_serial + 1
    return [*found, range(first, last + 1)]


def versions_before(connection: Connection) -> int:
    """Behind which number versions of items go on: 0, or after a restore its years since 2020, month, day, hour and minute.

    So 603020915 after a restore on 2026-03-02 at 09:15: no version that was deployed after the backup and lost has a number above it, for
    nobody deploys a version of an item every minute. Fits the column until 2041.
    """
    last = select(restore.c.year, restore.c.label).order_by(restore.c.epoch.desc()).limit(1)
    row = connection.execute(last).first()
    return 0 if row is None else int(f'{row.year - _VERSIONS_SINCE}{row.label}')


def begin_epoch(connection: Connection, epoch: Mapping[str, Any]) -> None:
    """A restore: from now on no series issues a number that may have been issued since the backup. `epoch` is a row of `restore`."""
    connection.execute(insert(restore), [dict(epoch)])
    day, first = epoch['day'], epoch['first_serial']
    behind = case_sequence.c.day == day, case_sequence.c.last < first
    connection.execute(update(case_sequence).where(*behind).values(last=first))
    connection.execute(update(document_sequence).where(document_sequence.c.year == epoch['year']).values(label=epoch['label']))
