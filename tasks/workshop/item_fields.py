"""The catalogue entry as a form: which fields there are, in Chinese, how each is filled in, and form values to and from item.toml's tree.

The fields come from the dataclasses of `tasks.catalogue.item`; only words and the way of filling in are said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from engine.words import EXPIRY, Word
from tasks.catalogue import item as catalogue
from tasks.catalogue.item import ItemSpec
from tasks.words.vocabulary import AUTHORITY, LIMIT

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


_WORDS: Mapping[str, Mapping[str, Word]] = {
    'item': {
        'code': Word('事项编号', 'Code of the item'),
        'name': Word('事项名称', 'Name of the item'),
        'type': Word('事项类型', 'Type of the item'),
        'department': Word('实施机关', 'Authority'),
        'handling_class': Word('办件类型', 'Handling class'),
        'basic_code': Word('基本编码', 'Basic code'),
        'impl_code': Word('实施编码', 'Implementation code'),
        'uscc': Word('实施机关统一社会信用代码', 'Unified social credit code of the authority'),
        'exercise_level': Word('行使层级', 'Level'),
        'audience': Word('服务对象', 'Who may apply'),
        'channels': Word('办理渠道', 'Channels'),
        'allowed_handlers': Word('允许调用的处理程序', 'Handlers it may call'),
        'safety': Word('涉及安全、健康或环境', 'Concerns safety, health or the environment'),
        'filing': Word('备案事项（不得不予）', 'Filing (cannot be refused)'),
        'renewal': Word('延续事项', 'Renewal'),
        'commitment_allowed': Word('可告知承诺', 'May be granted on commitment'),
        'timeout_policy': Word('超过期限时', 'When the limit is over'),
        'absence': Word('指定人员不在岗时', 'When the people of a step are not there'),
        'timeout_basis': Word('超时处理的依据', 'Basis of what silence means'),
        'lead_department': Word('牵头部门（联办）', 'Leading department (joint)'),
        'co_departments': Word('协办部门（联办）', 'Other departments (joint)'),
        'quantity': Word('数量限制', 'Number limit'),
        'content': Word('行使内容', 'What is exercised'),
        'admission_ground': Word('进驻依据', 'Basis for being in the hall'),
        'policies': Word('优惠政策', 'Reductions'),
        'summary': Word('简介', 'Summary'),
    },
    'limits': {
        **LIMIT,
        'extension': Word('可延长', 'May be extended by'),
        'extension_role': Word('批准延长的人', 'Who approves an extension'),
        'extend_promise': Word('延长时承诺期限一并延长', 'An extension extends the promise, too'),
        'promise_note': Word('承诺期限说明', 'Note on the promise'),
        'statutory_note': Word('法定期限说明', 'Note on the statutory limit'),
    },
    'legal_basis': {
        'law': Word('法律、法规、规章', 'Law, regulation or rule'),
        'article': Word('条款', 'Article'),
        'text': Word('条文', 'Text'),
    },
    'conditions': {'text': Word('条件', 'Condition'), 'step': Word('所属环节', 'Step')},
    'materials': {
        'name': Word('材料名称', 'Material'),
        'code': Word('编号', 'Code'),
        'required': Word('必需', 'Required'),
        'deferrable': Word('可容缺', 'May come later'),
        'shared': Word('免提交（共享）', 'Not asked for (shared data)'),
        'originals': Word('原件份数', 'Originals'),
        'copies': Word('复印件份数', 'Copies'),
        'issued_by': Word('出具单位', 'Issued by'),
        'basis': Word('依据', 'Basis'),
        'form': Word('空白表格', 'Blank form'),
        'sample': Word('示范文本', 'Sample'),
        'note': Word('说明', 'Note'),
    },
    'fees': {
        'name': Word('收费项目', 'Fee'),
        'amount': Word('标准（元）', 'Amount (yuan)'),
        'lower': Word('下限（元）', 'At least (yuan)'),
        'upper': Word('上限（元）', 'At most (yuan)'),
        'unit': Word('计费单位', 'Unit'),
        'basis': Word('依据', 'Basis'),
        'note': Word('说明', 'Note'),
    },
    'windows': {
        'id': Word('窗口编号', 'Code of the window'),
        'name': Word('窗口名称', 'Name of the window'),
        'authority': Word('窗口权限', 'Authority of the window'),
        'department': Word('所属部门', 'Department'),
    },
    'contact': {
        'place': Word('办理地点', 'Place'),
        'hours': Word('办理时间', 'Hours'),
        'phone': Word('咨询电话', 'Enquiries'),
        'supervision_phone': Word('监督电话', 'Complaints'),
    },
    'results': {
        'name': Word('审批结果', 'Result'),
        'validity': Word('有效期', 'Validity'),
        'number_prefix': Word('证书编号前缀', 'Prefix of certificate numbers'),
        'sample': Word('样本', 'Sample'),
    },
    'disclosure': {'profile': Word('公开口径', 'Disclosure profile'), 'fields': Word('自定公开内容', 'Own choice of what is disclosed')},
}
_SECTION_NAMES = {
    'item': Word('基本信息', 'Basics'),
    'limits': Word('期限', 'Limits'),
    'legal_basis': Word('设立依据', 'Legal basis'),
    'conditions': Word('受理条件', 'Conditions'),
    'materials': Word('申报材料', 'Materials'),
    'fees': Word('收费', 'Fees'),
    'windows': Word('窗口与权限', 'Windows and authority'),
    'contact': Word('办理地点与电话', 'Place and telephone'),
    'results': Word('审批结果', 'Result'),
    'disclosure': Word('公开', 'Disclosure'),
}
_HINTS = {
    'limits.promise': Word('例：7个工作日、30日、即办留空', 'For example 7个工作日 (workdays), 30日 (days); empty when done at once'),
    'limits.statutory': Word('法律规定的期限', 'The limit the law sets'),
    'item.code': Word('小写字母、数字和连字符，建立后不要更改', 'Lower-case letters, digits and hyphens; do not change it later'),
    'windows.id': Word('与流程图中的候选组一致', 'The same as the candidate group in the diagram'),
    'item.allowed_handlers': Word('一行一个；不填即不限制', 'One a line; empty means any'),
    'item.co_departments': Word('一行一个', 'One a line'),
    'fees.amount': Word('不收费填 0', '0 when nothing is charged'),
    'disclosure.fields': Word('公开口径选“自定”时勾选', 'Tick these when the profile is “own choice”'),
}
_CHOICES: Mapping[str, Choices] = {
    'item.type': tuple(catalogue.ITEM_TYPES.items()),
    'item.handling_class': tuple(catalogue.HANDLING.items()),
    'item.exercise_level': tuple(catalogue.EXERCISE_LEVELS.items()),
    'item.audience': tuple(catalogue.AUDIENCES.items()),
    'item.channels': tuple(catalogue.CHANNELS.items()),
    'item.absence': tuple(catalogue.ABSENCE.items()),
    'item.timeout_policy': (('none', Word('不处理', 'Nothing is done')), *EXPIRY.items()),
    'windows.authority': tuple(AUTHORITY.items()),
    'disclosure.profile': tuple(catalogue.PROFILE.items()),
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
            rows = [_values(section, form, f'{section.key}[{index}]', _entry_at(old, index)) for index in rows_sent(form, section.key)]
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


def _entry_at(tables: Any, index: int) -> Mapping[str, Any]:
    table = tables[index] if isinstance(tables, list) and index < len(tables) else {}
    return table if isinstance(table, Mapping) else {}


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
