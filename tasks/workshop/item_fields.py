"""The catalogue entry as a form: which fields there are, in Chinese, how each is filled in, and form values to and from item.toml's tree.

The fields come from the dataclasses of `tasks.catalogue.item`; only words and the way of filling in are said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from tasks.catalogue import item as catalogue
from tasks.catalogue.item import ItemSpec
from tasks.words.vocabulary import LIMIT

Choices = tuple[tuple[str, str], ...]
Tree = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field. `kind`: text, long, bool, number, choice (one of `choices`), choices (any of them), lines (one value a line)."""

    name: str
    label: str
    kind: str
    default: Any
    choices: Choices = ()
    hint: str = ''


@dataclass(frozen=True)
class Section:
    """A table of item.toml, or an array of tables when `many`."""

    key: str
    label: str
    many: bool
    fields: tuple[Field, ...]


_WORDS: Mapping[str, Mapping[str, str]] = {
    'item': {
        'code': '事项编号',
        'name': '事项名称',
        'type': '事项类型',
        'department': '实施机关',
        'handling_class': '办件类型',
        'basic_code': '基本编码',
        'impl_code': '实施编码',
        'uscc': '实施机关统一社会信用代码',
        'exercise_level': '行使层级',
        'audience': '服务对象',
        'channels': '办理渠道',
        'allowed_handlers': '允许调用的处理程序',
        'safety': '涉及安全、健康或环境',
        'filing': '备案事项（不得不予）',
        'renewal': '延续事项',
        'commitment_allowed': '可告知承诺',
        'timeout_policy': '超过期限时',
        'timeout_basis': '超时处理的依据',
        'lead_department': '牵头部门（联办）',
        'co_departments': '协办部门（联办）',
        'quantity': '数量限制',
        'content': '行使内容',
        'admission_ground': '进驻依据',
        'policies': '优惠政策',
        'summary': '简介',
    },
    'limits': {
        **LIMIT,
        'extension': '可延长',
        'extension_role': '批准延长的人',
        'extend_promise': '延长时承诺期限一并延长',
        'promise_note': '承诺期限说明',
        'statutory_note': '法定期限说明',
    },
    'legal_basis': {'law': '法律、法规、规章', 'article': '条款', 'text': '条文'},
    'conditions': {'text': '条件', 'step': '所属环节'},
    'materials': {
        'name': '材料名称',
        'code': '编号',
        'required': '必需',
        'deferrable': '可容缺',
        'shared': '免提交（共享）',
        'originals': '原件份数',
        'copies': '复印件份数',
        'issued_by': '出具单位',
        'basis': '依据',
        'form': '空白表格',
        'sample': '示范文本',
        'note': '说明',
    },
    'fees': {
        'name': '收费项目',
        'amount': '标准（元）',
        'lower': '下限（元）',
        'upper': '上限（元）',
        'unit': '计费单位',
        'basis': '依据',
        'note': '说明',
    },
    'windows': {'id': '窗口编号', 'name': '窗口名称', 'authority': '窗口权限', 'department': '所属部门'},
    'contact': {'place': '办理地点', 'hours': '办理时间', 'phone': '咨询电话', 'supervision_phone': '监督电话'},
    'results': {'name': '审批结果', 'validity': '有效期', 'number_prefix': '证书编号前缀', 'sample': '样本'},
    'disclosure': {'profile': '公开口径', 'fields': '自定公开内容'},
}
_SECTION_NAMES = {
    'item': '基本信息',
    'limits': '期限',
    'legal_basis': '设立依据',
    'conditions': '受理条件',
    'materials': '申报材料',
    'fees': '收费',
    'windows': '窗口与权限',
    'contact': '办理地点与电话',
    'results': '审批结果',
    'disclosure': '公开',
}
_HINTS = {
    'limits.promise': '例：7个工作日、30日、即办留空',
    'limits.statutory': '法律规定的期限',
    'item.code': '小写字母、数字和连字符，建立后不要更改',
    'windows.id': '与流程图中的候选组一致',
    'item.allowed_handlers': '一行一个；不填即不限制',
    'item.co_departments': '一行一个',
    'fees.amount': '不收费填 0',
    'disclosure.fields': '公开口径选“自定”时勾选',
}
_TIMEOUTS = ('不处理', '提醒', '升级督办', '视为本环节通过', '视为准予', '视为准予延续')
_PROFILES = {'eight': '八公开', 'seven': '七公开', 'five': '五公开', 'law30': '行政许可法第三十条', 'custom': '自定'}
_CHOICES: Mapping[str, Choices] = {
    'item.type': tuple(catalogue.ITEM_TYPES.items()),
    'item.handling_class': tuple(catalogue.HANDLING.items()),
    'item.exercise_level': tuple(catalogue.EXERCISE_LEVELS.items()),
    'item.audience': tuple(catalogue.AUDIENCES.items()),
    'item.channels': tuple(catalogue.CHANNELS.items()),
    'item.timeout_policy': tuple(zip(catalogue.TIMEOUT_POLICIES, _TIMEOUTS, strict=True)),
    'windows.authority': tuple(catalogue.AUTHORITY.items()),
    'disclosure.profile': tuple(_PROFILES.items()),
    'disclosure.fields': tuple(catalogue.DISCLOSED.items()),
}
_LONG = {'legal_basis.text', 'conditions.text', 'item.content', 'item.policies', 'item.summary'}


