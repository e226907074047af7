"""How a product sells here, in sentences: whether it is a trend, and what it is often bought together with."""

from __future__ import annotations

import re

from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.selling import TREND_DAYS, trend_text
from shopgraph.tools.views import PopularityView

_OFTEN = 3
"""Orders from which on something is often bought with something."""
ASKED = re.compile(
    r"\b(?:trend\w*|popular\w*|best.?sell\w*|in fashion|hot right now|beliebt\w*|angesagt\w*|gefragt|populaires?"
    r"|tendances?|à la mode|meilleures? ventes?|tendencias?|de moda|más vendid\w*)\b",
    re.I,
)
"""Whether something is popular, or what is, in English, German, French and Spanish."""


def popularity_sentences(popularity: PopularityView, *, asked: bool, speaker: Speaker) -> list[str]:
    """That it is a trend, and what it is often bought together with; each with its count.

    Args:
        asked: it was asked for; then what is no trend is counted, too.
    """
    said = []
    if popularity.trend:
        trend = trend_text(popularity.recent_orders, popularity.earlier_orders, popularity.region, speaker)
        said.append(speaker.say("popular.trend", trend=trend))
    elif asked:
        said.append(_counted(popularity.recent_orders, speaker))
    often = [each for each in popularity.partners if each.orders >= _OFTEN]
    if often:
        key = "popular.partner.yours" if often[0].owned else "popular.partner"
        said.append(speaker.say(key, count=often[0].orders, title=often[0].title))
    return said


def _counted(orders: int, speaker: Speaker) -> str:
    days = speaker.number(TREND_DAYS)
    if not orders:
        return speaker.say("popular.none", days=days)
    return speaker.say("popular.bought", bought=speaker.say("recommend.popular", count=orders, days=days))
