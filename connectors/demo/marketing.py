"""Promotions, codes and campaigns: every market has its own, from one local midnight to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from shopgraph.connectors.demo.markets import MARKETS, Market
from shopgraph.domain import Campaign, DiscountCode, Promotion

_SUFFIX = {
    "us-northeast": "NE",
    "us-south": "SO",
    "us-midwest": "MW",
    "us-west": "WE",
    "uk": "UK",
    "de": "DE",
    "fr": "FR",
    "jp": "JP",
    "kw": "KW",
}


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """A promotion as head office plans it: days count from the market's own date of today."""

    key: str
    name: str
    percent: int
    categories: tuple[str, ...] = ()
    first_day: int
    last_day: int
    """The last day on which it runs."""
    audience: tuple[str, ...] = ()
    code: str = ""
    """What is typed, before the market's two letters; empty: it needs no code."""
    headline: str = ""
    """What a campaign says about it; empty for none."""


_PLANS = (
    _Plan(key="spring", name="Open House Days", percent=10, first_day=-410, last_day=-396, code="HELLO10"),
    _Plan(key="garden", name="Garden Weeks", percent=15, categories=("outdoor",), first_day=-300, last_day=-280),
    _Plan(key="members", name="Members' Week", percent=10, first_day=-205, last_day=-195, code="MEMBER10"),
    _Plan(
        key="kitchen",
        name="Kitchen Table",
        percent=15,
        categories=("kitchen", "home"),
        first_day=-120,
        last_day=-100,
    ),
    _Plan(key="thanks", name="Thank-You Days", percent=5, first_day=-60, last_day=-46, code="THANKS5"),
    _Plan(key="trail", name="Trail Week", percent=10, first_day=-16, last_day=-9, code="TRAIL10"),
    _Plan(
        key="layers",
        name="Layers",
        percent=15,
        categories=("shirts", "dresses"),
        first_day=-5,
        last_day=8,
        headline="Shirts and dresses for whatever the weather decides: 15% off",
    ),
    _Plan(
        key="welcome",
        name="Welcome",
        percent=15,
        first_day=-3,
        last_day=20,
        code="WELCOME15",
        headline="New here? 15% off your basket with a welcome code",
    ),
    _Plan(
        key="circle",
        name="Inner Circle",
        percent=20,
        categories=("home", "beauty"),
        first_day=-1,
        last_day=5,
        audience=("vip",),
        code="CIRCLE20",
        headline="For our most faithful customers: 20% off home and beauty",
    ),
    _Plan(
        key="home",
        name="Home Weeks",
        percent=20,
        categories=("home", "kitchen"),
        first_day=3,
        last_day=16,
        headline="From next week: home and kitchen at 20% off",
    ),
)


@dataclass(kw_only=True)
class Marketing:
    """All promotions of the chain, with the codes that open them."""

    promotions: list[Promotion] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    """Code by promotion id."""
    by_region: dict[str, list[Promotion]] = field(default_factory=dict)

    def running(self, region_id: str, at: datetime) -> list[Promotion]:
        """What ran there and then, for everybody."""
        return [
            promotion
            for promotion in self.by_region[region_id]
            if promotion.starts_at <= at < promotion.ends_at and not promotion.audience
        ]

    def automatic(self, region_id: str, at: datetime) -> Promotion | None:
        """What ran there and then without a code, if anything did."""
        return next((promotion for promotion in self.running(region_id, at) if promotion.id not in self.codes), None)

    def redeemable(self, used: dict[str, int]) -> list[DiscountCode]:
        """The codes as they stand after having been `used` that often."""
        return [
            DiscountCode(
                code=code,
                promotion_id=promotion_id,
                usage_limit=500_000 if code.startswith("WELCOME") else None,
                used=used.get(code, 0),
            )
            for promotion_id, code in sorted(self.codes.items(), key=lambda item: item[1])
        ]


def plan_marketing(at: datetime) -> Marketing:
    """What runs, ran and will run around `at`, in every market by its own calendar."""
    marketing = Marketing()
    for market in MARKETS:
        marketing.by_region[market.id] = [_schedule(marketing, market, plan, at) for plan in _PLANS]
    return marketing


def promotion_id(key: str, region_id: str) -> str:
    """The id of a market's promotion."""
    return f"promo_{key}_{region_id}"


def code_for(code: str, region_id: str) -> str:
    """A code as it is typed in a market; the plain WELCOME15 is the American West's."""
    return code if (code, region_id) == ("WELCOME15", "us-west") else f"{code}{_SUFFIX[region_id]}"


def _schedule(marketing: Marketing, market: Market, plan: _Plan, at: datetime) -> Promotion:
    today = at.astimezone(market.zone).date()
    promotion = Promotion(
        id=promotion_id(plan.key, market.id),
        name=plan.name,
        region_ids=(market.id,),
        categories=plan.categories,
        percent=Decimal(plan.percent),
        audience=plan.audience,
        starts_at=_midnight(today + timedelta(days=plan.first_day), market.zone),
        ends_at=_midnight(today + timedelta(days=plan.last_day + 1), market.zone),
    )
    marketing.promotions.append(promotion)
    if plan.code:
        marketing.codes[promotion.id] = code_for(plan.code, market.id)
    if plan.headline:
        marketing.campaigns.append(
            Campaign(
                id=f"cmp_{plan.key}_{market.id}",
                name=plan.name,
                headline=plan.headline,
                promotion_id=promotion.id,
                region_ids=(market.id,),
                segments=plan.audience,
                starts_at=min(promotion.starts_at, _midnight(today - timedelta(days=1), market.zone)),
                ends_at=promotion.ends_at,
            )
        )
    return promotion


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
