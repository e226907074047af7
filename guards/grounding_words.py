"""Words by which a claim turns against its source: opposites, and words that belittle, limit or deny."""

from __future__ import annotations

from collections.abc import Mapping

_OPPOSITES = """
increase decrease; increase decline; increase reduce; increase drop; increase fall; rise fall; rise drop
rise decline; grow shrink; grow decline; growth decline; growth decrease; raise lower; raise reduce
higher lower; high low; strong weak; stronger weaker; improve worsen; improve deteriorate
improvement deterioration; gain loss; profit loss; positive negative; expand contract; expand shrink
accelerate decelerate; accelerate slow; faster slower; fast slow; more less; more fewer; many few; most least
major minor; large small; larger smaller; big small; significant insignificant; significant minor
significant slight; significant negligible; substantial negligible; substantial small; fully partially
fully partly; completely partially; exceed miss; above below; beat miss; best worst; better worse; good bad
well poorly; success failure; successful unsuccessful; easy difficult; easy hard; easily hardly
simple complex; simplify complicate; efficient inefficient; efficiency inefficiency; effective ineffective
streamline complicate; enhance diminish; enhance hinder; boost hinder; boost hamper; optimize worsen
save waste; save spend; cheap expensive; affordable expensive; affordable overpriced; free paid; new old
new existing; new outdated; modern outdated; latest oldest; advanced basic; innovative traditional
innovative outdated; next-generation outdated; reliable unreliable; secure insecure; safe unsafe
flexible rigid; flexible inflexible; custom generic; customizable generic; customized generic
tailored generic; personalized generic; personal impersonal; comprehensive limited; comprehensive incomplete
unlimited limited; exclusive general; special ordinary; unique common; unique generic; perfect imperfect
perfect unsuitable; ideal unsuitable; suitable unsuitable; early late; first last; before after; start end
begin end; open close; accept reject; accept decline; include exclude; including excluding; allow prevent
allow forbid; enable prevent; enable disable; help hinder; help hamper; support oppose; agree disagree
agree refuse; approve reject; encourage discourage; recommend discourage; invite forbid; offer refuse
offer withhold; offer request; provide withhold; buy sell; customer competitor; always never; all none
always sometimes; every no; with without; internal external; minimum maximum; minimize maximize
national international; domestic foreign; domestic international; local global; public private
online offline; short long; shorter longer; temporary permanent; monthly yearly; monthly annual
annual monthly; annual quarterly; weekly monthly; quarterly annual; optimistic pessimistic
confident doubtful; confident uncertain; certain uncertain; clear unclear; stable unstable; stable volatile
volatile stable; expected unexpected; likely unlikely; possible impossible; necessary unnecessary
happy unhappy; satisfied dissatisfied; interested uninterested; available unavailable; active inactive
complete incomplete; future past; upcoming previous; next previous; current former; present absent
increased decreased; rose fell; grew fell; grew shrank; grew declined; raised lowered; record average
favorable unfavorable; favourable unfavourable; headwind tailwind; surplus deficit; demand supply
income expense; ahead behind; outperform underperform; inflow outflow; overweight underweight
resilient fragile; robust weak; solid weak; top-of-the-line low-end; seamless clumsy; discount surcharge
user-friendly complicated
double halve; doubled halved; upgrade downgrade; bullish bearish; narrow widen; narrow wide; narrower wider
narrowed widened; tighten loosen; heavy light; thrilled upset; thrilled reluctant; excited reluctant; excited hesitant
proud ashamed; delighted disappointed; eager hesitant; eager reluctant; skilled unskilled; experienced inexperienced
transparent opaque; quick slow; quickly slowly; immediate delayed; immediately eventually; frequent rare
frequently rarely; often rarely; usually rarely; majority minority; full empty; full partial; total partial
direct indirect; mandatory optional; required optional; voluntary mandatory; automatic manual; automated manual
wireless wired; digital analog; durable fragile; durable flimsy; sustainable unsustainable; natural artificial
organic synthetic; healthy unhealthy; certified uncertified; buyer seller; lender borrower; import export
imports exports; inbound outbound; upward downward; upside downside; recovery recession; growth recession
inflation deflation; organic inorganic; gross net; revenue expense; revenues expenses; asset liability
assets liabilities; acquire sell; acquired sold; acquisition divestiture; purchase sale; merge split
launch discontinue; launched discontinued; hire fire; hiring layoffs; invest divest; reaffirm withdraw
reaffirmed withdrew; maintain abandon; outpace trail; outpaced trailed; favorable adverse; favourable adverse
tailwinds headwinds; strengthen weaken; strengthened weakened; accelerated slowed; exceeded missed
improved worsened; expanded contracted; gained lost; morning evening; north south; east west; northern southern
eastern western; male female; men women; win lose; won lost; winner loser; victory defeat; ally enemy
borrow lend; teach learn; arrive depart; enter leave; push pull; construct demolish; create destroy
created destroyed; protect endanger; protected exposed; trust distrust; love hate; loved hated; praise criticize
praised criticized; welcome reject; welcomed rejected; confirm deny; confirmed denied; remember forget
answer ignore; ceiling floor; upper lower; inner outer; dry wet; hot cold; warm cool; loud quiet; bright dark
"""
_TURNING = """
only merely limited lack lacks lacking lacked without not no never none neither nor cannot can't don't doesn't
didn't isn't aren't wasn't weren't won't wouldn't hasn't haven't hadn't unable fail fails failed refuse
refuses refused unfortunately hardly unreliable overpriced expensive mediocre outdated inefficient ineffective
unsuitable unsatisfactory poor poorly worse worst bad suboptimal inferior inadequate insufficient useless
worthless boring dull unnecessary mandatory complicated cumbersome risky unsafe insecure harmful negligible
insignificant minor partially partly barely slightly doubtful uncertain unlikely skeptical disappointed
disappointing unhappy dissatisfied worsen worsens worsened deteriorate deteriorated shrink shrank loses lost
losses ignore ignores ignoring guarantee guarantees guaranteed revolutionary unprecedented award-winning
world-class unlike complain complains complained discourage discourages prevent prevents exclude excludes
excluding waste
"""

OPPOSITES: Mapping[str, frozenset[str]] = {
    word: frozenset(
        other
        for line in _OPPOSITES.replace("\n", ";").split(";")
        if word in (pair := line.split())
        for other in pair
        if other != word
    )
    for word in _OPPOSITES.replace(";", " ").split()
}
"""Each word's opposites."""
TURNING: frozenset[str] = frozenset(_TURNING.split())
"""Words that turn a claim when the source has them nowhere."""
