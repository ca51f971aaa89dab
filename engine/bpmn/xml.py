"""XML in, safely: no entities, no DTD, no network, everything capped. Whatever the bytes, the answer is a tree or a list of problems."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.rulebook import xml as rules

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 120
MAX_ELEMENTS = 60_000
MAX_ATTRIBUTES = 500

BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL'
BPMNDI = 'http://www.omg.org/spec/BPMN/20100524/DI'
DC = 'http://www.omg.org/spec/DD/20100524/DC'
DI = 'http://www.omg.org/spec/DD/20100524/DI'

Node = Any  # lxml's element, which has no public type


def parse_xml(source: bytes, name: str = 'process.bpmn') -> Node:
    """The root element of a document. Raises DiagramError with line numbers for anything but safe, well-formed XML within the caps."""
    if len(source) > MAX_BYTES:
        raise DiagramError((rules.XML_TOO_LARGE.at(file=name, line=1, found=f'{len(source)} B', most=f'{MAX_BYTES} B'),))
    _guarded(source, name)
    root = _feed(source, _parser(), None, name)
    _number_lines(root, source)
    return root


def parse_to_edit(source: bytes, name: str = 'process.bpmn') -> Node:
    """As parse_xml, with everything that a changed file must keep: comments, processing instructions, CDATA. Without line numbers."""
    if len(source) > MAX_BYTES:
        raise DiagramError((rules.XML_TOO_LARGE.at(file=name, line=1, found=f'{len(source)} B', most=f'{MAX_BYTES} B'),))
    _guarded(source, name)
    return _feed(source, _parser(remove_comments=False, remove_pis=False, strip_cdata=False), None, name)


def _guarded(source: bytes, name: str) -> None:
    """Raises DiagramError for a DOCTYPE, broken XML, or what goes beyond a cap; builds nothing."""
    doctype = source.find(b'<!DOCTYPE')
    guard = _Guard(name, source.count(b'\n', 0, max(doctype, 0)) + 1)
    _feed(source, _parser(target=guard), guard, name)


_START_TAG = re.compile(r'<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<([^\s!?/>][^\s/>]*)', re.S)
_LAST_LINE = 65_535  # libxml2 counts lines in sixteen bits


def _number_lines(root: Node, source: bytes) -> None:
    """Give every element the line its start tag begins in; the parser knows only the one it ends in."""
    text = source.decode(root.getroottree().docinfo.encoding or 'utf-8', errors='replace')
    tags = [match.start() for match in _START_TAG.finditer(text) if match.group(1)]
    nodes = list(root.iter(etree.Element))
    if len(tags) != len(nodes):
        return
    line, at = 1, 0
    for node, start in zip(nodes, tags, strict=True):
        line += text.count('\n', at, start)
        at = start
        node.sourceline = min(line, _LAST_LINE)


def _parser(**options: Any) -> Any:
    safe = {'resolve_entities': False, 'load_dtd': False, 'dtd_validation': False, 'no_network': True, 'huge_tree': False, 'recover': False}
    return etree.XMLParser(**({'remove_comments': True, 'remove_pis': True} | options | safe))


def _feed(source: bytes, parser: Any, guard: _Guard | None, name: str) -> Node:
    try:
        root = etree.fromstring(source, parser)
    except _Stop:
        root = None
    except (etree.XMLSyntaxError, ValueError, LookupError, AssertionError, UnicodeError) as error:
        if guard is None or guard.problem is None:
            raise DiagramError((_broken(error, name),)) from error
        root = None
    if guard is not None and guard.problem is not None:
        raise DiagramError((guard.problem,))
    if root is None and guard is None:
        raise DiagramError((rules.XML_BROKEN.at(file=name, line=1, why='空文件', why_en='nothing in it'),))
    return root


def _broken(error: Exception, name: str) -> Problem:
    line = getattr(error, 'lineno', None) or 1
    why = str(getattr(error, 'msg', None) or error) or 'not XML'
    return rules.XML_BROKEN.at(file=name, line=line, why=why)


class _Stop(Exception):
    """Reading on would be a waste."""


class _Guard:
    """Reads along without building anything and stops at a DOCTYPE or when a cap is reached."""

    def __init__(self, name: str, doctype_line: int) -> None:
        self.name = name
        self.doctype_line = doctype_line
        self.depth = 0
        self.elements = 0
        self.problem: Problem | None = None

    def start(self, tag: str, attributes: Any) -> None:
        """An element opens."""
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            self._stop(f'嵌套 {self.depth} 层', f'nested {self.depth} deep', MAX_DEPTH)
        if self.elements > MAX_ELEMENTS:
            self._stop(f'{self.elements} 个元素', f'{self.elements} elements', MAX_ELEMENTS)
        if len(attributes) > MAX_ATTRIBUTES:
            self._stop(f'{len(attributes)} 个属性', f'{len(attributes)} attributes', MAX_ATTRIBUTES)

    def _stop(self, found: str, found_en: str, most: int) -> None:
        self.problem = rules.XML_TOO_LARGE.at(file=self.name, line=1, found=found, found_en=found_en, most=most)
        raise _Stop

    def doctype(self, *_name: Any) -> None:
        """A DOCTYPE: nothing after it is looked at."""
        self.problem = rules.XML_DOCTYPE.at(file=self.name, line=self.doctype_line)
        raise _Stop

    def end(self, _tag: str) -> None:
        """An element closes."""
        self.depth -= 1

    def close(self) -> None:
        """The document is over."""


def local(node: Node) -> str:
    """The tag without its namespace."""
    return str(etree.QName(node).localname)


def namespace(node: Node) -> str:
    """The namespace of the tag, '' for none."""
    return str(etree.QName(node).namespace or '')


def split_name(name: str) -> tuple[str, str]:
    """An lxml attribute name as (namespace, local name)."""
    if name.startswith('{'):
        space, _, rest = name[1:].partition('}')
        return space, rest
    return '', name


def text_of(node: Node | None) -> str:
    """All text inside an element, as written."""
    return '' if node is None else ''.join(node.itertext())
