"""Which of some conditions can hold together, and what finds none: asked of one sample of every combination of pieces."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.proving.pieces import OTHER, Domain, Piece
from engine.bpmn.proving.terms import Term, Terms
from engine.core.effort import ASKED, Effort, TooMuchWork
from engine.feel import FeelError, to_text
from engine.feel.expression import Expression

MOST_COMBINATIONS = 4_000


@dataclass(frozen=True)
class Sample:
    """A combination of values: as a sentence in both languages, and whether it certainly can occur."""

    zh: str
    en: str
    sure: bool


@dataclass
class Outcomes:
    """What was found. Conditions go by their place.

    `together` are the sets of conditions that can hold at a time. `gap` is a combination for which none holds (a sure one where there is
    one), None when every combination is covered. `overlaps` are pairs that certainly can hold together, `dead` those that never hold.
    """

    together: set[frozenset[int]] = field(default_factory=set)
    gap: Sample | None = None
    overlaps: dict[tuple[int, int], Sample] = field(default_factory=dict)
    dead: frozenset[int] = frozenset()
    shadowed: frozenset[int] = frozenset()  # hold only where an earlier one does


def prove(conditions: Sequence[Expression], domains: Mapping[tuple[str, ...], Domain], effort: Effort) -> Outcomes | None:
    """Ask every combination of pieces; None when there are too many. `effort` pays for every condition that is asked."""
    terms = Terms(conditions, domains)
    every = [term for term in terms.terms.values() if term.opaque is False or term.domain.kind == 'boolean']
    used = [term for term in every if any(term.name in condition.names for condition in terms.conditions)]
    cut = [term.pieces for term in used]
    if math.prod(len(each) for each in cut) > MOST_COMBINATIONS:
        return None
    try:
        return _asked(terms.conditions, used, cut, effort)
    except TooMuchWork:
        return None


def _asked(conditions: Sequence[Expression], terms: list[Term], cut: list[tuple[Piece, ...]], effort: Effort) -> Outcomes:
    found = Outcomes()
    answers: list[dict[tuple[int, ...], bool]] = [{} for _ in conditions]
    reads = [[place for place, term in enumerate(terms) if term.name in condition.names] for condition in conditions]
    seen: set[int] = set()
    first: set[int] = set()
    for chosen in itertools.product(*(range(len(each)) for each in cut)):
        holding = []
        for number, condition in enumerate(conditions):
            key = tuple(chosen[place] for place in reads[number])
            if key not in answers[number]:
                effort.spend(ASKED)
                answers[number][key] = _holds(condition, {terms[at].name: cut[at][chosen[at]].value for at in reads[number]})
            if answers[number][key]:
                holding.append(number)
        found.together.add(frozenset(holding))
        seen.update(holding)
        first.update(holding[:1])
        values = [each[place] for each, place in zip(cut, chosen, strict=True)]
        _remember(found, holding, terms, values, reads)
    asked = {number for number, places in enumerate(reads) if places and not any(terms[at].opaque for at in places)}
    found.dead = frozenset(asked - seen)
    found.shadowed = frozenset(asked & seen - first) if not any(term.opaque for term in terms) else frozenset()
    return found


def _remember(found: Outcomes, holding: list[int], terms: list[Term], values: list[Piece], reads: list[list[int]]) -> None:
    if not holding and (found.gap is None or not found.gap.sure):
        sample = _sample(terms, values, range(len(terms)))
        found.gap = sample if found.gap is None or sample.sure else found.gap
    for one, other in itertools.combinations(holding, 2):
        places = sorted({*reads[one], *reads[other]})
        if (one, other) not in found.overlaps and _independent([terms[at] for at in places]):
            found.overlaps[one, other] = _sample(terms, values, places)


def _independent(terms: list[Term]) -> bool:
    """Whether any combination of their pieces can occur: none is unknown, and none is calculated from what another one reads."""
    read = [path for term in terms for path in term.reads]
    return not any(term.opaque for term in terms) and len(read) == len(set(read)) and (len(terms) < 2 or all(term.path for term in terms))


def _sample(terms: list[Term], values: list[Piece], places: Sequence[int] | range) -> Sample:
    chosen = [(terms[at], values[at]) for at in places]
    bound = len(chosen) > 1 and not all(term.domain.free for term, _ in chosen)
    sure = all(piece.sure for _, piece in chosen) and not bound and _independent([term for term, _ in chosen])
    zh = '，'.join(f'{term.domain.label or term.shown} = {_shown(piece.value, "（其他）", "（未填写）")}' for term, piece in chosen)
    en = ', '.join(f'{term.domain.label or term.shown} = {_shown(piece.value, "(other)", "(nothing)")}' for term, piece in chosen)
    return Sample(zh, en, sure)


def _shown(value: Any, other: str, nothing: str) -> str:
    return nothing if value is None else other if value == OTHER else to_text(value)


def _holds(condition: Expression, values: Mapping[str, Any]) -> bool:
    try:
        return condition.evaluate(values, {}) is True
    except FeelError:
        return False
