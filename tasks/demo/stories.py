"""What happens to the demo's cases: one story for every state a user should see, of every shipped item.

The play acts each story once with the real verbs; `multiply` copies what came of it as often as `weight` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks.demo import answers as food
from tasks.demo import estate


@dataclass(frozen=True)
class Item:
    """A shipped item as the demo plays it. `missing` is the material an incomplete application lacks."""

    code: str
    materials: tuple[str, ...]
    answers: Callable[[str, str, int, date], dict[str, Any]]
    workers: Mapping[str, tuple[str, ...]]  # step → who works it
    pauses: Mapping[str, int]  # step → working days until it is done
    missing: str = ''


FOOD = Item(
    'food-business-licence',
    ('application', 'business_licence', 'layout', 'safety_system'),
    food.answers,
    {
        'intake': ('chuangkou', 'chuangkou2'),
        'supplement': ('chuangkou', 'chuangkou2'),
        'rectify': ('chuangkou', 'chuangkou2'),
        'document_review': ('shencha', 'shencha2'),
        'site_inspection': ('hecha1', 'hecha2', 'hecha3'),
        'audit': ('shenhe',),
        'decide': ('jueding',),
        'make_certificate': ('zhizheng',),
        'deliver': ('chujian',),
        'deliver_refusal': ('chujian',),
    },
    {'supplement': 4, 'rectify': 5, 'document_review': 1, 'site_inspection': 1, 'audit': 1, 'decide': 1, 'make_certificate': 2},
    'safety_system',
)
ESTATE = Item(
    'real-estate-transfer',
    ('application', 'identity', 'certificate', 'contract', 'tax'),
    estate.answers,
    {
        'intake': ('chuangkou', 'chuangkou2'),
        'pay': ('chuangkou', 'chuangkou2'),
        'title_review': ('quanshu',),
        'register': ('dengbu',),
        'deliver': ('chujian',),
        'deliver_refusal': ('chujian',),
    },
    {'title_review': 1, 'pay': 2, 'register': 1, 'deliver': 1},
)
ITEMS = (FOOD, ESTATE)


@dataclass(frozen=True)
class Story:
    """One case: received `ago` working days before the present, done step by step, and left at `halt` (empty: done to its end).

    `act` is what people do to it at `halt`: withdraw, suspend, extend, void. `pauses` are working days where the item's own do not fit.
    """

    item: Item
    fate: str
    ago: int
    halt: str = ''
    act: str = ''
    pauses: Mapping[str, int] = field(default_factory=dict)
    weight: int = 2  # how often it is copied, against the others; 0: never

    def pause(self, step: str) -> int:
        """Working days until the step is done."""
        return self.pauses.get(step, self.item.pauses.get(step, 0))


STORIES = (
    # 食品经营许可, ended
    Story(FOOD, 'granted', 30, weight=12),
    Story(FOOD, 'granted', 22, weight=12),
    Story(FOOD, 'posted', 26, weight=4),
    Story(FOOD, 'supplement', 29, weight=4),
    Story(FOOD, 'rectify', 28, weight=3),
    Story(FOOD, 'refused', 25, weight=3),
    Story(FOOD, 'sent_back', 24),
    Story(FOOD, 'corrected', 18),
    Story(FOOD, 'late', 29, pauses={'audit': 8}),
    Story(FOOD, 'slow', 27, pauses={'intake': 3, 'document_review': 4}),
    Story(FOOD, 'not_accepted', 16),
    Story(FOOD, 'not_required', 15),
    Story(FOOD, 'withdrawn', 20, halt='site_inspection', act='withdraw'),
    Story(FOOD, 'withdrawn', 13, halt='intake', act='withdraw'),
    Story(FOOD, 'expired', 28, halt='supplement'),
    Story(FOOD, 'deemed', 23, pauses={'intake': 6}),
    Story(FOOD, 'granted', 3, halt='intake', act='void', weight=1),
    # 食品经营许可, open
    Story(FOOD, 'granted', 0, halt='intake', weight=4),
    Story(FOOD, 'granted', 4, halt='intake'),
    Story(FOOD, 'supplement', 4, halt='supplement', weight=3),
    Story(FOOD, 'granted', 1, halt='document_review', weight=4),
    Story(FOOD, 'granted', 4, halt='document_review', weight=1),
    Story(FOOD, 'granted', 2, halt='site_inspection', weight=3),
    Story(FOOD, 'granted', 3, halt='site_inspection:signed'),
    Story(FOOD, 'rectify', 6, halt='rectify'),
    Story(FOOD, 'granted', 3, halt='audit', weight=3),
    Story(FOOD, 'granted', 12, halt='audit', weight=2),
    Story(FOOD, 'granted', 6, halt='decide', pauses={'audit': 2}, weight=3),
    Story(FOOD, 'granted', 7, halt='make_certificate', weight=3),
    Story(FOOD, 'granted', 8, halt='deliver', weight=3),
    Story(FOOD, 'refused', 6, halt='deliver_refusal'),
    Story(FOOD, 'granted', 5, halt='audit', act='suspend', weight=1),
    Story(FOOD, 'granted', 8, halt='decide', act='extend', pauses={'audit': 2}, weight=1),
    Story(FOOD, 'failed', 5, halt='make_certificate', weight=0),
    # 不动产转移登记, ended
    Story(ESTATE, 'granted', 30, weight=8),
    Story(ESTATE, 'free', 22, weight=4),
    Story(ESTATE, 'posted', 19),
    Story(ESTATE, 'refused', 25),
    Story(ESTATE, 'not_accepted', 14),
    Story(ESTATE, 'withdrawn', 17, halt='title_review', act='withdraw'),
    Story(ESTATE, 'unpaid', 28, halt='pay'),
    Story(ESTATE, 'late', 26, pauses={'register': 7}),
    Story(ESTATE, 'deemed', 24, pauses={'intake': 6}),
    # 不动产转移登记, open
    Story(ESTATE, 'granted', 0, halt='intake', weight=3),
    Story(ESTATE, 'granted', 1, halt='title_review', weight=3),
    Story(ESTATE, 'granted', 6, halt='title_review', weight=1),
    Story(ESTATE, 'granted', 3, halt='pay', weight=3),
    Story(ESTATE, 'granted', 4, halt='register', weight=3),
    Story(ESTATE, 'free', 9, halt='register', weight=2),
    Story(ESTATE, 'granted', 5, halt='deliver', weight=2),
    Story(ESTATE, 'refused', 4, halt='deliver_refusal', weight=1),
)
FIRST_DAY = 1 + max(story.ago for story in STORIES)
"""How many working days before the present the play begins."""
