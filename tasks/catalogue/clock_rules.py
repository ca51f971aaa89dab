"""The clocks of a case, as they follow from the limits of its catalogue entry."""

from __future__ import annotations

from tasks.catalogue.item import ItemSpec


def clock_rules(spec: ItemSpec) -> list[dict[str, str]]:
    """The case's clocks: telling once within 5 working days of receipt, promised and statutory limits from acceptance, delivery from
    the decision (行政许可法 art. 32, 42, 44; domain §6)."""
    limits = spec.limits
    wanted = (
        ('notify', 'received', 'accepted', limits.notify),
        ('promise', 'accepted', 'decided', limits.promise),
        ('statutory', 'accepted', 'decided', limits.statutory),
        ('delivery', 'decided', 'delivered', limits.delivery),
    )
    return [{'name': name, 'starts': starts, 'ends': ends, 'limit': limit} for name, starts, ends, limit in wanted if limit]
