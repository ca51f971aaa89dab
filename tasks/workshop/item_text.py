"""item.toml as text: what the catalogue form writes. The standard library reads TOML and writes none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ESCAPES = {'\\': '\\\\', '"': '\\"', '\b': '\\b', '\t': '\\t', '\f': '\\f', '\r': '\\r', '\n': '\\n'}
_BARE = re.compile(r'[A-Za-z0-9_-]+')


def write_item(tree: Mapping[str, Any], heading: str = '') -> str:
    """A tree of tables, arrays of tables and plain values as TOML, `heading` (comment lines) first.

    Reads back equal: `tomllib.loads(write_item(tree)) == tree`. Raises TypeError for values item.toml cannot hold.
    """
    blocks = [heading.strip('\n')] if heading.strip() else []
    plain = {key: value for key, value in tree.items() if not _is_table(value)}
    if plain:
        blocks.append('\n'.join(_pairs(plain)))
    for key, value in tree.items():
        if isinstance(value, Mapping):
            blocks.append('\n'.join([f'[{_key(key)}]', *_pairs(value)]))
        elif _is_table(value):
            blocks += ['\n'.join([f'[[{_key(key)}]]', *_pairs(row)]) for row in value]
    return '\n\n'.join(blocks) + '\n'


def heading_of(text: str) -> str:
    """The comment lines a TOML text begins with; they are kept when the form writes the rest anew."""
    kept: list[str] = []
    for line in text.lstrip('\ufeff').splitlines():
        if not line.startswith('#'):
            break
        kept.append(line)
    return '\n'.join(kept)


def _is_table(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f'{_key(key)} = {_value(value)}'


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _long_text(value) if '\n' in value else _text(value)
    if isinstance(value, Mapping):
        return '{ ' + ', '.join(_pairs(value)) + ' }' if value else '{}'
    if isinstance(value, Sequence):
        return '[' + ', '.join(_value(each) for each in value) + ']'
    raise TypeError(f'Expected text, a whole number, true or false, or a list, but found {type(value).__name__}')


def _text(value: str) -> str:
    return '"' + ''.join(_escaped(sign) for sign in value) + '"'


def _long_text(value: str) -> str:
    return '"""\n' + ''.join('\n' if sign == '\n' else _escaped(sign) for sign in value) + '"""'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    return f'\\u{ord(sign):04X}' if ord(sign) < 32 or ord(sign) == 127 else sign
