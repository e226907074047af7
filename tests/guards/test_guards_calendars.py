"""Calendars by date: what is in force when by a region's own clocks, and what is refused at load, by file and line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from shopgraph.domain import Money, Region
from shopgraph.errors import ConfigurationError
from shopgraph.guards.calendars import ApprovalRules, Calendars, ShippingMethod, read_calendars
from shopgraph.guards.calendars.files import (
    CalendarFile,
    PlannedPromotion,
    PromotionSection,
    ReturnPeriod,
    ShippingPeriod,
    TaxPeriod,
)
from shopgraph.guards.policy import PolicyBundle

TAX = "tax: {name: VAT, inclusive: true, percent: 20}"
SHIPPING = "shipping: [{id: standard, name: Standard, price: 3.95 GBP, min_days: 1, max_days: 3}]"
RETURNS = "returns: {window_days: 30, restocking_fee: 0.00 GBP}"
BOUNDS = "max_percent: 25, min_margin_percent: 10, code_cooldown_days: 30, stacking: false"
TICK = timedelta(microseconds=1)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a calendar, one section a line unless it says otherwise; returns the folder."""

    def write(
        *,
        region: str = "uk",
        zone: str = "timezone: Europe/London",
        tax: str = TAX,
        shipping: str = SHIPPING,
        returns: str = RETURNS,
        planned: str = "[]",
    ) -> Path:
        promotions = f"promotions: {{{BOUNDS}, planned: {planned}}}"
        text = "\n".join([f"region_id: {region}", zone, tax, shipping, returns, promotions])
        (tmp_path / f"{region}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def promotion(more: str = "", *, key: str = "may", days: str = "from: 2026-05-01, until: 2026-06-01") -> str:
    """A promotion as a calendar has it."""
    return f"{{id: {key}, name: {key.title()}, percent: 10, {days}{more}}}"


def fault(folder: Path) -> ConfigurationError:
    """What is wrong with the calendars of a folder."""
    with pytest.raises(ConfigurationError) as caught:
        read_calendars(folder)
    return caught.value


# ---- In force


def test_a_section_without_days_is_in_force_always(write: Write) -> None:
    calendar = read_calendars(write()).of("uk")
    always, *others = (calendar.at(datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 1970, 2026, 9999))
    assert others == [always] * 3
    assert (always.tax.percent, always.returns.window_days) == (Decimal(20), 30)
    assert (always.currency, always.timezone, calendar.turns) == ("GBP", "Europe/London", ())


@pytest.mark.parametrize(
    ("zone", "turn"),
    [
        ("Asia/Tokyo", datetime(2026, 6, 30, 15, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("UTC", datetime(2026, 7, 1, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 6, 30, 10, tzinfo=UTC)),
    ],
)
def test_terms_change_at_the_regions_own_midnight(write: Write, zone: str, turn: datetime) -> None:
    old, new = (
        "{until: 2026-07-01, name: VAT, inclusive: true, percent: 20}",
        ("{from: 2026-07-01, name: VAT, inclusive: false, percent: 18, by_category: {toys: 5}}"),
    )
    for listed in (f"tax: [{old}, {new}]", f"tax: [{new}, {old}]"):
        calendar = read_calendars(write(zone=f"timezone: {zone}", tax=listed)).of("uk")
        before, after = calendar.at(turn - TICK), calendar.at(turn)
        assert (before.tax.percent, before.tax.inclusive, before.tax.rate("toys")) == (Decimal(20), True, Decimal(20))
        assert (after.tax.percent, after.tax.inclusive, after.tax.rate("toys")) == (Decimal(18), False, Decimal(5))
        assert before.shipping == after.shipping


def test_each_section_has_its_own_days(write: Write) -> None:
    folder = write(
        shipping="shipping: [{until: 2026-03-01, methods: []}, {from: 2026-03-01, methods: "
        "[{id: express, name: Express, price: 9.00 GBP, min_days: 1, max_days: 1}]}]",
        returns="returns: [{until: 2026-11-01, window_days: 30, restocking_fee: 0.00 GBP}, "
        "{from: 2026-11-01, until: 2027-01-01, window_days: 60, restocking_fee: 0.00 GBP}, "
        "{from: 2027-01-01, window_days: 14, restocking_fee: 1.00 GBP}]",
    )
    calendar = read_calendars(folder).of("uk")
    seen = [
        (len(terms.shipping), terms.returns.window_days, terms.returns.restocking_fee.amount)
        for terms in (calendar.at(datetime(*day, tzinfo=UTC)) for day in ((2026, 1, 1), (2026, 6, 1), (2026, 12, 1)))
    ]
    assert seen == [(0, 30, 0), (1, 30, 0), (1, 60, 0)]
    assert calendar.at(datetime(2027, 1, 1, tzinfo=UTC)).returns.window_days == 14
    assert len(calendar.turns) == 3


def test_the_default_bundle_lengthens_windows_over_the_holidays(default: PolicyBundle) -> None:
    midnight = datetime(2026, 11, 1, tzinfo=UTC)
    windows = [
        default.calendar("uk", at).returns.window_days
        for at in (
            midnight - TICK,
            midnight,
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
        )
    ]
    assert windows == [30, 60, 60, 30]
    new_york = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert default.calendar("us-northeast", new_york - TICK).returns.window_days == 30
    assert default.calendar("us-northeast", new_york).returns.window_days == 60


# ---- Promotions


@pytest.mark.parametrize(
    ("zone", "days", "begins", "ends"),
    [
        ("Asia/Tokyo", "from: 2026-07-01, until: 2026-07-08", "2026-06-30T15:00", "2026-07-07T15:00"),
        (
            "America/Los_Angeles",
            "from: 2026-06-05T21:00, until: 2026-06-06T03:00",
            "2026-06-06T04:00",
            "2026-06-06T10:00",
        ),
        # Twenty-three hours and twenty-five: the days on which the clocks change.
        ("America/New_York", "from: 2026-03-08, until: 2026-03-09", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("America/New_York", "from: 2026-11-01, until: 2026-11-02", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("Africa/Cairo", "from: 2026-04-24, until: 2026-04-25", "2026-04-23T22:00", "2026-04-24T21:00"),
    ],
)
def test_a_promotion_runs_by_the_regions_own_clocks(write: Write, zone: str, days: str, begins: str, ends: str) -> None:
    (found,) = read_calendars(write(zone=f"timezone: {zone}", planned=f"[{promotion(days=days)}]")).promotions
    starts_at, ends_at = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (begins, ends))
    assert (found.starts_at, found.ends_at) == (starts_at, ends_at)
    running = [found.runs(at, "uk") for at in (starts_at - TICK, starts_at, ends_at - TICK, ends_at)]
    assert running == [False, True, True, False]
    assert not found.runs(starts_at, "fr")


def test_a_promotion_says_everything_about_itself(write: Write) -> None:
    more = ", categories: [toys], audience: [vip], code: MAY10, stacking: true, cap: 20.00 GBP, budget: 500.00 GBP"
    calendars = read_calendars(write(planned=f"[{promotion(more)}]"))
    (found,), (code,) = calendars.promotions, calendars.codes
    assert (found.id, found.name, found.percent, found.region_ids) == ("may", "May", Decimal(10), ("uk",))
    assert (found.categories, found.audience, found.stackable) == (("toys",), ("vip",), True)
    assert (found.cap, found.budget) == (Money.of(20, "GBP"), Money.of(500, "GBP"))
    assert (code.code, code.promotion_id, code.is_used_up) == ("MAY10", "may", False)


# ---- What is refused

RULES = "name: VAT, inclusive: true, percent: 20"
WRONG_PERIODS = [
    (["{until: 2026-07-01, %s}", "{from: 2026-07-02, %s}"], 5, ["gap", "2026-07-01 until 2026-07-02", "lines 4 and 5"]),
    (["{from: 2026-07-02, %s}", "{until: 2026-07-01, %s}"], 4, ["gap", "lines 5 and 4"]),
    (["{until: 2026-07-02, %s}", "{from: 2026-07-01, %s}"], 5, ["overlap", "lines 4 and 5"]),
    (["{until: 2026-07-01, %s}", "{until: 2026-08-01, %s}"], 5, ["overlap", "lines 4 and 5"]),
    (["{%s}", "{from: 2026-07-01, %s}"], 5, ["overlap", "without an until"]),
    (["{from: 2026-07-01, %s}"], 4, ["gap", "before 2026-07-01", "leave out from"]),
    (["{until: 2026-07-01, %s}"], 4, ["gap", "from 2026-07-01 on", "leave out until"]),
    (
        ["{until: 2026-03-01, %s}", "{from: 2026-03-01, until: 2026-05-01, %s}", "{from: 2026-04-01, %s}"],
        6,
        ["overlap", "lines 5 and 6"],
    ),
    (["{until: 2026-03-01, %s}", "{from: 2026-03-01, until: 2026-03-01, %s}"], 5, ["before it begins"]),
    (["{until: 20260301, %s}", "{from: 2026-03-01, %s}"], 4, ["2026-11-27"]),
    (["{until: '20260301', %s}", "{from: 2026-03-01, %s}"], 4, ["2026-11-27"]),
    (["{until: 2026-02-30, %s}", "{from: 2026-03-01, %s}"], 4, ["until"]),
]


@pytest.mark.parametrize(("periods", "line", "words"), WRONG_PERIODS)
def test_a_gap_or_an_overlap_is_named_with_its_lines(
    write: Write, periods: list[str], line: int, words: list[str]
) -> None:
    rules = "".join(f"\n  - {period % RULES}" for period in periods)
    found = fault(write(tax=f"tax:{rules}"))
    assert found.fields["line"] == line
    assert f"uk.yaml, line {line}: tax" in found.message
    assert [word for word in words if word not in found.message] == []


@pytest.mark.parametrize(
    ("sections", "line", "words"),
    [
        (
            {"returns": RETURNS.replace("window_days", "windowdays")},
            5,
            "returns.windowdays: there is no such key; window_days",
        ),
        ({"returns": RETURNS.replace("returns", "return")}, 5, "return: there is no such key; returns"),
        (
            {"shipping": SHIPPING.replace("min_days", "minimum_days")},
            4,
            "shipping.0.minimum_days: there is no such key; min_days",
        ),
        ({"tax": TAX.replace("percent", "colour")}, 3, "tax.colour: there is no such key."),
        (
            {"planned": f"[{promotion(', categorys: [toys]')}]"},
            6,
            "planned.0.categorys: there is no such key; categories",
        ),
        ({"zone": "timezone: Europe/Londn"}, 2, "Europe/London is one"),
        ({"zone": "timezone: ../../etc"}, 2, "is no time zone"),
        ({"zone": "# none"}, 1, "timezone: Field required"),
        ({"shipping": SHIPPING.replace("GBP", "USD")}, 4, "one currency"),
        ({"returns": RETURNS.replace("0.00 GBP", "-1.00 GBP")}, 5, "less than nothing"),
        ({"planned": f"[{promotion(', cap: 5.00 USD')}]"}, 6, "one currency"),
        ({"planned": f"[{promotion(', cap: -5.00 GBP')}]"}, 6, "less than nothing"),
        ({"planned": f"[{promotion(', code: MAY 10')}]"}, 6, "code"),
        (
            {"planned": f"[{promotion().replace('percent: 10', 'percent: 26')}]"},
            6,
            "26 percent off, and max_percent is 25",
        ),
        ({"planned": f"[{promotion(days='from: 2026-05-02, until: 2026-05-02')}]"}, 6, "before it begins"),
        ({"planned": f"[{promotion(days='from: 2026-05-02T00:00Z, until: 2026-06-02')}]"}, 6, "timezone"),
        ({"region": "uk", "tax": "tax: []"}, 3, "at least 1"),
        ({"planned": f"[{promotion(days='from: 0001-01-01, until: 2026-06-01')}]"}, 6, "from 1900 to 9000"),
        ({"tax": "tax: [{until: 9999-12-31, name: V, inclusive: true, percent: 1}]"}, 3, "from 1900 to 9000"),
        ({"planned": f"[{promotion(days='from: 2026-03-29T01:10, until: 2026-03-29T01:50')}]"}, 6, "may never runs"),
    ],
)
def test_a_mistake_is_named_by_line_and_key(write: Write, sections: dict[str, str], line: int, words: str) -> None:
    found = fault(write(**sections))
    assert (found.fields["file"], found.fields["line"]) == (str(write() / "uk.yaml"), line)
    assert words in found.message


def test_the_file_is_named_as_its_region(write: Write) -> None:
    folder = write(region="uk")
    (folder / "uk.yaml").rename(folder / "gb.yaml")
    assert "name the file uk.yaml" in fault(folder).message


def test_every_mistake_is_told_not_only_the_first(write: Write) -> None:
    found = fault(write(tax="tax: [{from: 2026-01-01, until: 2026-02-01, name: V, inclusive: true, percent: 1}]"))
    assert [problem.fields["line"] for problem in (found, *found.fields["also"])] == [3, 3]
    assert "on; leave out until" in found.fields["also"][0].message


OTHER = "from: 2026-05-31, until: 2026-06-30"
CLASHES = [
    ("", "", OTHER, True),
    (", categories: [toys, home]", ", categories: [home]", OTHER, True),
    (", categories: [toys]", "", OTHER, True),
    (", audience: [vip, new]", ", audience: [vip]", OTHER, True),
    (", audience: [vip]", "", OTHER, True),
    (", code: ONE", ", code: TWO", OTHER, True),
    (", stacking: true", "", OTHER, False),
    (", categories: [toys]", ", categories: [home]", OTHER, False),
    (", audience: [vip]", ", audience: [new]", OTHER, False),
    ("", "", "from: 2026-06-01, until: 2026-06-30", False),
    ("", "", "from: 2026-05-31T23:59:59, until: 2026-06-30", True),
    ("", "", "from: 2026-01-01, until: 2027-01-01", True),
    ("", "", "from: 2026-04-01, until: 2026-05-01", False),
]


@pytest.mark.parametrize(("one", "two", "days", "clash"), CLASHES)
def test_promotions_that_do_not_stack_may_not_meet(write: Write, one: str, two: str, days: str, clash: bool) -> None:
    folder = write(planned=f"[\n  {promotion(one)},\n  {promotion(two, key='june', days=days)}]")
    if not clash:
        assert [found.id for found in read_calendars(folder).promotions] == ["may", "june"]
        return
    found = fault(folder)
    assert found.fields["line"] == 8
    assert "may (line 7) and june (line 8) overlap" in found.message


def test_promotions_on_both_sides_of_a_changing_clock_do_not_meet(write: Write) -> None:
    """Until 01:30 and from 01:30 of the night in which 01:30 comes twice, or (02:30) not at all."""
    for zone, night in (("America/New_York", "2026-11-01T01:30"), ("America/New_York", "2026-03-08T02:30")):
        one = promotion(days=f"from: 2026-03-01, until: {night}")
        two = promotion(key="june", days=f"from: {night}, until: 2026-12-01")
        first, second = read_calendars(write(zone=f"timezone: {zone}", planned=f"[{one}, {two}]")).promotions
        assert first.ends_at == second.starts_at


@pytest.mark.parametrize(
    ("mine", "theirs", "what"),
    [
        (promotion(), promotion(), "id may"),
        (promotion(", code: May10"), promotion(", code: MAY10", key="x"), "code may10"),
    ],
)
def test_ids_and_codes_are_one_of_a_kind_in_all_regions(write: Write, mine: str, theirs: str, what: str) -> None:
    write(region="fr", planned=f"[{mine}]")
    folder = write(region="uk", planned=f"[{theirs}]")
    found = fault(folder)
    assert f"{folder / 'uk.yaml'}, line 6: the {what} is taken: {folder / 'fr.yaml'}, line 6" in found.message


# ---- A shop's regions

UK = Region(id="uk", name="UK", country="GB", currency="GBP", locale="en_GB", timezone="Europe/London")


@pytest.fixture
def calendars(write: Write) -> Calendars:
    """The calendars of one region."""
    return read_calendars(write())


def test_a_shops_regions_have_calendars_of_their_own(calendars: Calendars) -> None:
    calendars.require([UK])
    wrong = [({"id": "fr"}, "fr.yaml"), ({"timezone": "Europe/Paris"}, "timezone"), ({"currency": "EUR"}, "currency")]
    for changed, word in wrong:
        with pytest.raises(ConfigurationError) as caught:
            calendars.require([UK, UK.model_copy(update=changed)])
        assert word in str(caught.value)
        assert caught.value.fields["region"] == changed.get("id", "uk")
        assert str(caught.value.fields["file"]).endswith(".yaml")


def test_a_name_that_is_taken_elsewhere_is_refused(write: Write) -> None:
    calendars = read_calendars(write(planned=f"[{promotion(', code: MAY10')}]"))
    calendars.refuse_taken(["june"])
    for name in ("may", "may10"):
        with pytest.raises(ConfigurationError, match=r"uk\.yaml declares") as caught:
            calendars.refuse_taken([name])
        assert str(caught.value.fields["name"]).casefold() == name


# ---- What the documentation says

DOCUMENT = Path(__file__).parents[2] / "docs" / "calendars.md"


def test_the_documented_file_loads(tmp_path: Path) -> None:
    example = DOCUMENT.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "uk.yaml").write_text(example, encoding="utf-8")
    calendar = read_calendars(tmp_path).of("uk")
    assert len(calendar.turns) == 3
    assert [found.id for found in calendar.promotions] == ["august-bank-holiday", "night-of-the-members"]


def test_every_key_is_documented() -> None:
    models: list[type[BaseModel]] = [CalendarFile, TaxPeriod, ShippingPeriod, ShippingMethod, ReturnPeriod]
    models += [PromotionSection, PlannedPromotion, ApprovalRules]
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    text = DOCUMENT.read_text(encoding="utf-8")
    assert sorted(key for key in keys if f"`{key}`" not in text) == []
