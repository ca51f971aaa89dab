"""Which element of a newer version is the one of an older version: by id, else by name and place, for comparisons and migrations."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from engine.bpmn.model import Diagram, Element


def paired(old: Diagram, new: Diagram) -> dict[str, str]:
    """Ids of the older version to ids of the newer one. What has no partner is left out; no element has two partners.

    The same id and kind is the same element. Of the others, two are partners when they alone on both sides have this kind and name within
    partner scopes (a boundary event: on partner activities), or, moved elsewhere, alone in the whole diagram. What has no name is told
    apart by what it is attached to and what it waits for, never by guessing. A process that was renamed is no other place.
    """
    found = {one.id: one.id for one in old.elements.values() if one.id in new.elements and new.elements[one.id].kind == one.kind}
    for mark in (_here, _here, _anywhere, _here):  # what is inside or attached follows what it is in or on
        taken = set(found.values())
        left = _by_mark(mark, (one for one in old.elements.values() if one.id not in found), found)
        right = _by_mark(mark, (one for one in new.elements.values() if one.id not in taken), {})
        found |= {ids[0]: right[key][0] for key, ids in left.items() if len(ids) == 1 and len(right.get(key, ())) == 1}
    return found


def _here(element: Element, become: Mapping[str, str]) -> Hashable:
    """What it is and where, in ids of the newer version; None where nothing tells it from others."""
    if not element.name and not element.attached_to:
        return None
    at = element.attached_to or element.scope
    return element.kind, element.name, become.get(at, at), tuple((one.kind, one.name or one.code or '') for one in element.events)


def _anywhere(element: Element, _become: Mapping[str, str]) -> Hashable:
    return (element.kind, element.name) if element.name and not element.attached_to else None


def _by_mark(
    mark: Callable[[Element, Mapping[str, str]], Hashable], elements: Iterable[Element], become: Mapping[str, str]
) -> dict[Hashable, list[str]]:
    found: dict[Hashable, list[str]] = {}
    for one in elements:
        key = mark(one, become)
        if key is not None:
            found.setdefault(key, []).append(one.id)
    return found
