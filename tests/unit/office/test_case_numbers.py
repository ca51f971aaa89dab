"""Case numbers are typed by citizens: a slip of one digit or a swap of two neighbours never names another case."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from engine.core.errors import Rejection
from tasks.all_tables import metadata
from tasks.cases import numbers

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
serials = st.integers(min_value=1, max_value=numbers.MAX_SERIAL)
regions = st.from_regex(r'\A[1-9][0-9]{5}\Z')


def test_damms_published_example() -> None:
    assert numbers.check_digit('572') == '4'
    assert numbers.check_digit('5724') == '0'


@given(regions, days, serials)
def test_a_drawn_number_verifies_and_says_where_and_when(region: str, day: date, serial: int) -> None:
    case_no = numbers.compose(region, day, serial)
    assert len(case_no) == 21
    assert case_no.startswith(f'{region}{day:%Y%m%d}')
    assert numbers.verify(case_no)


@given(regions, days, serials, st.integers(0, 20), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(region: str, day: date, serial: int, place: int, shift: int) -> None:
    case_no = numbers.compose(region, day, serial)
    wrong = case_no[:place] + str((int(case_no[place]) + shift) % 10) + case_no[place + 1 :]
    assert not numbers.verify(wrong)


@given(regions, days, serials, st.integers(0, 19))
def test_every_swap_of_neighbours_is_caught(region: str, day: date, serial: int, place: int) -> None:
    case_no = numbers.compose(region, day, serial)
    assume(case_no[place] != case_no[place + 1])
    assert not numbers.verify(case_no[:place] + case_no[place + 1] + case_no[place] + case_no[place + 2 :])


@pytest.mark.parametrize('text', ['', '44', 'x' * 21, '４４０３０３２０２６０８０３００００００１８', '440303202613010000018'])
def test_other_texts_are_not_case_numbers(text: str) -> None:
    assert not numbers.verify(text)


def test_serials_start_at_one_every_day_and_region() -> None:
    engine = create_engine('sqlite://')
    metadata.create_all(engine)
    with engine.begin() as connection:
        first = numbers.next_case_no(connection, '440399', date(2026, 8, 3), datetime(2026, 8, 3, 9, tzinfo=UTC))
        second = numbers.next_case_no(connection, '440399', date(2026, 8, 3), datetime(2026, 8, 3, 9, tzinfo=UTC))
        tomorrow = numbers.next_case_no(connection, '440399', date(2026, 8, 4), datetime(2026, 8, 4, 9, tzinfo=UTC))
        document = numbers.next_document_no(connection, '清政服', 2026)
    engine.dispose()
    assert (first[14:20], second[14:20], tomorrow[14:20]) == ('000001', '000002', '000001')
    assert document == '清政服〔2026〕第000001号'


def test_the_millionth_case_of_a_day_is_refused() -> None:
    with pytest.raises(Rejection, match='serial'):
        numbers.compose('440399', date(2026, 8, 3), 1_000_000)
