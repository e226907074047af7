"""Promotions of calendars and of a marketing system as one: what runs, what a code opens, budgets, caps, clashes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.conformance.seed import AT, seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop, create_shop
from shopgraph.connectors.ports import MarketingPort
from shopgraph.domain import ClockKind, Discount, DiscountCode, Money, Promotion, Region, ShopMeta
from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.guards.calendars import read_calendars
from shopgraph.guards.policy import BUNDLES
from shopgraph.guards.promotions import budget_left, with_calendars
from shopgraph.shop import Shop

DAY = timedelta(days=1)
META = ShopMeta(
    id="test",
    name="Test shop",
    bundle="default",
    default_region_id="uk",
    clock=ClockKind.FIXED,
    clock_at=AT,
    created_at=AT,
)


def usd(amount: int) -> Money:
    """Cents."""
    return Money(amount=amount, currency="USD")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[EmbeddedShop]:
    """A shop with promotions of its own: `running` runs in north, `tomorrow` will."""
    with create_shop(f"sqlite:///{tmp_path / 'shop.db'}", META) as shop:
        shop.load(seed())
        yield shop


@pytest.fixture
def marketing(system: EmbeddedShop, tmp_path: Path) -> MarketingPort:
    """The same with a calendar beside it that declares `local` (with a code and a budget) and `over`."""
    folder = tmp_path / "calendars"
    folder.mkdir()
    day = AT.date()
    (folder / "north.yaml").write_text(
        f"""
region_id: north
timezone: UTC
tax: {{name: T, inclusive: true, percent: 0}}
shipping: []
returns: {{window_days: 1, restocking_fee: 0.00 USD}}
promotions:
  max_percent: 50
  min_margin_percent: 0
  code_cooldown_days: 0
  stacking: false
  planned:
    - {{id: local, name: Local, percent: 30, code: Here30, budget: 2.00 USD, from: {day - DAY}, until: {day + DAY}}}
    - {{id: over, name: Over, percent: 30, from: {day - 9 * DAY}, until: {day - DAY}}}
""",
        encoding="utf-8",
    )
    return with_calendars(system.connectors, read_calendars(folder)).marketing


def cut(amount: Money, number: int = 0) -> Dataset:
    """A discount given on `local`."""
    return Dataset(
        discounts=[
            Discount(
                id=f"local-{number}",
                order_id="ada-shipped",
                customer_id="ada",
                promotion_id="local",
                amount=amount,
                applied_at=AT,
            )
        ]
    )


async def running(marketing: MarketingPort, at: datetime = AT, region_id: str = "north") -> list[str]:
    """Ids of what runs there and then."""
    return [each.id for each in await marketing.promotions(region_id=region_id, at=at)]


async def test_what_runs_comes_from_both(marketing: MarketingPort) -> None:
    assert await running(marketing) == ["local", "running"]
    assert await running(marketing, region_id="south") == ["running-south"]
    assert await running(marketing, at=AT - 2 * DAY) == ["ends-now", "over"]


async def test_both_are_found_by_id_and_by_code(marketing: MarketingPort, system: EmbeddedShop) -> None:
    local, own = await marketing.promotion("local"), await marketing.promotion("running")
    assert local is not None
    assert own is not None
    assert (local.percent, own.percent) == (Decimal(30), Decimal("12.5"))
    assert await marketing.code(" here30 ") == DiscountCode(code="Here30", promotion_id="local")
    assert await marketing.code("SPRING12") == await system.connectors.marketing.code("Spring12")
    assert await marketing.promotion("nothing") is None
    assert await marketing.code("nothing") is None


async def test_the_rest_is_the_marketing_systems(marketing: MarketingPort, system: EmbeddedShop) -> None:
    own = system.connectors.marketing
    assert isinstance(marketing, MarketingPort)
    assert await marketing.campaigns(region_id="north", at=AT) == await own.campaigns(region_id="north", at=AT)
    assert await marketing.discounts_of("ada", since=AT - DAY) == await own.discounts_of("ada", since=AT - DAY) != ()
    assert await marketing.given("running") == await own.given("running") == (usd(3),)
    assert await marketing.granted_codes("ada", at=AT) == ()


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ([], True),
        ([usd(199)], True),
        ([usd(150), usd(50)], False),
        ([usd(200)], False),
        ([usd(201)], False),
        ([Money(amount=900, currency="GBP")], True),
        ([Money(amount=900, currency="GBP"), usd(200)], False),
    ],
)
async def test_a_promotion_runs_until_its_budget_is_given_away(
    marketing: MarketingPort, system: EmbeddedShop, given: list[Money], *, left: bool
) -> None:
    for number, amount in enumerate(given):
        system.load(cut(amount, number))
    assert ("local" in await running(marketing)) is left
    local = await marketing.promotion("local")
    assert local is not None, "it is still known, and its code says why it does not work"
    assert await budget_left(marketing, local) is left


async def test_a_budget_of_nothing_never_runs(marketing: MarketingPort) -> None:
    local = await marketing.promotion("local")
    assert local is not None
    assert not await budget_left(marketing, local.model_copy(update={"budget": usd(0)}))
    assert await budget_left(marketing, local.model_copy(update={"budget": None}))


@given(
    value=st.integers(0, 10**9),
    percent=st.decimals(0, 100, places=2),
    cap=st.none() | st.integers(0, 10**6),
    currency=st.sampled_from(["JPY", "USD", "KWD"]),
)
def test_no_promotion_takes_more_than_its_cap_or_its_share(
    value: int, percent: Decimal, cap: int | None, currency: str
) -> None:
    promotion = Promotion(
        id="p",
        name="P",
        region_ids=("north",),
        percent=percent,
        starts_at=AT,
        ends_at=AT + DAY,
        cap=None if cap is None else Money(amount=cap, currency=currency),
    )
    off = promotion.off(Money(amount=value, currency=currency))
    assert 0 <= off.amount <= value
    assert cap is None or off.amount <= cap
    share = value * percent / 100
    assert abs(off.amount - share) <= Decimal("0.5") or off.amount == cap


def test_a_cap_in_another_currency_is_no_cap() -> None:
    promotion = Promotion(
        id="p", name="P", region_ids=(), percent=Decimal(5), starts_at=AT, ends_at=AT + DAY, cap=usd(1)
    )
    with pytest.raises(InvalidInput, match="do not add up"):
        promotion.off(Money(amount=500, currency="EUR"))


# ---- Opening a shop

UK = Region(id="uk", name="UK", country="GB", currency="GBP", locale="en_GB", timezone="Europe/London")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Makes a shop of one region and a few promotions; returns its folder."""

    def make(region: Region = UK, promotions: tuple[Promotion, ...] = (), codes: tuple[str, ...] = ()) -> Path:
        rows = Dataset(
            regions=[region],
            promotions=[*promotions],
            codes=[DiscountCode(code=code, promotion_id="anything") for code in codes],
        )
        Shop.create(tmp_path / "shop", META, [rows]).close()
        return tmp_path / "shop"

    return make


