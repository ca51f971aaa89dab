"""What other products write that is not read here: read past with a note, refused, misspelt, said twice, or to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.check.offers import offers
from engine.bpmn.check.view import View
from engine.bpmn.dialect import ATTRIBUTES, near_to
from engine.bpmn.edits import Edit, Fix, RemoveChild, SetAttribute
from engine.bpmn.model import Element, Flow, Lane, Process, Twice, VendorWord
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import office, structure, xml
from engine.bpmn.vendors import CHANGES, NOTED, RETURNS, VENDORS, WHO, changes, lost

Bearer = Element | Flow | Process | Lane
_VARIABLES = (
    'resultVariable',
    'resultVariableName',
    'elementVariable',
    'elementIndexVariable',
    'errorCodeVariable',
    'errorMessageVariable',
    'escalationCodeVariable',
)
_DRAW: tuple[str, str] = ('退回哪一步请画成流向', 'draw where a refused task goes back to as a flow')


def vendors(view: View) -> Iterator[Problem]:
    """Every word of another product in the process, its lanes and flows that is not simply read past."""
    lanes = (lane for lane in view.diagram.lanes.values() if lane.process == view.process.id)
    bearers: Iterable[Bearer] = (view.process, *view.elements, *view.flows, *lanes)
    for at in bearers:
        yield from _decided(view, at)
        for word in {(word.space, word.name): word for word in reversed(at.words)}.values():
            if word.name not in WHO | RETURNS:
                yield from _word(view, at, word)
        for said in at.twice:
            yield _twice(view, at, said)
    for element in view.elements:
        for name in _VARIABLES:
            if '{' in element.attrs.get(name, ''):
                yield view.say(structure.VARIABLE_NAME, element, detail=name, found=element.attrs[name])


def undecided(element: Element) -> tuple[VendorWord, ...]:
    """What says who works a step in a way that only another product reads."""
    return tuple(word for word in element.words if word.name in WHO)


def _decided(view: View, at: Bearer) -> Iterator[Problem]:
    """One line for all words about who works a step, and one for those about where it goes back to."""
    who = [word for word in at.words if word.name in WHO]
    if who and isinstance(at, Element):
        yield _who(view, at, who)
    elif who:
        yield _noted(view, at, who, ('办理人写在任务上', 'people are named on the task'))
    back = [word for word in at.words if word.name in RETURNS]
    if back:
        facts = {'detail': _written(back), 'why': _DRAW[0], 'why_en': _DRAW[1]}
        yield view.say(structure.DETAIL_UNSUPPORTED, at, **facts, fixes=[_away(at, back)])


def _who(view: View, element: Element, words: list[VendorWord]) -> Problem:
    group = view.group(element)
    named = group or element.attrs.get('assignee') or element.attrs.get('candidateUsers')
    meant = view.lone and any(word.name == 'dataType' for word in words)  # then the groups are roles or departments of that product
    if named and not meant:
        return _noted(view, element, words, (f'由“{named}”办理', f'it is worked by {named}'))
    found = '，'.join(filter(None, (_written(words), f'candidateGroups={group}' if group else '')))
    rule = office.WHO_UNDECIDED_LONE if view.lone else office.WHO_UNDECIDED
    return view.say(rule, element, found=found, found_en=found.replace('，', ', '), fixes=_windows(view, element, words))


def _windows(view: View, element: Element, words: list[VendorWord]) -> Iterator[Fix]:
    for window in view.item.windows[:5] if view.item is not None else ():
        name = '{' + words[0].space + '}candidateGroups'
        edits = (SetAttribute(element.id, name, window.id), *(_removal(element, word) for word in words))
        yield Fix(f'由“{window.name}”办理', f'Let the window {window.name} work it', edits)


def _noted(view: View, at: Bearer, words: list[VendorWord], why: tuple[str, str]) -> Problem:
    detail = _written(words)
    return view.say(structure.DETAIL_IGNORED, at, detail=detail, why=why[0], why_en=why[1], fixes=[_away(at, words)])


def _written(words: list[VendorWord]) -> str:
    return ' '.join(f'{word.name}={word.value}' for word in words)


def _word(view: View, at: Bearer, word: VendorWord) -> Iterator[Problem]:
    if word.space not in VENDORS:
        zh, en = lost(word.space, word.name, word.value) or ('', '')
        yield view.say(xml.EXTENSION_LOST, at, detail=word.name, why=zh, why_en=en, fixes=[_away(at, [word])])
    elif word.name in NOTED:
        yield view.say(structure.DETAIL_IGNORED, at, detail=word.name, **_why(NOTED[word.name]), fixes=[_away(at, [word])])
    elif word.name in CHANGES:
        if changes(word.name, word.value) and not _ends_all(view, at, word):
            fixes = offers(view, at, word.name) or [_away(at, [word])]
            yield view.say(structure.DETAIL_UNSUPPORTED, at, detail=word.name, **_why(CHANGES[word.name]), fixes=fixes)
    elif near := near_to(word.name, ATTRIBUTES):
        rename = [_rename(at, word, near)] if not word.child else []
        yield view.say(structure.DETAIL_MISSPELT, at, detail=word.name, near=near, fixes=[*rename, _away(at, [word])])
    else:
        yield view.say(structure.DETAIL_UNKNOWN, at, detail=word.name, found=word.value, fixes=[_away(at, [word])])


def _why(reason: tuple[str, str]) -> dict[str, str]:
    return {'why': reason[0], 'why_en': reason[1]}


def _ends_all(view: View, at: Bearer, word: VendorWord) -> bool:
    """A terminate end event of the process that starts ends everything, as `terminateAll` asks."""
    return word.name == 'terminateAll' and isinstance(at, Element) and view.main and at.scope == view.process.id


def _twice(view: View, at: Bearer, said: Twice) -> Problem:
    both = (said.first, said.second)
    removable = all(word.child != word.qualified.startswith('{') for word in both)  # attributes of products, children of BPMN
    fixes = [
        Fix(f'只留“{keep.value}”', f'Keep only "{keep.value}"', (_removal(at, drop),))
        for keep, drop in (both, both[::-1])
        if removable and keep.qualified != drop.qualified
    ]
    return view.say(structure.SAID_TWICE, at, detail=said.name, first=said.first.value, other=said.second.value, fixes=fixes)


def _rename(at: Bearer, word: VendorWord, near: str) -> Fix:
    name = '{' + word.space + '}' + near
    edits = (SetAttribute(at.id, name, word.value, word.inside), _removal(at, word))
    return Fix(f'改为 {near}', f'Write {near}', edits)


def _away(at: Bearer, words: list[VendorWord]) -> Fix:
    names = '、'.join(dict.fromkeys(word.name for word in words))
    return Fix(f'去掉 {names}', f'Take {names.replace("、", ", ")} away', tuple(_removal(at, word) for word in words))


def _removal(at: Bearer, word: VendorWord) -> Edit:
    return RemoveChild(at.id, word.qualified) if word.child else SetAttribute(at.id, word.qualified, None, word.inside)
