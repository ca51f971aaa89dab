"""The catalogue entry of an approval item as a typed, frozen tree with its defaults (domain.md S-27, L-04, GB/T 39046-2020 事项)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.words import EXPIRY, Word
from tasks.words.vocabulary import APPLICANT_KIND, CHANNEL

HANDLING = {
    'instant': Word('即办件', 'On the spot'),
    'promised': Word('承诺件', 'Within a promised time'),
    'joint': Word('联办件', 'Joint'),
}
# GB/T 39046-2020 appendix A
ITEM_TYPES = {
    '00': Word('行政权力', 'Administrative power'),
    '01': Word('行政许可', 'Administrative licence'),
    '02': Word('行政处罚', 'Administrative penalty'),
    '03': Word('行政强制', 'Administrative coercion'),
    '04': Word('行政征收', 'Administrative levy'),
    '05': Word('行政给付', 'Administrative benefit'),
    '06': Word('行政检查', 'Administrative inspection'),
    '07': Word('行政确认', 'Administrative confirmation'),
    '08': Word('行政奖励', 'Administrative reward'),
    '09': Word('行政裁决', 'Administrative ruling'),
    '10': Word('其他行政权力', 'Other administrative power'),
    '20': Word('公共服务', 'Public service'),
}
EXERCISE_LEVELS = {
    '1': Word('国家级', 'National'),
    '2': Word('省级', 'Province'),
    '3': Word('市级', 'City'),
    '4': Word('县级', 'County'),
    '5': Word('镇（乡、街道）级', 'Township'),
    '6': Word('村（社区）级', 'Village'),
    '7': Word('分级管理', 'By grade'),
}
AUDIENCES = dict(zip('123456', APPLICANT_KIND.values(), strict=True))
CHANNELS = dict(zip('12349', CHANNEL.values(), strict=True))
AGENCY_HEAD = 'agency_head'  # who approves an extension unless the item says otherwise (Licensing Law art. 42)
TIMEOUT_POLICIES = ('none', *EXPIRY)
ABSENCE: Mapping[str, Word] = {
    'window': Word('回到窗口', 'The window does it'),
    'head': Word('由牵头岗位办理', 'The windows that lead the item do it'),
    'incident': Word('列为异常', 'An incident'),
}
"""Where a step goes whose people are not there."""


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
    code: str = ''  # its place in the list when item.toml gives none
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

    @property
    def free(self) -> bool:
        """Whether nothing is charged."""
        return bool(self.charged) and float(self.charged) == 0 and not (self.upper and float(self.upper))

    @property
    def standard(self) -> str:
        """The amount, or the range `20–80`; '' while none is written."""
        return self.amount or '–'.join(bound for bound in (self.lower, self.upper) if bound)


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

    @property
    def known(self) -> bool:
        """Whether anything of it is written."""
        return bool(self.place or self.hours or self.phone or self.supervision_phone)


@dataclass(frozen=True)
class ResultDocument:
    """审批结果 of the catalogue, e.g. a licence and how long it is valid."""

    name: str
    validity: str = ''
    sample: str = ''
    number_prefix: str = ''  # what the numbers of its certificates begin with


@dataclass(frozen=True)
class ItemLimits:
    """The limits as written; each reads with `engine.worktime.parse_limit`. Defaults are those of the Licensing Law (art. 32, 44)."""

    promise: str = ''
    statutory: str = ''
    notify: str = '5个工作日'
    delivery: str = '10个工作日'
    supplement: str = '15个工作日'
    extension: str = ''
    extension_role: str = AGENCY_HEAD
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
    limits: ItemLimits = field(default_factory=ItemLimits)
    legal_basis: tuple[LegalBasis, ...] = ()
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] = ()
    fees: tuple[Fee, ...] = ()
    windows: tuple[Window, ...] = ()
    contact: Contact = field(default_factory=Contact)
    results: tuple[ResultDocument, ...] = ()
    disclosure: Disclosure = field(default_factory=Disclosure)
    allowed_handlers: tuple[str, ...] | None = None
    safety: bool = False
    filing: bool = False  # 备案: may not be refused (S-39)
    renewal: bool = False  # 延续: silence counts as renewal (art. 50)
    commitment_allowed: bool = False  # 告知承诺 (L-40)
    timeout_policy: str = 'escalate'
    timeout_basis: str = ''
    absence: str = 'window'  # one of ABSENCE
    lead_department: str = ''
    co_departments: tuple[str, ...] = ()
    quantity: str = ''  # 数量限制 (art. 30)
    content: str = ''  # 行使内容
    admission_ground: str = ''  # S-48
    policies: str = ''  # 优惠政策 (S-30)
    summary: str = ''

    @property
    def number_prefixes(self) -> tuple[str, ...]:
        """What the numbers of its certificates begin with, where that is written."""
        return tuple(result.number_prefix for result in self.results if result.number_prefix)

    def window(self, group: str) -> Window | None:
        """The window a candidate group or lane means: by id, else by name."""
        return next((w for w in self.windows if w.id == group), None) or next((w for w in self.windows if w.name == group), None)


PROFILES: Mapping[str, tuple[str, ...]] = {
    'eight': ('name', 'legal_basis', 'materials', 'process', 'promise', 'fee_basis', 'fees', 'windows'),
    'seven': ('name', 'legal_basis', 'materials', 'process', 'promise', 'fees', 'windows'),
    'five': ('name', 'process', 'materials', 'promise', 'fees'),
    'law30': ('name', 'legal_basis', 'conditions', 'quantity', 'process', 'statutory', 'materials', 'forms'),
}
PROFILE: Mapping[str, Word] = {
    'eight': Word('八公开', 'Eight disclosures'),
    'seven': Word('七公开', 'Seven disclosures'),
    'five': Word('五公开', 'Five disclosures'),
    'law30': Word('行政许可法第三十条', 'Licensing Law art. 30'),
    'custom': Word('自定', 'Own choice'),
}
DISCLOSED: Mapping[str, Word] = {
    'name': Word('项目名称', 'Name'),
    'legal_basis': Word('设立依据', 'Legal basis'),
    'materials': Word('申报材料', 'Materials'),
    'process': Word('办理程序', 'Procedure'),
    'promise': Word('承诺期限', 'Promised limit'),
    'statutory': Word('法定期限', 'Statutory limit'),
    'fee_basis': Word('收费依据', 'Basis of fees'),
    'fees': Word('收费标准', 'Fees'),
    'windows': Word('窗口权限', 'Authority of windows'),
    'conditions': Word('受理条件', 'Conditions'),
    'quantity': Word('数量限制', 'Number limit'),
    'forms': Word('申请书示范文本', 'Sample of the application'),
    'policies': Word('优惠政策', 'Reductions'),
    'contact': Word('受理地点及电话', 'Place and telephone'),
    'supervision': Word('监督渠道及电话', 'Complaints and telephone'),
}


def disclosed(item: ItemSpec) -> tuple[str, ...]:
    """The fields that the item's disclosure profile makes public (keys of DISCLOSED)."""
    return item.disclosure.fields if item.disclosure.profile == 'custom' else PROFILES.get(item.disclosure.profile, ())


def disclosure_gaps(item: ItemSpec, has_process: bool = True) -> list[str]:
    """The fields of the item's disclosure profile that are empty (keys of DISCLOSED)."""
    wanted = disclosed(item)
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