def own(key: str) -> Promotion:
    """A promotion of the marketing system's."""
    return Promotion(id=key, name=key, region_ids=("uk",), percent=Decimal(5), starts_at=AT, ends_at=AT + DAY)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"region": UK.model_copy(update={"id": "atlantis"})}, ["region 'atlantis'", "calendars/atlantis.yaml"]),
        ({"region": UK.model_copy(update={"timezone": "Europe/Paris"})}, ["uk.yaml", "timezone Europe/London"]),
        ({"region": UK.model_copy(update={"currency": "EUR"})}, ["uk.yaml", "currency GBP"]),
        ({"promotions": (own("longest-day"),)}, ["de.yaml", "'longest-day'"]),
        ({"codes": ("mittsommer10",)}, ["de.yaml", "'MITTSOMMER10'"]),
    ],
)
def test_no_shop_is_made_whose_calendars_do_not_fit(
    make: Callable[..., Path], tmp_path: Path, asked: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make(**asked)
    assert [word for word in words if word not in str(caught.value)] == []
    assert not (tmp_path / "shop").exists()


def test_a_shop_whose_calendar_goes_missing_is_not_opened(make: Callable[..., Path]) -> None:
    folder = make()
    Shop.open(folder).close()
    calendar = folder / "policy" / "calendars" / "uk.yaml"
    calendar.unlink()
    with pytest.raises(ConfigurationError) as caught:
        Shop.open(folder)
    assert str(calendar) in str(caught.value)
    shutil.copy(BUNDLES / "default" / "calendars" / "uk.yaml", calendar)
    with Shop.open(folder) as shop:
        assert shop.policy.calendar("uk", AT).currency == "GBP"


async def test_an_open_shop_knows_its_calendars_promotions(make: Callable[..., Path]) -> None:
    with Shop.open(make(promotions=(own("own"),))) as shop:
        weekend = datetime(2026, 8, 28, 23, tzinfo=UTC)
        marketing = shop.services.connectors.marketing
        assert await running(marketing, region_id="uk", at=AT) == ["own"]
        assert await running(marketing, region_id="uk", at=weekend) == ["august-bank-holiday"]
        assert await running(marketing, region_id="uk", at=weekend - timedelta(microseconds=1)) == []
