"""The part of Markdown that notices and hints need, as HTML that is safe to print: everything else stays text.

Headings, paragraphs with line breaks, bold, italic, strike-through, code, lists, quotes, rules, tables and links. Raw HTML is escaped,
links go to http(s), mailto, tel or this site, images are not loaded. `class` and `style` never come from the text.
"""

from __future__ import annotations

import re
from html import escape

_SPECIAL = re.compile(r'([\\`*_{}\[\]()#+\-.!~|<>])')
_LINK = re.compile(r'\[((?:[^\[\]\\]|\\.)+)\]\(([^\s()]+)\)')
_HEADING = re.compile(r'(#{1,6})\s+(.*?)\s*#*')
_BULLET = re.compile(r'\s{0,3}[-*+]\s+(.*)')
_NUMBERED = re.compile(r'\s{0,3}(\d{1,9})[.)]\s+(.*)')
_RULE = re.compile(r'\s{0,3}([-*_])(?:\s*\1){2,}\s*')
_DIVIDER = re.compile(r'\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*')
_SAFE = re.compile(r'(?:https?://|mailto:|tel:|/(?!/)|#)', re.IGNORECASE)
_INLINE = (
    (re.compile(r'\*\*(?=\S)(.+?)(?<=\S)\*\*'), r'<strong>\1</strong>'),
    (re.compile(r'(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)'), r'<strong>\1</strong>'),
    (re.compile(r'\*(?=[^\s*])(.+?)(?<=[^\s*])\*'), r'<em>\1</em>'),
    (re.compile(r'(?<!\w)_(?=[^\s_])(.+?)(?<=[^\s_])_(?!\w)'), r'<em>\1</em>'),
    (re.compile(r'~~(?=\S)(.+?)(?<=\S)~~'), r'<del>\1</del>'),
)
MAX_TEXT = 100_000
_MAX_LINE = 5_000


def escape_value(text: str) -> str:
    """A value from data, so that Markdown in it is shown and not obeyed."""
    return _SPECIAL.sub(r'\\\1', text)


def to_html(text: str) -> str:
    """Markdown as safe HTML."""
    return _blocks([line[:_MAX_LINE] for line in text[:MAX_TEXT].replace('\r\n', '\n').split('\n')], 0)


def _blocks(lines: list[str], depth: int) -> str:
    made: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.strip() == '':
            place += 1
        elif heading := _HEADING.fullmatch(line.strip()):
            level = min(len(heading[1]) + 2, 6)  # the page has its own h1 and h2
            made.append(f'<h{level}>{_inline(heading[2])}</h{level}>')
            place += 1
        elif _RULE.fullmatch(line):
            made.append('<hr>')
            place += 1
        else:
            block, place = _block(lines, place, depth)
            made.append(block)
    return '\n'.join(made)


def _block(lines: list[str], place: int, depth: int) -> tuple[str, int]:
    line = lines[place]
    if line.lstrip().startswith('```'):
        return _fence(lines, place)
    if line.lstrip().startswith('>') and depth < 3:
        end = _while(lines, place, lambda text: text.lstrip().startswith('>'))
        inner = [re.sub(r'^\s*>\s?', '', text) for text in lines[place:end]]
        return f'<blockquote>{_blocks(inner, depth + 1)}</blockquote>', end
    if _BULLET.fullmatch(line):
        end = _while(lines, place, lambda text: _BULLET.fullmatch(text) is not None)
        return _list('ul', '', [_BULLET.fullmatch(text)[1] for text in lines[place:end]]), end  # type: ignore[index]
    if first := _NUMBERED.fullmatch(line):
        end = _while(lines, place, lambda text: _NUMBERED.fullmatch(text) is not None)
        start = '' if first[1] == '1' else f' start="{int(first[1])}"'
        return _list('ol', start, [_NUMBERED.fullmatch(text)[2] for text in lines[place:end]]), end  # type: ignore[index]
    if '|' in line and place + 1 < len(lines) and '-' in lines[place + 1] and _DIVIDER.fullmatch(lines[place + 1]):
        return _table(lines, place)
    end = _while(lines, place, _continues)
    end = max(end, place + 1)
    return f'<p>{"<br>".join(_inline(text.strip()) for text in lines[place:end])}</p>', end


def _continues(text: str) -> bool:
    starts = text.lstrip().startswith(('```', '>')) or _HEADING.fullmatch(text.strip()) or _RULE.fullmatch(text)
    return bool(text.strip()) and not starts and not _BULLET.fullmatch(text) and not _NUMBERED.fullmatch(text)


def _while(lines: list[str], place: int, holds: object) -> int:
    while place < len(lines) and holds(lines[place]):  # type: ignore[operator]
        place += 1
    return place


def _fence(lines: list[str], place: int) -> tuple[str, int]:
    end = place + 1
    while end < len(lines) and not lines[end].lstrip().startswith('```'):
        end += 1
    return f'<pre><code>{escape(chr(10).join(lines[place + 1 : end]))}</code></pre>', end + 1


def _list(tag: str, attributes: str, items: list[str]) -> str:
    return f'<{tag}{attributes}>{"".join(f"<li>{_inline(item)}</li>" for item in items)}</{tag}>'


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r'(?<!\\)\|', line.strip().strip('|'))]


def _table(lines: list[str], place: int) -> tuple[str, int]:
    head = ''.join(f'<th>{_inline(cell)}</th>' for cell in _cells(lines[place]))
    end = _while(lines, place + 2, lambda text: '|' in text)
    body = ''.join(f'<tr>{"".join(f"<td>{_inline(cell)}</td>" for cell in _cells(row))}</tr>' for row in lines[place + 2 : end])
    return f'<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>', end


def _inline(text: str) -> str:
    """Escaped characters, code and links are set aside first, so that nothing inside them is read as Markdown."""
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return f'\ue000{len(kept) - 1}\ue001'

    text = text.replace('\ue000', '').replace('\ue001', '')
    text = re.sub(r'\\([\\`*_{}\[\]()#+\-.!~|<>])', lambda found: keep(escape(found[1])), text)
    text = re.sub(r'`([^`]+)`', lambda found: keep(f'<code>{escape(found[1])}</code>'), text)
    text = re.sub(r'!(\[[^\[\]]*\])\([^()]*\)', r'\1', text)
    text = _LINK.sub(lambda found: keep(_anchor(found[1], found[2], kept)), text)
    text = escape(text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return _restore(text, kept)


def _restore(text: str, kept: list[str]) -> str:
    for _ in range(3):
        text = re.sub('\ue000(\\d+)\ue001', lambda found: kept[int(found[1])], text)
    return text


def _anchor(label: str, target: str, kept: list[str]) -> str:
    target = re.sub('\ue000(\\d+)\ue001', lambda found: re.sub('<[^>]*>', '', kept[int(found[1])]), target)
    if not _SAFE.match(target):
        return escape(label)
    outside = ' rel="noopener noreferrer nofollow"' if target.lower().startswith('http') else ''
    return f'<a href="{escape(target)}"{outside}>{escape(label)}</a>'
