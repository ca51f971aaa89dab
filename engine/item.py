"""The catalogue entry of an approval item: item.toml as a typed, frozen tree (domain.md S-27, L-04, GB/T 39046-2020 事项).

Unknown keys are refused with the nearest known one, so that a misspelt key is never silently without effect. All problems are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import get_type_hints

from engine.identity import complaint_about
from engine.typed_toml import TomlProblem, TypedToml
from engine.words import Word
from engine.worktime import Duration, Limit, LimitError, LimitExpr, Unit, parse_limit

HANDLING = {
    'instant': Word('即办件', 'On the spot'),
    'promised': Word('承诺件', 'Within a promised time'),
    'joint': Word('联办件', 'Joint'),
}
AUTHORITY = {'receive': '受理', 'review': '审查', 'decide': '决定'}
# GB/T 39046-2020 appendix A
ITEM_TYPES = {
    '00': '行政权力',
    '01': '行政许可',
    '02': '行政处罚',
    '03': '行政强制',
    '04': '行政征收',
    '05': '行政给付',
    '06': '行政检查',
    '07': '行政确认',
    '08': '行政奖励',
    '09': '行政裁决',
    '10': '其他行政权力',
    '20': '公共服务',
}
EXERCISE_LEVELS = {'1': '国家级', '2': '省级', '3': '市级', '4': '县级', '5': '镇（乡、街道）级', '6': '村（社区）级', '7': '分级管理'}
AUDIENCES = {'1': '自然人', '2': '企业法人', '3': '事业法人', '4': '社会组织法人', '5': '行政机关', '6': '其他组织'}
CHANNELS = {'1': '窗口', '2': '电脑端', '3': '移动端', '4': '快递', '9': '其他'}
TIMEOUT_POLICIES = ('none', 'warn', 'escalate', 'deemed_pass', 'deemed_grant', 'deemed_renew')
VAGUE_MATERIAL = re.compile(r'(其他|其它|相关|有关|等)(的)?(材料|证明|资料|文件)|(需要|要求|规定)的其他|等(材料|证明|资料|文件)$')


class ItemError(ValueError):
    """The text is no usable catalogue entry; `problems` has every reason."""

    def __init__(self, problems: tuple[TomlProblem, ...]) -> None:
        super().__init__('; '.join(f'{problem.where}: {problem.en}' for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class LegalBasis:
    """设立依据 (S-27; Licensing Law art. 30)."""

    law: str
    article: str = ''
    text: str = ''


@dataclass(frozen=True)
class Condition:
    """受理条件 (L-04), optionally of one step."""

    text: str
    step: str = ''


@dataclass(frozen=True)
class Material:
    """申报材料: one line of the list, with its own legal basis (S-23)."""

    name: str
    code: str = ''
    required: bool = True
    deferrable: bool = False  # 容缺 (L-41)
    shared: bool = False  # 免提交 (S-22)
    originals: int = 1
    copies: int = 0
    issued_by: str = ''
    basis: str = ''
    form: str = ''
    sample: str = ''
    note: str = ''


@dataclass(frozen=True)
class Fee:
    """收费标准与依据. Where the standard is a range the lower bound is charged (S-71). Amounts are yuan as written."""

    name: str
    amount: str = ''
    lower: str = ''
    upper: str = ''
    unit: str = ''
    basis: str = ''
    note: str = ''

    @property
    def charged(self) -> str:
        """What is charged: the amount, else the lower bound."""
        return self.amount or self.lower


@dataclass(frozen=True)
class Window:
    """A window with its authority (窗口权限): receive, review or decide. `id` is the candidate group."""

    id: str
    name: str
    authority: str
    department: str = ''


@dataclass(frozen=True)
class Contact:
    """办理地点、时间、咨询电话、监督电话 (S-34)."""

    place: str = ''
    hours: str = ''
    phone: str = ''
    supervision_phone: str = ''


@dataclass(frozen=True)
class Outcome:
    """审批结果 of the catalogue, e.g. a licence and how long it is valid."""

    name: str
    validity: str = ''
    sample: str = ''
    number_prefix: str = ''  # what the numbers of its certificates begin with


@dataclass(frozen=True)
class Limits:
    """The limits as written; each reads with `engine.worktime.parse_limit`. Defaults are those of the Licensing Law (art. 32, 44)."""

    promise: str = ''
    statutory: str = ''
    notify: str = '5个工作日'
    delivery: str = '10个工作日'
    supplement: str = '15个工作日'
    extension: str = ''
    extension_role: str = 'agency_head'
    extend_promise: bool = False  # an extension moves the promise too, not only the statutory limit (domain §6 rule 6)
    promise_note: str = ''
    statutory_note: str = ''


@dataclass(frozen=True)
class Disclosure:
    """Which fields must be public: `eight` 八公开 (S-27), `seven`, `five` 五公开 (S-28), `law30` (art. 30), or `custom` with `fields`."""

    profile: str = 'eight'
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemSpec:
    """The whole entry."""

    code: str
    name: str
    type: str
    department: str
    handling_class: str
    basic_code: str = ''
    impl_code: str = ''
    uscc: str = ''
    exercise_level: str = ''
    audience: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    legal_basis: tuple[LegalBasis, ...] = ()
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] = ()
    fees: tuple[Fee, ...] = ()
    windows: tuple[Window, ...] = ()
    contact: Contact = field(default_factory=Contact)
    results: tuple[Outcome, ...] = ()
    disclosure: Disclosure = field(default_factory=Disclosure)
    allowed_handlers: tuple[str, ...] | None = None
    safety: bool = False
    filing: bool = False  # 备案: may not be refused (S-39)
    renewal: bool = False  # 延续: silence counts as renewal (art. 50)
    commitment_allowed: bool = False  # 告知承诺 (L-40)
    timeout_policy: str = 'escalate'
    timeout_basis: str = ''
    lead_department: str = ''
    co_departments: tuple[str, ...] = ()
    quantity: str = ''  # 数量限制 (art. 30)
    content: str = ''  # 行使内容
    admission_ground: str = ''  # S-48
    policies: str = ''  # 优惠政策 (S-30)
    summary: str = ''

    def window(self, group: str) -> Window | None:
        """The window a candidate group or lane means: by id, else by name."""
        return next((w for w in self.windows if w.id == group), None) or next((w for w in self.windows if w.name == group), None)


PROFILES: Mapping[str, tuple[str, ...]] = {
    'eight': ('name', 'legal_basis', 'materials', 'process', 'promise', 'fee_basis', 'fees', 'windows'),
    'seven': ('name', 'legal_basis', 'materials', 'process', 'promise', 'fees', 'windows'),
    'five': ('name', 'process', 'materials', 'promise', 'fees'),
    'law30': ('name', 'legal_basis', 'conditions', 'quantity', 'process', 'statutory', 'materials', 'forms'),
}
DISCLOSED = {
    'name': '项目名称',
    'legal_basis': '设立依据',
    'materials': '申报材料',
    'process': '办理程序',
    'promise': '承诺期限',
    'statutory': '法定期限',
    'fee_basis': '收费依据',
    'fees': '收费标准',
    'windows': '窗口权限',
    'conditions': '受理条件',
    'quantity': '数量限制',
    'forms': '申请书示范文本',
    'policies': '优惠政策',
    'contact': '受理地点及电话',
    'supervision': '监督渠道及电话',
}


def disclosure_gaps(item: ItemSpec, has_process: bool = True) -> list[str]:
    """The fields of the item's disclosure profile that are empty (keys of DISCLOSED)."""
    wanted = item.disclosure.fields if item.disclosure.profile == 'custom' else PROFILES.get(item.disclosure.profile, ())
    present = {
        'name': item.name,
        'legal_basis': item.legal_basis,
        'materials': item.materials,
        'process': has_process,
        'promise': item.limits.promise or item.handling_class == 'instant',
        'statutory': item.limits.statutory,
        'fee_basis': bool(item.fees) and all(fee.basis for fee in item.fees),
        'fees': bool(item.fees) and all(fee.charged for fee in item.fees),
        'windows': item.windows,
        'conditions': item.conditions,
        'quantity': item.quantity,
        'forms': any(material.form or material.sample for material in item.materials),
        'policies': item.policies,
        'contact': item.contact.place and item.contact.phone,
        'supervision': item.contact.supervision_phone,
    }
    return [key for key in wanted if not present.get(key)]


def parse_item(text: str | bytes) -> ItemSpec:
    """Read item.toml. Raises ItemError with all problems, each with the path in the file and, where known, the line."""
    reader = TypedToml(text)
    if not reader.problems:
        item = _item(reader)
        if item is not None:
            for problem in _judged(item):
                reader.wrong(*problem)
            if not reader.problems:
                return item
    raise ItemError(tuple(reader.problems))


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
    return None if reader.problems else ItemSpec(**values)


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


def longer(one: str, other: str) -> bool | None:
    """Whether a limit allows more time than another of the same unit; None when the two cannot be compared (other unit, unreadable)."""
    try:
        first, second = parse_limit(one), parse_limit(other)
    except LimitError:
        return None
    if isinstance(first, Limit) and isinstance(second, Limit):
        if first.unit is second.unit:
            return first.amount > second.amount
        if {first.unit, second.unit} == {Unit.WORKDAY, Unit.DAY} and first.unit is Unit.WORKDAY and first.amount > second.amount:
            return True  # n workdays are never less than n days
    return None
