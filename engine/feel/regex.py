"""Regular expressions in time linear in the text: all ways through the pattern are followed at once.

Python's own `re` may need exponential time for a pattern such as ``(a+)+b``, and patterns come from diagrams. This is
Thompson's simulation with Pike's captures; the work is pattern size times text length, and every step is charged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from engine.feel.patterns import Choice, Group, One, Part, PatternError, Place, Repeat, Sequence, is_word, parse_pattern

MAX_PROGRAM: Final = 2_000
_ONE, _SPLIT, _JUMP, _SAVE, _PLACE, _MATCH = range(6)

Charge = Callable[[int], None]
Spans = tuple[int, ...]


@dataclass(slots=True)
class _Threads:
    """The ways through the pattern that are alive at one place of the text, and the instructions they passed."""

    waiting: list[tuple[int, Spans]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


class Regex:
    """A compiled pattern. Groups are numbered from 1; `spans` of a match hold start and end of group 0, 1, 2 …"""

    def __init__(self, pattern: str, flags: str = '') -> None:
        part, self.groups = parse_pattern(pattern, flags)
        self._code: list[tuple[int, Any, Any]] = []
        self._emit(part)
        self._add(_MATCH)

    def _add(self, operation: int, x: Any = None, y: Any = None) -> int:
        if len(self._code) >= MAX_PROGRAM:
            raise PatternError('the pattern is too large')
        self._code.append((operation, x, y))
        return len(self._code) - 1

    def _emit(self, part: Part) -> None:
        if isinstance(part, One):
            self._add(_ONE, part.accepts)
        elif isinstance(part, Place):
            self._add(_PLACE, part.kind)
        elif isinstance(part, Sequence):
            for inner in part.parts:
                self._emit(inner)
        elif isinstance(part, Group):
            self._add(_SAVE, 2 * part.number)
            self._emit(part.part)
            self._add(_SAVE, 2 * part.number + 1)
        elif isinstance(part, Choice):
            self._emit_choice(part)
        else:
            self._emit_repeat(part)

    def _emit_choice(self, choice: Choice) -> None:
        exits: list[int] = []
        for part in choice.parts[:-1]:
            split = self._add(_SPLIT)
            self._emit(part)
            exits.append(self._add(_JUMP))
            self._code[split] = (_SPLIT, split + 1, len(self._code))
        self._emit(choice.parts[-1])
        for index in exits:
            self._code[index] = (_JUMP, len(self._code), None)

    def _emit_repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least):
            self._emit(repeat.part)
        if repeat.most is None:
            split = self._add(_SPLIT)
            self._emit(repeat.part)
            self._add(_JUMP, split)
            self._branch(split, repeat.greedy)
            return
        splits = []
        for _ in range(repeat.most - repeat.least):
            splits.append(self._add(_SPLIT))
            self._emit(repeat.part)
        for split in splits:
            self._branch(split, repeat.greedy)

    def _branch(self, split: int, greedy: bool) -> None:
        inside, outside = split + 1, len(self._code)
        self._code[split] = (_SPLIT, inside, outside) if greedy else (_SPLIT, outside, inside)

    def search(self, text: str, start: int, charge: Charge) -> Spans | None:
        """The spans of the first match at or after `start`; None if there is none. `charge` is told every step."""
        found: Spans | None = None
        threads = _Threads()
        empty = (-1,) * (2 * self.groups + 2)
        for index in range(start, len(text) + 1):
            if found is None:
                self._follow(threads, (0, (index, *empty[1:])), text, index)
            if found is not None and not threads.waiting:
                break
            charge(1 + len(threads.seen))
            current, threads = threads, _Threads()
            for place, spans in current.waiting:
                operation, accepts, _ = self._code[place]
                if operation == _MATCH:
                    found = (spans[0], index, *spans[2:])
                    break
                if index < len(text) and accepts(text[index]):
                    self._follow(threads, (place + 1, spans), text, index + 1)
        return found

    def _follow(self, threads: '_Threads', thread: tuple[int, Spans], text: str, index: int) -> None:
        """Add all instructions that wait for a character and can be reached from `thread`, the preferred ones first."""
        pending = [thread]
        while pending:
            place, spans = pending.pop()
            if place in threads.seen:
                continue
            threads.seen.add(place)
            operation, x, y = self._code[place]
            if operation == _JUMP:
                pending.append((x, spans))
            elif operation == _SPLIT:
                pending.extend(((y, spans), (x, spans)))
            elif operation == _SAVE:
                pending.append((place + 1, (*spans[:x], index, *spans[x + 1 :])))
            elif operation == _PLACE:
                if _holds(x, text, index):
                    pending.append((place + 1, spans))
            else:
                threads.waiting.append((place, spans))

    def matches(self, text: str, charge: Charge) -> Iterator[Spans]:
        """All matches that do not overlap, from left to right."""
        start = 0
        while start <= len(text):
            spans = self.search(text, start, charge)
            if spans is None:
                return
            yield spans
            start = spans[1] if spans[1] > spans[0] else spans[1] + 1


def _holds(kind: str, text: str, index: int) -> bool:
    if kind in {'A', '^'}:
        return index == 0 or (kind == '^' and text[index - 1] in '\n\r')
    if kind in {'Z', '$'}:
        return index == len(text) or (kind == '$' and text[index] in '\n\r')
    before = index > 0 and is_word(text[index - 1])
    after = index < len(text) and is_word(text[index])
    return (before != after) == (kind == 'b')


@lru_cache(maxsize=256)
def compile_regex(pattern: str, flags: str) -> Regex:
    """The compiled pattern, remembered. Raises PatternError."""
    return Regex(pattern, flags)


def replace_all(regex: Regex, text: str, replacement: str, charge: Charge) -> str:
    """`text` with every match replaced; ``$1`` (``$0`` for all) stands for a group, ``$$`` for a dollar sign."""
    made: list[str] = []
    end = 0
    for spans in regex.matches(text, charge):
        made.append(text[end : spans[0]])
        made.append(_filled(replacement, text, spans, regex.groups))
        charge(1 + len(replacement))
        end = spans[1]
    return ''.join(made) + text[end:]


def _filled(replacement: str, text: str, spans: Spans, groups: int) -> str:
    made: list[str] = []
    index = 0
    while index < len(replacement):
        char, after = replacement[index], replacement[index + 1 : index + 2]
        index += 1
        if char in '$\\' and after == '$':
            made.append('$')
            index += 1
        elif char == '$' and after and after in '0123456789':
            width = (
                2
                if replacement[index : index + 2].isdecimal()
                and 0 < int(replacement[index : index + 2]) <= groups
                and len(replacement[index : index + 2]) == 2
                else 1
            )
            number = int(replacement[index : index + width])
            index += width
            made.append(_span(text, spans, number) if number <= groups else f'${number}')
        else:
            made.append(char)
    return ''.join(made)


def _span(text: str, spans: Spans, number: int) -> str:
    start, end = spans[2 * number], spans[2 * number + 1]
    return text[start:end] if start >= 0 <= end else ''


def split_all(regex: Regex, text: str, charge: Charge) -> list[str]:
    """The parts of `text` between the matches; a match of nothing splits between characters."""
    parts: list[str] = []
    end = 0
    for start, stop, *_ in regex.matches(text, charge):
        if stop == start and start in {0, len(text)}:
            continue
        parts.append(text[end:start])
        end = stop
    return [*parts, text[end:]]
