"""Tables of calendar days as spreadsheets write them: any encoding, separator, head and spelling of a date that is in use in China."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.words import Word, joined, said
from engine.worktime.announcements import CalendarError, Day

COLUMNS = ('date', 'working', 'name', 'source_notice')
_HEADS: Mapping[str, str] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(('日期', '时间', 'day'), 'date'),
    **dict.fromkeys(('是否上班', '上班', '是否工作日', '工作日', '类型', '状态', '安排'), 'working'),
    **dict.fromkeys(('名称', '节日', '节假日', '节日名称', '说明', 'holiday'), 'name'),
    **dict.fromkeys(('依据', '来源', '文号', '通知', '依据通知', 'source'), 'source_notice'),
}
_WORKING = {'1': True, '是': True, '上班': True, '班': True, '工作日': True, '调休上班': True, 'true': True, 'yes': True}
_RESTING = {'0': False, '否': False, '休息': False, '休': False, '放假': False, '节假日': False, 'false': False, 'no': False}
_KINDS = _WORKING | _RESTING
_DATE = re.compile(r'(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?: ?0{1,2}:00(?::00)?)?')
_COMPACT = re.compile(r'(\d{4})(\d{2})(\d{2})')
_SEPARATORS = {',': Word('逗号', 'commas'), '\t': Word('制表符', 'tabs'), ';': Word('分号', 'semicolons'), '|': Word('竖线', 'bars')}
_OPTIONAL = {'name': Word('名称', 'name'), 'source_notice': Word('依据', 'source_notice')}


@dataclass(frozen=True)
class Table:
    """The days of a table in its order, and what was understood of it."""

    days: tuple[Day, ...]
    told: Word


def decoded(content: bytes) -> str:
    """The text of a file that a spreadsheet or editor saved: UTF-8, UTF-16 with its mark, GB 18030. Raises CalendarError."""
    if content[:4] == b'PK\x03\x04' or content[:8] == b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1':
        raise CalendarError(
            '这是 Excel 工作簿，请另存为 CSV 文件后再导入', 'Expected a CSV file, but this is an Excel workbook: save it as CSV'
        )
    encodings = ('utf-16',) if content[:2] in (b'\xff\xfe', b'\xfe\xff') else ('utf-8-sig', 'gb18030')
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if '\0' not in text:
            return text
    raise CalendarError('文件须为 UTF-8 或 GB 18030 编码的文本', 'Expected UTF-8 or GB 18030 text, but the file is neither')


def parse_calendar_table(text: str) -> Table:
    """The days of a table with a head; date and working must be there, in any order. CalendarError names the line and the fault."""
    lines = text.removeprefix('\ufeff')
    first = next((line for line in lines.splitlines() if line.strip()), '')
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(lines), delimiter=separator)
    columns: list[str] | None = None
    rows: dict[date, Day] = {}
    for cells in ([cell.strip() for cell in row] for row in reader):
        if not any(cells):
            continue
        if columns is None:
            columns = _columns(cells)
            continue
        day = _day(dict(zip(columns, cells, strict=False)), reader.line_num, separator.join(cells))
        if day.date in rows:
            raise CalendarError(f'第 {reader.line_num} 行：{day.date} 重复', f'Line {reader.line_num}: {day.date} comes twice')
        rows[day.date] = day
    return _told(tuple(rows.values()), separator, columns or _columns([]))


def format_calendar_csv(rows: tuple[Day, ...]) -> str:
    """The CSV text that `parse_calendar_table` reads back into `rows`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator='\n')
    writer.writerow(COLUMNS)
    writer.writerows((row.date.isoformat(), int(row.working), row.name, row.source) for row in rows)
    return out.getvalue()


def _columns(head: Sequence[str]) -> list[str]:
    found = [_HEADS.get(re.sub(r'\s|\(.*\)', '', _half(cell)).lower(), '') for cell in head]
    if not {'date', 'working'} <= set(found):
        raise CalendarError(
            f'第一行应有“日期”和“是否上班”两列（或 {",".join(COLUMNS)}）',
            f'Expected a first line with the columns date and working (or {",".join(COLUMNS)})',
        )
    return found


def _day(row: Mapping[str, str], line: int, shown: str) -> Day:
    written = _half(row['date'])
    match = _DATE.fullmatch(written) or _COMPACT.fullmatch(written)
    working = _KINDS.get(_half(row.get('working', '')).lower())
    if match is None or working is None:
        raise CalendarError(
            f'第 {line} 行：应有日期（如 2027-01-01、2027/1/1、2027年1月1日）和上班或休息（1 或 0、是或否），现为 {shown}',
            f'Line {line}: expected a date (2027-01-01, 2027/1/1, 2027年1月1日) and 1 or 0 (是 or 否), but it is {shown}',
        )
    try:
        day = date(*map(int, match.groups()))
    except ValueError as error:
        raise CalendarError(f'第 {line} 行：日期 {row["date"]} 不存在', f'Line {line}: there is no date {row["date"]}') from error
    return Day(day, working, row.get('name', ''), row.get('source_notice', ''))


def _half(cell: str) -> str:
    return unicodedata.normalize('NFKC', cell).strip()


def _told(days: tuple[Day, ...], separator: str, columns: Sequence[str]) -> Table:
    working = sum(day.working for day in days)
    told = said(
        '按{separator}分隔，读到 {count} 天：休息 {rest} 天，上班 {work} 天',
        'Separated by {separator}; {count} days: {rest} of rest, {work} of work',
        separator=_SEPARATORS[separator],
        count=len(days),
        rest=len(days) - working,
        work=working,
    )
    missing = [word for name, word in _OPTIONAL.items() if name not in columns]
    if missing:
        told = said('{told}；没有{columns}列', '{told}; without the column {columns}', told=told, columns=joined(missing))
    return Table(days, told)
