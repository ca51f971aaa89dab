"""Case, document and certificate numbers: each is drawn from the one series in which it is unique.

A case number has 21 digits: region (6) + local date of receipt (8) + serial of that day (6) + check digit. The check digit is Damm's
(H. M. Damm, totally anti-symmetric quasigroup of order 10): it catches every single wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from engine import Rejection
from tasks.tables import case_sequence, document_sequence

LENGTH = 21
MAX_SERIAL = 999_999
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


def next_case_no(connection: Connection, region: str, day: date) -> str:
    """Draw the next case number of a local day; the row lock makes the serial gapless among committed cases."""
    return case_nos(connection, region, day, 1)[0]


def case_nos(connection: Connection, region: str, day: date, many: int) -> list[str]:
    """Draw so many case numbers of a local day at once."""
    return [compose(region, day, serial) for serial in _draw(connection, case_sequence, {'region': region, 'day': f'{day:%Y%m%d}'}, many)]


def next_document_no(connection: Connection, prefix: str, year: int) -> str:
    """Draw the next document number of a series and year, written the official way: 清政服〔2026〕第000123号."""
    return document_nos(connection, prefix, year, 1)[0]


def document_nos(connection: Connection, prefix: str, year: int, many: int) -> list[str]:
    """Draw so many document numbers of a series and year at once."""
    serials = _draw(connection, document_sequence, {'series': prefix, 'year': year}, many)
    return [f'{prefix}〔{year}〕第{serial:06d}号' for serial in serials]


def next_licence_no(connection: Connection, prefix: str, region: str, year: int) -> str:
    """Draw the next certificate number: prefix, region, year, serial of six digits and Damm's check digit, e.g. JY99012120260000018.

    The series is named by what the number begins with, so items that share a prefix (or have none) also share their serials.
    """
    return licence_nos(connection, prefix, region, year, 1)[0]


def licence_nos(connection: Connection, prefix: str, region: str, year: int, many: int) -> list[str]:
    """Draw so many certificate numbers at once."""
    serials = _draw(connection, document_sequence, {'series': f'licence:{prefix}{region}', 'year': year}, many)
    found = [f'{region}{year}{serial:06d}' for serial in serials]
    return [f'{prefix}{digits}{check_digit(digits)}' for digits in found]


def _draw(connection: Connection, table: Table, key: dict[str, object], many: int) -> range:
    """The next serials of a series, none of which is ever drawn again."""
    insert = postgresql.insert if connection.dialect.name == 'postgresql' else sqlite.insert
    statement = (
        insert(table)
        .values(**key, last=many)
        .on_conflict_do_update(index_elements=[table.c[name] for name in key], set_={'last': table.c.last + many})
        .returning(table.c.last)
    )
    last = int(connection.execute(statement).scalar_one())
    return range(last - many + 1, last + 1)
