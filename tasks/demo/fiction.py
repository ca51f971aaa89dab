"""Made-up people, companies and addresses for the demo hall, from a seed.

Nobody is meant: the divisions 9901 and 6599 do not exist, so no credit code and no identity number made here (with right check digits) can
belong to anyone, and the mobile numbers lie in one block of ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from engine.identity import id_check_digit, uscc_check_letter
from tasks.cases.applicants import Agent, Applicant

REGION = '990121'
BIRTHPLACE = '659921'
_SURNAMES = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢'
_GIVEN = '伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉萍红建文志国春梅海燕晓东宇晨欣怡子涵浩然雨思远嘉佳慧'
_TOWNS = ('城关镇', '青石镇', '白塔镇', '柳河镇', '东湖街道', '西山街道', '南桥街道', '望江镇')
_ROADS = ('人民路', '解放路', '建设路', '文化路', '和平路', '滨江路', '学府路', '东风路', '朝阳路', '青年路', '迎宾大道', '古城街')
_SHOPS = (
    '老街坊',
    '味之源',
    '清江渔家',
    '好运来',
    '福满楼',
    '小镇时光',
    '春风里',
    '一品香',
    '田园',
    '禾木',
    '江畔',
    '阿婆',
    '聚贤',
    '麦香',
    '辣小妹',
    '四季鲜',
    '百味',
    '知味',
    '悦来',
    '金灶',
    '山里人家',
    '晨光',
    '乐享',
    '青禾',
    '万家',
    '谷雨',
    '暖锅',
    '九里香',
    '豆蔻',
)
_TRADES = ('餐饮', '食品', '快餐', '火锅', '烘焙', '饮品', '小吃')
_AREAS = (18, 26, 35, 42, 58, 66, 80, 96, 120, 150, 210, 320)
_CODE_LETTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'


@dataclass(frozen=True)
class Application:
    """An applicant with what he files."""

    applicant: Applicant
    agent: Agent | None
    form: dict[str, object]


class Fiction:
    """A stream of made-up facts; the same seed makes the same facts."""

    def __init__(self, seed: int | str) -> None:
        self.random = Random(seed)  # noqa: S311 - made-up data, not secrets

    def name(self) -> str:
        """A person's name of three characters: long enough to be found and replaced in a text without hitting anything else."""
        given = ''.join(self.random.sample(_GIVEN, 2))
        return self.random.choice(_SURNAMES) + given

    def id_no(self) -> str:
        """An identity number with the right check digit, of a division that does not exist."""
        day = f'{self.random.randint(1962, 2002)}{self.random.randint(1, 12):02d}{self.random.randint(1, 28):02d}'
        first = f'{BIRTHPLACE}{day}{self.random.randint(1, 999):03d}'
        return first + id_check_digit(first)

    def uscc(self) -> str:
        """A social credit code of an enterprise with the right check letter."""
        first = f'91{REGION}' + ''.join(self.random.choice(_CODE_LETTERS) for _ in range(9))
        return first + uscc_check_letter(first)

    def phone(self) -> str:
        """A mobile number of the demo's own block."""
        return f'1990000{self.random.randint(0, 9999):04d}'

    def address(self) -> str:
        """An address in the county."""
        town, road = self.random.choice(_TOWNS), self.random.choice(_ROADS)
        return f'清江县{town}{road}{self.random.randint(1, 288)}号' + self.random.choice(('', '', f'{self.random.randint(1, 12)}号商铺'))

    def application(self, item: str, kind: str = '') -> Application:
        """What is filed for an item: a shop for the food licence, a home or office for real estate. `kind` of applicant: any when empty."""
        company = (kind == 'enterprise') if kind else self.random.random() < (0.55 if item == 'food-business-licence' else 0.25)
        style, trade, place = self.random.choice(_SHOPS), self.random.choice(_TRADES), self.address()
        agent = None
        if company:
            name = f'清江县{style}{trade}{self.random.choice(("有限公司", "有限公司", "管理有限公司", "服务有限责任公司"))}'
            applicant = Applicant(name, 'enterprise', self.uscc(), self.phone(), place)
            agent = Agent(self.name(), self.id_no(), self.phone()) if self.random.random() < 0.5 else None
        else:
            applicant = Applicant(self.name(), 'person', self.id_no(), self.phone(), place)
        if item != 'food-business-licence':
            return Application(applicant, agent, {})
        form: dict[str, object] = {
            'shop_name': f'{style}{trade}店',
            'shop_address': place,
            'floor_area': self.random.choice(_AREAS),
            'main_business': '餐饮服务经营者',
        }
        return Application(applicant, agent, form)
