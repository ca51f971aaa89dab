"""item.toml as it is read: types first, then what types cannot say.

Unknown keys are refused with the nearest known one, so that a misspelt key is never silently without effect. All problems are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import get_type_hints

from sqlalchemy import Connection

from engine import Bundle, Edition, edition, edition_of
from engine.bpmn import ItemRules, WindowRule
from engine.identity import complaint_about
from engine.worktime import Duration, Limit, LimitError, LimitExpr, parse_limit
from tasks.catalogue.item import ABSENCE, AUDIENCES, CHANNELS, DISCLOSED, EXERCISE_LEVELS, HANDLING, PROFILES, TIMEOUT_POLICIES, ItemSpec
from tasks.catalogue.typed_toml import TomlProblem, TypedToml
from tasks.words.vocabulary import AUTHORITY

VAGUE_MATERIAL = re.compile(r'(其他|其它|相关|有关|等)(的)?(材料|证明|资料|文件)|(需要|要求|规定)的其他|等(材料|证明|资料|文件)$')


class ItemError(ValueError):
    """The text is no usable catalogue entry; `problems` has every reason."""

    def __init__(self, problems: tuple[TomlProblem, ...]) -> None:
        super().__init__('; '.join(f'{problem.where}: {problem.en}' for problem in problems))
        self.problems = problems


def parse_item(text: str | bytes) -> ItemSpec:
    """Read item.toml. Raises ItemError with all problems, each with the path in the file and, where known, the line."""
    entry = read_text(text)
    if entry.spec is None or entry.problems:
        raise ItemError(entry.problems)
    return entry.spec


@dataclass(frozen=True)
class TomlEntry:
    """What stands in item.toml and what is wrong with it; no `spec` when its keys or types are wrong."""

    spec: ItemSpec | None
    problems: tuple[TomlProblem, ...]


def read_text(text: str | bytes) -> TomlEntry:
    """Read item.toml, whatever is wrong with it."""
    reader = TypedToml(text)
    spec = _item(reader) if not reader.problems else None
    for problem in _judged(spec) if spec is not None else ():
        reader.wrong(*problem)
    return TomlEntry(spec, tuple(reader.problems))


def read_entry(bundle: Bundle) -> TomlEntry:
    """The entry of a bundle. Ask an edition for it (`edition.read(read_entry)`): then it is read once."""
    return read_text(bundle.files['item.toml']) if not bundle.lone else TomlEntry(None, ())


def spec_of(found: Edition) -> ItemSpec:
    """The catalogue entry of an edition. Raises ItemError when there is none that can be read.

    A rule that came later does not take the entry away from cases that run: only keys and types must be right.
    """
    entry = found.read(read_entry)
    if entry.spec is None:
        missing = TomlProblem('', '缺少事项信息 item.toml', 'Expected item.toml, but there is none')
        raise ItemError(entry.problems or (missing,))
    return entry.spec


def item_of(connection: Connection, definition_id: int) -> ItemSpec:
    """The catalogue entry of the definition a case runs on. Raises NotFound, ItemError."""
    return spec_of(edition_of(connection, definition_id))


def item_rules(bundle: Bundle) -> ItemRules | None:
    """What the entry asks of its diagram, for the engine's check; None when there is no entry without problems."""
    entry = edition(bundle).read(read_entry)
    spec = entry.spec
    if spec is None or entry.problems:
        return None
    return ItemRules(
        promise=spec.limits.promise,
        statutory=spec.limits.statutory,
        instant=spec.handling_class == 'instant',
        safety=spec.safety,
        renewal=spec.renewal,
        filing=spec.filing,
        windows=tuple(WindowRule(window.id, window.name, window.authority) for window in spec.windows),
        allowed_handlers=spec.allowed_handlers,
    )


_NEEDED = ('code', 'name', 'type', 'department', 'handling_class')
_TABLES = {'limits', 'legal_basis', 'conditions', 'materials', 'fees', 'windows', 'contact', 'results', 'disclosure'}


