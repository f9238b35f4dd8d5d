"""A date in words is read as the day that it names, in every language, or not at all."""

from datetime import date
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from cleaners.dates import month_of, read_date

ROWS = [row.split("\t") for row in files("cleaners").joinpath("data", "dates.txt").read_text("utf-8").splitlines()]
NAMES = [(month, name) for row in ROWS for month in range(1, 13) for name in row[month + 1].split()]


@given(
    named=st.sampled_from(NAMES),
    day=st.integers(1, 28),
    year=st.integers(1900, 2099),
    form=st.sampled_from(
        ["{day} {name} {year}", "{day}. {name} {year} 10:12", "{year}. {name} {day}.", "{name} {day}, {year}"]
    ),
)
def test_no_date_is_read_as_another(named, day, year, form):
    month, name = named
    dated = read_date(form.format(day=day, name=name, year=year))
    if dated is None:
        assert len(month_of(name)) > 1
    else:
        assert dated.moment[:10] == date(year, month, day).isoformat()


@given(st.lists(st.sampled_from([*(name for _, name in NAMES), "4", "31", "2025", "10:12", "04.03.2025", ".", "/"])))
def test_a_line_of_words_that_dates_have_is_read_once_or_not_at_all(parts):
    dated = read_date(" ".join(parts))
    assert dated is None or date.fromisoformat(dated.moment[:10])
