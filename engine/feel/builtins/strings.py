"""String functions: DMN 1.3, 10.3.4.3. Characters are Unicode code points; positions count from 1."""

from decimal import Decimal
from typing import Any, Final

from engine.feel.regex import Regex, compile_regex, replace_all, split_all
from engine.feel.registry import builtin
from engine.feel.runtime import Runtime

_REGEX_STEPS: Final = 100


@builtin('substring', 'string: string, start position: number, length: number?')
def substring(_: Runtime, text: str, position: Decimal, length: Decimal | None) -> str:
    """The characters from a position on; a negative position counts from the end."""
    first = int(position)
    if first == 0:
        raise ValueError('positions count from 1')
    start = first - 1 if first > 0 else max(len(text) + first, 0)
    return text[start:] if length is None else text[start : start + max(int(length), 0)]


@builtin('string length', 'string: string')
def string_length(_: Runtime, text: str) -> Decimal:
    """How many characters the text has."""
    return Decimal(len(text))


@builtin('upper case', 'string: string')
def upper_case(_: Runtime, text: str) -> str:
    """The text in capitals."""
    return text.upper()


@builtin('lower case', 'string: string')
def lower_case(_: Runtime, text: str) -> str:
    """The text in small letters."""
    return text.lower()


@builtin('substring before', 'string: string, match: string')
def substring_before(runtime: Runtime, text: str, match: str) -> str:
    """What stands before the first `match`; empty if there is none."""
    runtime.scan(text, match)
    before, found, _after = text.partition(match) if match else ('', '', '')
    return before if found else ''


@builtin('substring after', 'string: string, match: string')
def substring_after(runtime: Runtime, text: str, match: str) -> str:
    """What stands after the first `match`; empty if there is none."""
    runtime.scan(text, match)
    return text.partition(match)[2] if match else text


@builtin('contains', 'string: string, match: string')
def contains(runtime: Runtime, text: str, match: str) -> bool:
    """Does the text contain `match`?"""
    runtime.scan(text, match)
    return match in text


@builtin('starts with', 'string: string, match: string')
def starts_with(_: Runtime, text: str, match: str) -> bool:
    """Does the text begin with `match`?"""
    return text.startswith(match)


@builtin('ends with', 'string: string, match: string')
def ends_with(_: Runtime, text: str, match: str) -> bool:
    """Does the text end with `match`?"""
    return text.endswith(match)


def _regex(runtime: Runtime, pattern: str, flags: str | None) -> Regex:
    runtime.charge(_REGEX_STEPS + len(pattern))
    return compile_regex(pattern, flags or '')


@builtin('matches', 'input: string, pattern: string, flags: string?')
def matches(runtime: Runtime, text: str, pattern: str, flags: str | None) -> bool:
    """Is there a match of the regular expression in the text?"""
    return _regex(runtime, pattern, flags).found_in(text, runtime.charge)


@builtin('replace', 'input: string, pattern: string, replacement: string, flags: string?')
def replace(runtime: Runtime, text: str, pattern: str, replacement: str, flags: str | None) -> str:
    """The text with every match of the regular expression replaced; ``$1`` stands for the first group."""
    return runtime.text(replace_all(_regex(runtime, pattern, flags), text, replacement, runtime.charge))


@builtin('split', 'string: string, delimiter: string')
def split(runtime: Runtime, text: str, delimiter: str) -> list[str]:
    """The parts between the matches of the regular expression."""
    parts = split_all(_regex(runtime, delimiter, None), text, runtime.charge)
    runtime.items(len(parts))
    return parts


@builtin('string join', 'list: list, delimiter: string?')
def string_join(runtime: Runtime, items: list[Any], delimiter: str | None) -> str:
    """The texts of the list one after the other; nulls are left out."""
    runtime.items(len(items))
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        raise ValueError('a list of texts')
    size = sum(map(len, texts)) + len(delimiter or '') * len(texts)
    if size > runtime.limits.characters:
        runtime.text(' ' * (runtime.limits.characters + 1))
    return (delimiter or '').join(texts)


@builtin('trim', 'string: string')
def trim(_: Runtime, text: str) -> str:
    """The text without blanks at its ends (as Camunda 8 has it)."""
    return text.strip()


@builtin('is blank', 'string: string')
def is_blank(_: Runtime, text: str) -> bool:
    """Is there nothing but blanks in the text (as Camunda 8 has it)?"""
    return not text.strip()