def _item(reader: TypedToml) -> ItemSpec | None:
    """The keys of `[item]` and the other tables make one entry."""
    tree, hints = reader.tree, get_type_hints(ItemSpec)
    reader.keys(tree, ['item', *sorted(_TABLES)], '')
    head = tree.get('item')
    if not isinstance(head, Mapping):
        reader.wrong('item', '缺少 [item] 表', 'The table [item] is missing', 1)
        return None
    plain = [each.name for each in fields(ItemSpec) if each.name not in _TABLES]
    reader.keys(head, plain, 'item')
    values = {key: reader.value(hints[key], head[key], f'item.{key}') for key in plain if key in head}
    values |= {key: reader.value(hints[key], tree[key], key) for key in sorted(_TABLES) if key in tree}
    for key in _NEEDED:
        if key not in head or head[key] == '':
            reader.wrong(f'item.{key}', f'缺少 {key}', f'{key} is missing')
    return None if reader.problems else _coded(ItemSpec(**values))


def _coded(item: ItemSpec) -> ItemSpec:
    """Materials are told apart by their codes: one without a code gets its place in the list."""
    listed = tuple(replace(each, code=each.code or str(place)) for place, each in enumerate(item.materials, start=1))
    return replace(item, materials=listed)


Finding = tuple[str, str, str]


def _judged(item: ItemSpec) -> Iterator[Finding]:
    """What types cannot say."""
    yield from _codes(item)
    yield from _limits(item)
    yield from _lists(item)
    if item.timeout_policy.startswith('deemed_') and not item.timeout_basis:
        yield 'item.timeout_basis', '到期视为同意必须写明依据', 'A silent outcome needs its basis'
    if item.safety and item.timeout_policy == 'deemed_grant':
        yield 'item.timeout_policy', '涉及安全、健康或环境的事项不得到期视为准予', 'An item of safety or health is never granted by silence'
    if item.handling_class == 'joint' and not (item.lead_department and item.co_departments):
        yield 'item.lead_department', '联办件必须写明牵头部门和协办部门', 'A joint item names its lead and co-departments (S-15)'
    if item.disclosure.profile not in {*PROFILES, 'custom'}:
        yield _choice('disclosure.profile', item.disclosure.profile, [*PROFILES, 'custom'])
    for index, key in enumerate(item.disclosure.fields):
        if key not in DISCLOSED:
            yield _choice(f'disclosure.fields[{index}]', key, list(DISCLOSED))


def _choice(where: str, found: str, known: list[str]) -> Finding:
    return where, f'应为 {"、".join(known)} 之一，现为“{found}”', f'Expected one of {", ".join(known)}, but it is "{found}"'


def _codes(item: ItemSpec) -> Iterator[Finding]:
    for key, value, known in (
        ('handling_class', item.handling_class, list(HANDLING)),
        ('exercise_level', item.exercise_level, list(EXERCISE_LEVELS)),
        ('timeout_policy', item.timeout_policy, list(TIMEOUT_POLICIES)),
        ('absence', item.absence, list(ABSENCE)),
    ):
        if value and value not in known:
            yield _choice(f'item.{key}', value, known)
    if not re.fullmatch(r'\d{2}', item.type):  # A.1 is open: 11… and 21… may be added
        yield 'item.type', f'应为两位事项类型代码，现为“{item.type}”', f'Expected a two-digit item type (A.1), but it is "{item.type}"'
    for key, codes, table in (('audience', item.audience, AUDIENCES), ('channels', item.channels, CHANNELS)):
        for index, code in enumerate(codes):
            if code not in table:
                yield _choice(f'item.{key}[{index}]', code, list(table))
    if not re.fullmatch(r'[a-z0-9][a-z0-9_.-]{0,63}', item.code):
        yield 'item.code', f'应为小写字母、数字、连字符，现为“{item.code}”', f'Expected small letters, digits, hyphens, not "{item.code}"'
    if len(item.name) > 200:
        yield 'item.name', '事项名称最多 200 字', 'An item name has at most 200 characters (GB/T 39046)'
    if item.uscc and (wrong := complaint_about('uscc', item.uscc)):
        yield 'item.uscc', wrong.zh, wrong.en
    if item.basic_code and not re.fullmatch(r'[0-9A-Za-z]{1,12}', item.basic_code):
        yield 'item.basic_code', '基本编码最多 12 位字母数字', 'A basic code has at most 12 letters and digits'
    if item.impl_code and not re.fullmatch(r'[0-9A-Za-z]{1,36}', item.impl_code):
        yield 'item.impl_code', '实施编码最多 36 位字母数字', 'An implementation code has at most 36 letters and digits'