def _sections() -> tuple[Section, ...]:
    hints = get_type_hints(ItemSpec)
    tables = {each.name: _table(hints[each.name]) for each in fields(ItemSpec)}
    plain = [name for name, kind in tables.items() if kind is None]
    found = [Section('item', _SECTION_NAMES['item'], False, _fields('item', ItemSpec, plain))]
    for name, table in tables.items():
        if table is not None:
            row, many = table
            found.append(Section(name, _SECTION_NAMES.get(name, name), many, _fields(name, row, [each.name for each in fields(row)])))
    return tuple(found)


def _table(hint: Any) -> tuple[Any, bool] | None:
    """The dataclass of a table and whether it is an array of tables; None for a plain value."""
    if hasattr(hint, '__dataclass_fields__'):
        return hint, False
    inner = get_args(hint)[:1]
    return (inner[0], True) if inner and hasattr(inner[0], '__dataclass_fields__') else None


def _fields(section: str, owner: Any, names: Iterable[str]) -> tuple[Field, ...]:
    hints, known = get_type_hints(owner), {each.name: each for each in fields(owner)}
    return tuple(_field(f'{section}.{name}', name, hints[name], known[name].default) for name in names)


def _field(where: str, name: str, hint: Any, default: Any) -> Field:
    section = where.partition('.')[0]
    label = _WORDS.get(section, {}).get(name, name)  # a new field of the schema works before it has a word; a test asks for the word
    choices = _CHOICES.get(where, ())
    several = get_origin(hint) is tuple or isinstance(hint, UnionType)
    if hint is bool:
        kind = 'bool'
    elif hint is int:
        kind = 'number'
    elif several:
        kind = 'choices' if choices else 'lines'
    elif choices:
        kind = 'choice'
    else:
        kind = 'long' if where in _LONG else 'text'
    return Field(name, label, kind, default, choices, _HINTS.get(where, ''))


SECTIONS = _sections()


def filled_in(form: Mapping[str, list[str]], before: Mapping[str, Any]) -> Tree:
    """The tree of item.toml after the form was sent; `form` maps `limits.promise`, `materials[0].name` to the values sent.

    `before` is the tree as it was: keys the form does not know are kept, and a field that is empty and was not written stays unwritten.
    """
    tree: Tree = {}
    for section in SECTIONS:
        old = before.get(section.key)
        if section.many:
            rows = [_values(section, form, f'{section.key}[{index}]', _row(old, index)) for index in rows_sent(form, section.key)]
            if rows:
                tree[section.key] = rows
        else:
            kept = dict(old) if isinstance(old, Mapping) else {}
            values = _values(section, form, section.key, kept)
            unknown = {key: value for key, value in kept.items() if key not in {each.name for each in section.fields}}
            if values or unknown:
                tree[section.key] = _in_order(values | unknown, kept)
    tree |= {key: value for key, value in before.items() if key not in {section.key for section in SECTIONS}}
    return _in_order(tree, before)


def rows_sent(form: Mapping[str, list[str]], key: str) -> list[int]:
    """The numbers of the rows of an array of tables the form was sent with, in the order they were shown."""
    return [int(number) for number in form.get(f'{key}.rows', []) if number.isdigit()]


def _in_order(tree: Tree, before: Mapping[str, Any]) -> Tree:
    """Keys that were there stay where they were, so that a comparison of two versions shows what was changed and nothing else."""
    return {key: tree[key] for key in before if key in tree} | tree


def _row(rows: Any, index: int) -> Mapping[str, Any]:
    row = rows[index] if isinstance(rows, list) and index < len(rows) else {}
    return row if isinstance(row, Mapping) else {}


def _values(section: Section, form: Mapping[str, list[str]], prefix: str, before: Mapping[str, Any]) -> Tree:
    found: Tree = {}
    for each in section.fields:
        value = _value(each, form.get(f'{prefix}.{each.name}', []))
        if value != _unset(each) or each.name in before:
            found[each.name] = value
    return _in_order(found, before)


def _unset(each: Field) -> Any:
    """What need not be written: the default of the schema; for a field without one, nothing at all."""
    if each.kind in ('choices', 'lines'):
        return []
    return each.default if isinstance(each.default, str | bool | int) else ''


def _value(each: Field, sent: list[str]) -> Any:
    if each.kind == 'bool':
        return sent[-1:] == ['on']
    if each.kind in ('choices', 'lines'):
        return [line.strip() for text in sent for line in text.splitlines() if line.strip()]
    text = (sent[-1] if sent else '').replace('\r\n', '\n').strip()
    if each.kind == 'number':
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else (text or 0)
    return text


def shown(each: Field, table: Any) -> Any:
    """The value of a field to show: what the tree says, else the schema's default."""
    value = table.get(each.name, each.default) if isinstance(table, Mapping) else each.default
    if each.kind in ('choices', 'lines'):
        return [str(one) for one in value] if isinstance(value, list | tuple) else []
    if each.kind == 'bool':
        return value is True
    return value if isinstance(value, str | int) else ''
