"""What a variable can hold, cut into pieces within which no condition changes; one sample stands for a piece."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

OTHER: Final = '\u2047'
"""Stands for every text that no condition names."""
_KINDS = ((bool, 'boolean'), (Decimal, 'number'), (int, 'number'), (float, 'number'), (str, 'string'), (datetime, ''), (date, 'date'))


@dataclass(frozen=True)
class Domain:
    """What a variable can hold, as far as what writes it says; `kind` is '' when that is unknown.

    `values` are all of them, None for any of the kind. `blank` says whether nothing can be in it: 'no', 'yes', or 'perhaps' where that
    hangs on something else. `free`: a person chooses, whatever other variables hold.
    """

    kind: str = ''
    values: tuple[Any, ...] | None = None
    blank: str = 'no'
    whole: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    free: bool = False
    label: str = ''

    @property
    def closed(self) -> bool:
        """Whether all its values are known, so that any condition can be asked about each."""
        return self.values is not None


@dataclass(frozen=True)
class Piece:
    """A sample of one piece; `sure` when the variable certainly can hold it."""

    value: Any
    sure: bool


def kind_of(value: Any) -> str:
    """boolean, number, string or date; '' for anything else. Null has no kind either."""
    return next((kind for python, kind in _KINDS if isinstance(value, python)), '')


def united(domains: Iterable[Domain]) -> Domain:
    """What a variable can hold that several steps write. Different kinds, or a step that says nothing, leave it unknown."""
    found = list(dict.fromkeys(domains))
    if not found or len({each.kind for each in found}) > 1:
        return Domain(label=next((each.label for each in found if each.label), ''))
    if len(found) == 1:
        return found[0]
    listed = [each.values for each in found]
    values = None if None in listed else tuple(dict.fromkeys(value for some in listed for value in some or ()))
    lows, highs = [each.low for each in found], [each.high for each in found]
    return Domain(
        kind=found[0].kind,
        values=values,
        blank=next((blank for blank in ('yes', 'perhaps') if any(each.blank == blank for each in found)), 'no'),
        whole=all(each.whole for each in found),
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
        free=all(each.free for each in found),
        label=next((each.label for each in found if each.label), ''),
    )


def pieces(domain: Domain, cuts: Collection[Any], *, known: bool) -> tuple[Piece, ...]:
    """The pieces between the values that conditions name. Unless what it holds is `known`, no sample of it is sure to occur."""
    asks_null = None in cuts
    named = [cut for cut in cuts if cut is not None]
    values: Sequence[Any]
    if domain.values is not None:
        values = domain.values
    elif domain.kind == 'boolean':
        values = (True, False)
    elif domain.kind == 'number':
        values = numbers((Decimal(cut) for cut in named), domain)
    elif domain.kind == 'date':
        values = days(named)
    else:
        values = (*dict.fromkeys(named), OTHER)
    found = [Piece(value, known) for value in values if value is not None]
    null = domain.blank != 'no' or None in (domain.values or ()) or (asks_null and not known)
    return (*found, *([Piece(None, known and domain.blank == 'yes')] if null else ()))


def numbers(cuts: Iterable[Decimal], domain: Domain | None = None) -> list[Decimal]:
    """The cuts themselves, and one number of every piece between and beside them that the domain has."""
    bounds = [bound for bound in (domain.low, domain.high) if bound is not None] if domain else []
    at = sorted({*cuts, *bounds}) or [Decimal(0)]
    found = [at[0] - 1]
    for cut, following in itertools.pairwise([*at, at[-1] + 2]):
        found += [cut, (cut + following) / 2]
    if domain is None:
        return found
    if domain.whole:
        near = {cut.to_integral_value(way) + step for cut in at for way in (ROUND_FLOOR, ROUND_CEILING) for step in (-1, 0, 1)}
        found = sorted(near)
    least, most = domain.low, domain.high
    return [each for each in found if (least is None or each >= least) and (most is None or each <= most)]


def days(cuts: Iterable[date]) -> list[date]:
    """The days that are named, and those beside them."""
    near = {cut + timedelta(days=shift) for cut in cuts for shift in (-1, 0, 1)}
    return sorted(near) or [date(2000, 1, 1)]


def constant_kinds(cuts: Iterable[Any]) -> set[str]:
    """The kinds of values that are named; null is of none."""
    return {'?' if isinstance(cut, datetime | time | timedelta) else kind_of(cut) or '?' for cut in cuts if cut is not None}
