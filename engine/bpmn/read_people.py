"""Resource roles of BPMN (2.0.2 §10.2.1, §10.4.1) read as what they mean to Flowable and Activiti.

A potential owner is a candidate (a bare name is a group), a performer is the assignee.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from engine.bpmn.people import owners
from engine.bpmn.xml import BPMN, Node, local, namespace, text_of

OWNERS, PERFORMERS = 'potentialOwner', frozenset({'humanPerformer', 'performer'})
ROLES = PERFORMERS | {OWNERS}


def read_roles(children: Iterable[Node], attrs: MutableMapping[str, str]) -> list[str]:
    """Add the people of the roles to an element's attributes. The names of the roles that say nothing that can be read."""
    unread: list[str] = []
    for child in children:
        kind = local(child)
        if kind not in ROLES:
            continue
        try:
            _add(kind, _said(child), attrs)
        except ValueError:
            unread.append(kind)
    return unread


def _add(kind: str, text: str, attrs: MutableMapping[str, str]) -> None:
    """Raises ValueError for what names nobody, a second assignee, or a group as assignee."""
    if not text:
        raise ValueError(kind)
    groups, users = owners(text)
    if kind in PERFORMERS:
        if len(groups) + len(users) != 1 or text.startswith('group(') or attrs.get('assignee'):
            raise ValueError(kind)
        attrs['assignee'] = (users or groups)[0]
        return
    for name, found in (('candidateGroups', groups), ('candidateUsers', users)):
        joined = ','.join([*([attrs[name]] if attrs.get(name) else []), *found])
        if joined:
            attrs[name] = joined


def _said(node: Node) -> str:
    """The expression of a role; a role that refers to a resource of the file has none."""
    texts = [text_of(one).strip() for one in node.iter() if namespace(one) == BPMN and local(one) == 'formalExpression']
    return ','.join(text for text in texts if text)