def _limits(item: ItemSpec) -> Iterator[Finding]:
    read: dict[str, LimitExpr] = {}
    for key in ('promise', 'statutory', 'notify', 'delivery', 'supplement', 'extension'):
        text = getattr(item.limits, key)
        if not text:
            continue
        try:
            read[key] = parse_limit(text)
        except LimitError as error:
            yield f'limits.{key}', error.zh, error.en
            continue
        if not isinstance(read[key], Limit | Duration):
            yield f'limits.{key}', f'应为固定的期限，现为“{text}”', f'Expected a fixed limit, but it is "{text}"'
    if item.handling_class != 'instant' and not item.limits.promise:
        yield 'limits.promise', '缺少承诺期限', 'The promised limit is missing'
    if not item.limits.statutory and item.handling_class != 'instant':
        yield 'limits.statutory', '缺少法定期限', 'The statutory limit is missing'


def _lists(item: ItemSpec) -> Iterator[Finding]:
    for index, material in enumerate(item.materials):
        where = f'materials[{index}]'
        if not material.name or VAGUE_MATERIAL.search(material.name):
            yield f'{where}.name', f'材料名称不得含糊：“{material.name}”', f'A material must be named exactly, not "{material.name}" (S-23)'
        if not material.basis:
            yield f'{where}.basis', f'材料“{material.name}”没有依据', f'The material "{material.name}" has no legal basis (S-23)'
    yield from _twice('materials', 'code', [material.code for material in item.materials])
    yield from _twice('materials', 'name', [material.name for material in item.materials])
    yield from _twice('windows', 'id', [window.id for window in item.windows])
    for index, window in enumerate(item.windows):
        if window.authority not in AUTHORITY:
            yield _choice(f'windows[{index}].authority', window.authority, list(AUTHORITY))
        if not window.id or window.id == 'applicant' or ',' in window.id:
            yield f'windows[{index}].id', f'窗口编号不可用：“{window.id}”', f'"{window.id}" cannot be the id of a window'
    for index, fee in enumerate(item.fees):
        for key in ('amount', 'lower', 'upper'):
            if getattr(fee, key) and not re.fullmatch(r'\d{1,14}(\.\d{1,2})?', getattr(fee, key)):
                yield f'fees[{index}].{key}', '应为金额（元，最多两位小数）', 'Expected an amount in yuan with at most two decimals'
        if not fee.basis:
            yield f'fees[{index}].basis', f'收费“{fee.name}”没有依据', f'The fee "{fee.name}" has no legal basis (L-21)'
    for index, result in enumerate(item.results):
        if not re.fullmatch(r'[A-Z]{0,8}', result.number_prefix):
            where, found = f'results[{index}].number_prefix', result.number_prefix
            yield where, f'证书编号前缀应为 1 至 8 个大写字母，现为“{found}”', f'Expected one to eight capital letters, but it is "{found}"'


def _twice(table: str, key: str, values: list[str]) -> Iterator[Finding]:
    for index, value in enumerate(values):
        if value and value in values[:index]:
            yield f'{table}[{index}].{key}', f'“{value}”重复', f'"{value}" is there twice'
