"""What may stand in a JSON column, and one text of it for the hashes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import Rejection
from engine.core.values import canonical, column_text, instant_text, plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_plain_data_stays_as_it_is_and_has_one_text(value: object) -> None:
    assert plain(value) == value
    assert canonical(json.loads(json.dumps(value))) == canonical(plain(value))


@given(JSON)
def test_texts_are_those_of_the_standard_encoder(value: object) -> None:
    """P-12: hashes of old histories and entries must fit, whatever makes the text."""
    assert canonical(value) == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(',', ':'))
    assert column_text(value) == json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize('value', [float('nan'), [float('inf')], {'a': -float('inf')}])
def test_what_is_no_number_has_no_text(value: object) -> None:
    """P-12: neither text says NaN, which no other reader of JSON takes."""
    for text_of in (canonical, column_text):
        with pytest.raises(ValueError, match='JSON'):
            text_of(value)


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        (Decimal('3'), 3),
        (Decimal('12.50'), 12.5),
        (Decimal('0.1234567890123456789'), '0.1234567890123456789'),
        (Decimal('123456789012345678901'), '123456789012345678901'),
        (date(2026, 3, 2), '2026-03-02'),
        (time(9, 30), '09:30:00'),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), '2026-03-02T09:00:00+00:00'),
        (timedelta(hours=1), 'PT3600S'),
        ((1, 2), [1, 2]),
        (MappingProxyType({'a': Decimal(1)}), {'a': 1}),
        ({1: 'x'}, {'1': 'x'}),
    ],
)
def test_other_values_become_plain(value: object, expected: object) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize('value', [float('nan'), float('inf'), Decimal('NaN'), '\ud800', object(), lambda: 1, [object()]])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(Rejection):
        plain(value)


def test_bottomless_data_is_refused() -> None:
    nested: list[object] = []
    nested.append(nested)
    with pytest.raises(Rejection, match='nested'):
        plain(nested)


def test_one_instant_has_one_text() -> None:
    beijing = datetime.fromisoformat('2026-03-02T09:00:00+08:00')
    assert instant_text(beijing) == instant_text(beijing.astimezone(UTC)) == '2026-03-02T01:00:00.000000+00:00'
