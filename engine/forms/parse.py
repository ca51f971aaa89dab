"""Reading a `.form` file: every problem at once, each with the component's id, key and place in the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from engine.forms.claims import Claims
from engine.forms.component_checks import check_component
from engine.forms.model import CONTAINERS, KEYED, PRESENTATION, SUPPORTED, Component, Form, FormError, FormProblem

MAX_BYTES = 512 * 1024
MAX_DEPTH = 10
MAX_COMPONENTS = 500
SCHEMA_VERSION = 19

REFUSED = {
    'html': (
        'raw HTML could carry scripts and styles into the hall’s pages; use a text component',
        'HTML 组件可能带入脚本和样式，请改用“文本”组件',
    ),
    'iframe': ('other sites are not embedded into the hall’s pages', '不在办事页面里嵌入其他网站'),
    'documentPreview': ('documents are shown by the case page; use a filepicker', '材料由办件页面显示，请改用“文件上传”组件'),
}


def parse_form(source: str | bytes) -> Form:
    """The form in a `.form` file (form-js JSON). Raises `FormError` with all problems."""
    data = source.encode() if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        message = f'Expected at most {MAX_BYTES} bytes, but the form has {len(data)}'
        raise _single('form.size', message, f'表单文件超过 {MAX_BYTES // 1024} KB')
    try:
        schema = json.loads(data.decode('utf-8-sig'), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _single('form.json', f'Expected JSON, but {error}', '表单文件不是有效的 JSON') from error
    return form_from_schema(schema)


def form_from_schema(schema: Any) -> Form:
    """As `parse_form`, for a schema that has been read already."""
    if not isinstance(schema, dict) or not isinstance(schema.get('components'), list):
        raise _single('form.root', 'Expected an object with a list of components', '表单文件缺少 components 列表')
    if schema.get('type', 'default') != 'default':
        raise _single('form.root', f'Expected type default, but it is {schema["type"]!r}', '表单根元素的 type 应为 default')
    reader = _Reader()
    version = schema.get('schemaVersion')
    if isinstance(version, int) and version > SCHEMA_VERSION:
        reader.warn(
            FormProblem(
                'form.version',
                '',
                f'Expected schema version {SCHEMA_VERSION} or older, but it is {version}',
                f'表单由较新的编辑器生成（版本 {version}）',
            )
        )
    components = reader.read_all(schema['components'], _Place('components'))
    if reader.problems:
        raise FormError(tuple(reader.problems))
    return Form(str(schema.get('id') or 'form'), components, MappingProxyType(schema), tuple(reader.warnings))


def _no_constant(text: str) -> Any:
    raise ValueError(f'{text} is no JSON')


def _single(code: str, message: str, zh: str) -> FormError:
    return FormError((FormProblem(code, '', message, zh),))


@dataclass(frozen=True)
class _Place:
    """Where in the file a component is: JSON path, binding path around it, depth, and the dynamic lists around it."""

    where: str
    base: tuple[str, ...] = ()
    depth: int = 1
    repeaters: tuple[str, ...] = ()

    def item(self, index: int) -> _Place:
        return replace(self, where=f'{self.where}[{index}]')


class _Reader:
    """Collects problems while it reads; components with problems are still read to the end."""

    def __init__(self) -> None:
        self.problems: list[FormProblem] = []
        self.warnings: list[FormProblem] = []
        self._ids: set[str] = set()
        self._claims = Claims()
        self._count = 0

    def warn(self, problem: FormProblem) -> None:
        self.warnings.append(problem)

    def _wrong(self, code: str, where: str, message: str, zh: str, *, name: str | None = None, key: Any = None) -> None:
        self.problems.append(FormProblem(code, where, message, zh, name, key if isinstance(key, str) else None))

    def read_all(self, items: Any, place: _Place) -> tuple[Component, ...]:
        if not isinstance(items, list):
            self._wrong('form.components', place.where, 'Expected a list of components', 'components 应为列表')
            return ()
        if place.depth > MAX_DEPTH:
            self._wrong('form.depth', place.where, f'Expected at most {MAX_DEPTH} levels of groups', f'分组嵌套不得超过 {MAX_DEPTH} 层')
            return ()
        read = (self.read(item, place.item(index)) for index, item in enumerate(items))
        return tuple(component for component in read if component is not None)

    def read(self, item: Any, place: _Place) -> Component | None:
        self._count += 1
        if self._count > MAX_COMPONENTS:
            if self._count == MAX_COMPONENTS + 1:
                self._wrong('form.count', place.where, f'Expected at most {MAX_COMPONENTS} components', f'组件不得超过 {MAX_COMPONENTS} 个')
            return None
        kind = item.get('type') if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(kind, str):
            self._wrong('component.type', place.where, 'Expected an object with a type', '组件缺少 type')
            return None
        name = self._name(item, place.where)
        if kind not in SUPPORTED:
            english, chinese = REFUSED.get(kind, ('form-js 1.23 has no such component', 'form-js 1.23 没有这种组件'))
            message = f'Component type {kind} is refused: {english}'
            self._wrong('component.unsupported', place.where, message, f'不支持组件类型 {kind}：{chinese}', name=name, key=item.get('key'))
            return None
        path = self._path(item, kind, name, place)
        props = {key: value for key, value in item.items() if key not in ('components', 'id')}
        draft = Component(kind, name, place.where, path, MappingProxyType(props))
        for problem, warning in check_component(draft):
            (self.warnings if warning else self.problems).append(problem)
        return self._with_children(draft, item, place)

    def _with_children(self, draft: Component, item: Mapping[str, Any], place: _Place) -> Component:
        if draft.type not in CONTAINERS:
            return draft
        around = (*place.repeaters, draft.id) if draft.type == 'dynamiclist' else place.repeaters
        inside = _Place(f'{place.where}.components', (*place.base, *draft.path), place.depth + 1, around)
        return replace(draft, components=self.read_all(item.get('components', []), inside))

    def _name(self, item: Mapping[str, Any], where: str) -> str:
        given = item.get('id')
        if given is None or given == '':
            return f'Field_{self._count}'
        if not isinstance(given, str):
            self._wrong('component.id', where, 'Expected the id to be a text', '组件 id 应为文本')
            return f'Field_{self._count}'
        if given in self._ids:
            self._wrong('component.duplicate', where, f'Id {given} is used twice', f'组件 id {given} 重复', name=given)
        self._ids.add(given)
        return given

    def _path(self, item: Mapping[str, Any], kind: str, name: str, place: _Place) -> tuple[str, ...]:
        if kind in PRESENTATION:
            return ()
        word = 'key' if kind in KEYED else 'path'
        given = item.get(word)
        if given is None or given == '':
            if kind != 'group':
                zh = '缺少字段名（Key）' if word == 'key' else '缺少数据路径（Path）'
                self._wrong(f'component.{word}', place.where, f'Expected a {word}', zh, name=name)
            return ()
        segments = tuple(given.split('.')) if isinstance(given, str) else ()
        if not segments or any(not _usable(segment) for segment in segments):
            message = f'Expected a {word} of names joined by dots, but it is {given!r}'
            self._wrong(f'component.{word}', place.where, message, f'字段名 {given} 不合规', name=name, key=given)
            return ()
        full = (*place.base, *segments)
        taken = self._claims.claim(full, kind, name, place.repeaters)
        if taken:
            message = f'Binding path {".".join(full)} is already claimed by {taken}'
            self._wrong('component.claimed', place.where, message, f'字段名 {".".join(full)} 已被 {taken} 使用', name=name, key=given)
        return segments


def _usable(segment: str) -> bool:
    """No empty part, no number (it would make a list), none of the names that are not names in JavaScript, none of ours."""
    return (
        bool(segment)
        and segment == segment.strip()
        and not segment.isdigit()
        and segment.isprintable()
        and segment not in ('__proto__', 'constructor', 'prototype', '_row', '[]')
    )
