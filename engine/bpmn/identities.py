"""Ids for what a file leaves nameless (BPMN 2.0.2 makes `id` optional): made from what the element is, so that they stay over saves."""

from __future__ import annotations

import hashlib
import re

from lxml import etree

from engine.bpmn.read_node import FLOW_NODES
from engine.bpmn.xml import BPMN, Node, local, namespace

_BETWEEN = {'sequenceFlow', 'association', 'messageFlow'}
_DECLARED = {'message', 'signal', 'error', 'escalation'}
_AROUND = {'lane', 'participant', 'textAnnotation', 'group', 'dataObject', 'dataObjectReference', 'dataStoreReference'}
_NAMED = FLOW_NODES | _BETWEEN | _DECLARED | _AROUND
_MOST = 90


def give_ids(root: Node) -> None:
    """Give every flow, node, lane and artifact without an id one that no element of the file has; the rest stays as it is.

    A flow is called after its ends, everything else after its name, or else after what it lies in.
    """
    nodes = [node for node in root.iter(etree.Element) if namespace(node) == BPMN and local(node) in _NAMED]
    missing = [node for node in nodes if not (node.get('id') or '').strip()]
    names = FreshNames({identity.strip() for identity in root.xpath('//@id')} if missing else set())
    for node in missing:
        node.set('id', names.give(_called(node)))


class FreshNames:
    """Names nobody has: the wanted one, or else `wanted_2`, `wanted_3` …"""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.counted: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """A name that was not taken, and is from now on."""
        made = wanted
        while made in self.taken:
            self.counted[wanted] = self.counted.get(wanted, 1) + 1
            made = f'{wanted}_{self.counted[wanted]}'
        self.taken.add(made)
        return made


def _called(node: Node) -> str:
    kind = local(node)
    if kind in _BETWEEN:
        about = f'{_plain(node.get("sourceRef"))}_{_plain(node.get("targetRef"))}'
    else:
        about = _plain(node.get('name')) or _plain(_around(node))
    made = f'{"Flow" if kind == "sequenceFlow" else kind}_{about}'.rstrip('_')
    return made if len(made) <= _MOST else f'{made[: _MOST - 9]}_{hashlib.sha256(made.encode()).hexdigest()[:8]}'


def _around(node: Node) -> str:
    around = (str(ancestor.get('id')) for ancestor in node.iterancestors() if ancestor.get('id'))
    return node.get('attachedToRef') or next(around, '')


def _plain(text: str | None) -> str:
    return re.sub(r'\W+', '_', (text or '')).strip('_')
