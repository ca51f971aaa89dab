"""What somebody who signs a version sees of it, new or revised: limits, forms, fees, documents, scenarios, running cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import Bundle, Edition, edition, edition_of
from engine.bpmn.dialect import is_timer
from engine.bpmn.model import Diagram
from engine.bpmn.pairing import paired
from engine.words import EXPIRY, RESULTS, Word, joined
from tasks.catalogue.comparison.forms import labels
from tasks.catalogue.item import Fee, ItemSpec, ResultDocument
from tasks.catalogue.item_toml import ItemError, spec_of
from tasks.catalogue.steps import steps_here
from tasks.words.vocabulary import DOCUMENT, LIMIT
from tasks.workshop.trial.replay import ReplayVerdict, verdicts


@dataclass(frozen=True)
class LimitLine:
    """A limit as written, where it holds and what happens when it is over (empty: nothing by itself)."""

    place: str
    limit: str
    then: str = ''
    basis: str = ''


@dataclass(frozen=True)
class FormLine:
    """A form: the steps that use it, and its fields by label."""

    path: str
    steps: str
    fields: str


@dataclass(frozen=True)
class StandingLine:
    """A step of the version in force on which cases wait. `becomes` is empty where the new version has no such step."""

    step: str
    cases: int
    becomes: str
    changed: bool


@dataclass(frozen=True)
class WholeVersion:
    """Everything a version promises and asks, to be read before it is signed."""

    diagram: Diagram
    limits: Sequence[LimitLine]
    forms: Sequence[FormLine]
    fees: Sequence[Fee]
    documents: Sequence[str]
    results: Sequence[ResultDocument]
    scenarios: Sequence[ReplayVerdict]
    standing: Sequence[StandingLine]


def whole(connection: Connection, bundle: Bundle, base_id: int | None, changed: Mapping[str, str]) -> WholeVersion:
    """A version as it would come into force. `base_id` is the version in force, `changed` its differences by element (`colours`).

    Never raises for the bundle's content: of an entry that cannot be read only the diagram's part is told.
    """
    found = edition(bundle)
    try:
        spec: ItemSpec | None = spec_of(found)
    except ItemError:
        spec = None
    standing = list(_standing(connection, edition_of(connection, base_id), base_id, found, changed)) if base_id is not None else []
    return WholeVersion(
        diagram=found.diagram,
        limits=[*_promises(spec), *_timers(found)],
        forms=list(_forms(found)),
        fees=spec.fees if spec else (),
        documents=list(_documents(found.diagram)),
        results=spec.results if spec else (),
        scenarios=verdicts(bundle),
        standing=standing,
    )


def _promises(spec: ItemSpec | None) -> Iterator[LimitLine]:
    if spec is None:
        return
    for name, word in LIMIT.items():
        limit = getattr(spec.limits, name, '')
        if limit:
            yield LimitLine(word, limit)


def _timers(found: Edition) -> Iterator[LimitLine]:
    for element in found.diagram.elements.values():
        if is_timer(element) and element.attached_to:
            timer = next(event for event in element.events if event.kind == 'timer')
            place = joined([found.name_of(element.attached_to), element.name or element.id], '：', ': ')
            yield LimitLine(place, (timer.expression or '').strip(), EXPIRY[element.said.on_expiry], element.said.basis)


def _forms(found: Edition) -> Iterator[FormLine]:
    used: dict[str, list[str]] = {}
    for element in found.diagram.elements.values():
        if element.form_ref:
            used.setdefault(element.form_ref, []).append(element.name or element.id)
    for path, content in sorted(found.bundle.files.items()):
        if path.endswith('.form'):
            stem = path.removesuffix('.form').removeprefix('forms/')
            yield FormLine(path, joined(used.get(stem, [])), labels(content))


def _documents(diagram: Diagram) -> Iterator[str]:
    """What is printed on the way, in the order of the diagram, each once; and how a case may end."""
    named: dict[str, Word | str] = {}
    for element in diagram.elements.values():
        for name in (element.said.document, *element.said.notices):
            if name:
                named.setdefault(name, DOCUMENT.get(name, Word(name, name)))
        if element.said.result:
            named.setdefault(f'result {element.said.result}', RESULTS.get(element.said.result, element.said.result))
    yield from named.values()


def _standing(connection: Connection, before: Edition, base_id: int, after: Edition, changed: Mapping[str, str]) -> Iterator[StandingLine]:
    become = paired(before.diagram, after.diagram)
    for element, cases in steps_here(connection, base_id):
        now = become.get(element, '')
        yield StandingLine(before.name_of(element), cases, after.name_of(now) if now else '', changed.get(now) == 'changed')
