"""Text in a drawing: escaped, wrapped to a width by the measure of Chinese and Latin letters, cut with an ellipsis."""

from __future__ import annotations

import re
import unicodedata
from html import escape

SIZE = 12.0
LINE = 15.0
_INVALID = re.compile(r'[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
_NO_START = '，。、；：！？）》」』”’,.;:!?)]}%'


def safe(text: str) -> str:
    """Text for XML content or an attribute."""
    return escape(_INVALID.sub('', text), quote=True)


def width(text: str, size: float = SIZE) -> float:
    """About how wide the text is drawn: a Chinese letter is a square, a Latin one a little over half."""
    return sum(size if unicodedata.east_asian_width(char) in 'WF' else size * 0.56 for char in text)


def wrap(text: str, room: float, size: float = SIZE, most: int = 5) -> list[str]:
    """Lines no wider than `room`: Latin words stay whole where they fit, no line begins with closing punctuation."""
    lines: list[str] = []
    line = ''
    for piece in re.findall(r"[A-Za-z0-9_.']+-?|\s+|.", text):
        if piece.isspace():
            line += ' ' if line else ''
            continue
        for part in _parts(piece, room, size):
            if line.strip() and width(line.rstrip() + part, size) > room and part not in _NO_START:
                lines.append(line.strip())
                line = ''
            line += part
    if line.strip():
        lines.append(line.strip())
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + '…']
    return lines


def _parts(piece: str, room: float, size: float) -> list[str]:
    if width(piece, size) <= room:
        return [piece]
    count = max(1, int(room / (size * 0.56)))
    return [piece[index : index + count] for index in range(0, len(piece), count)]


def block(lines: list[str], x: float, y: float, *, kind: str = 'label', size: float = SIZE, anchor: str = 'middle') -> str:
    """Lines of text below each other, the block centred at y."""
    top = y - (len(lines) - 1) * LINE / 2 + size * 0.36
    spans = ''.join(f'<tspan x="{number(x)}" y="{number(top + index * LINE)}">{safe(line)}</tspan>' for index, line in enumerate(lines))
    halo = ' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if kind == 'name' else ''
    return f'<text class="{kind}" text-anchor="{anchor}" font-size="{number(size)}"{halo}>{spans}</text>' if lines else ''


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f'{value:.1f}'.removesuffix('.0')
