"""Stock: in stock, sold out and "only two left" agree with the stock of what is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.customer import is_quoted
from shopgraph.guards.checks.known import Known, known, variants_meant
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.stock_put import quite, said_gone, said_there
from shopgraph.guards.checks.stock_tables import find_wrong_cells
from shopgraph.guards.checks.stock_words import EXACTLY, FEW, JUST_SO, JUST_SO_MANY, NEARLY_SO, ON_SHELF, SHELVES
from shopgraph.guards.checks.subjects import Manner, subjects
from shopgraph.guards.checks.text import Cue, Sentence, about, is_label, sentences, whole_words
from shopgraph.guards.checks.topics import exact, topic
from shopgraph.guards.facts import Facts, ProductFact

_TOPICS = topic(
    "few wenige quelques pocos pocas almost have got them haben tenemos avons only just solo queda quedan "
    "bestand agotado agotada ready prêt prête plenty lots loads tons dozens hundreds massenhaft jede "
    "versandbereit stoc avai sold unav left rema lage lief ausv verf épui disp rest stüc vorr last noch plus "
    "ruptu"
) | exact(whole_words(f"{SHELVES} {EXACTLY}"))
_IN = re.compile(
    r"\b(?P<not>not |no longer |never |nicht (?:mehr )?|plus |pas |nicht )?(?:currently |still "
    r"|fully |immediately |sofort |noch )?"
    r"(?P<phrase>(?<!out of )(?<!back )in stock|available now|available|auf lager|vorrätig|lieferbar"
    r"|verfügbar|en stock|disponibles?|(?<!getting )ready to ship|prêt(?:e|s|es)? à (?:partir|être expédié\w*)"
    r"|versandbereit)\b"
    r"(?! (?:at |from |in (?:sizes?|colou?rs?)|to |for (?:pick|coll)|as (?:soon|long|a)\b))"
)
_OUT = re.compile(
    r"\b(?P<phrase>out of stock|sold out|unavailable|ausverkauft|vergriffen"
    r"|nicht (?:mehr )?(?:auf lager|lieferbar|verfügbar|vorrätig)|épuisée?s?"
    r"|en rupture(?: de stock)?|no longer available|not (?:currently )?(?:in stock|available)"
    r"|plus disponibles?|all gone|agotad[oa]s?)\b"
)
_LEFT = re.compile(
    r"(?P<number>\d(?<!\d\d)\d{0,23}+)"  # begins with a set: fast to find; `_left` looks at what stands before
    r"(?: (?:more |weitere )?(?:pieces?|units?|pairs?|items?|copies|of (?:them|these|those)|stück"
    r"|paare?|exemplare?|pièces?|exemplaires?|paires?|articles?))?"
    r"(?: are| is| remain| sind| ist| sont)?(?: still| currently| now| noch| derzeit| encore)?"
    r" (?:left|in stock|available|remaining|remain|auf lager|verfügbar|übrig|vorrätig|en stock"
    r"|disponibles?|restants?)\b"
)
_LEFT_AFTER = Cue(
    "only just nur noch il we stock there haben bestand",
    r"(?P<phrase>\b(?:only|just|nur noch|noch|il (?:ne )?(?:nous )?(?:en )?reste(?: plus)?(?: que)?"
    r"|we have|we(?:'ve| have) got|stock(?: level)?(?: is|:)|there are|haben|bestand:?)) "
    rf"(?:only |just |nur |still |noch |{JUST_SO})?(?P<number>0{{0,20}}\d{{1,4}})"
    r"(?= (?:left|in stock|of (?:them|these|those|the|our|it|this)|units?|pieces?|pairs?|stück|paare?"
    r"|pièces?|exemplaires?|paires?|auf lager|available|copies)|[.!,;]?$| und\b| and\b)",
)
_COLON = Cue(
    "stock lager bestand disponible disponibles left",
    r"\b(?:in stock|stock|auf lager|en stock|bestand|disponibles?)\s?[:=]\s?(?P<number>0{0,20}\d{1,4})\b",
)
_ONLY = Cue(
    "only just noch nur plus",
    r"\b(?:only|just|nur noch|plus que) (?P<number>0{0,20}\d{1,4})\b(?=[^.!?]{0,45}"
    r"\b(?:left|remaining|in stock|available|copies|copy|übrig|da|verfügbar|lieferbar|vorrätig|auf lager"
    r"|exemplaires?|pièces?"
    r"|paires?|stück|disponibles?|en stock)\b)",
)
_NAMED_LEFT = Cue(
    "left übrig remaining", r"(?P<number>\d(?<!\d\d)\d{0,23}+)(?: [^\W\d_]{2,14}){1,3} (?:left|übrig|remaining)\b"
)
_STAYS = Cue(
    "reste solo queda quedan",
    r"\b(?:il ne reste (?:plus )?que|(?:solo |sólo )?(?:nos )?quedan?(?: solo)?) (?:exactamente |precisamente |justo )?"
    r"(?P<number>0{0,20}\d{1,4})\b",
)
_RESTE = re.compile(
    r"\bil (?:n['’]en |ne |en |nous en )?reste (?:plus )?(?:que |qu['’])?(?:encore |exactement |précisément )?"
    r"(?P<number>0{0,20}\d{1,4})\b"
)
_GLUED = frozenset("0123456789.,#$€£-")
"""Before a number they make it part of something else."""
_LAST = re.compile(
    r"\b(?:the |our |das |le |la )?(?:very )?(?:last one|letzte stück|dernière? (?:pièce|exemplaire))\b"
    r"|\bplus qu['’]une?\b|\bne reste qu['’]une?\b|\bnur noch ein(?:e[nrms]?)?\b|\b(?:solo|sólo) (?:nos )?queda una?\b"
    r"|\bqueda (?:solo |sólo )?una?\b"
)
_OUT_TOPIC = topic(
    "agotado agotada out sold unavailable ausverkauft vergriffen nicht épuisé épuisée rupture longer no not plus gone"
)
_AVAILABLE = topic("available")
_RESTE_TOPIC = topic("reste")
_IN_TOPIC = topic("ready prêt prête versandbereit stock available lager vorrätig lieferbar verfügbar disponible")
_LAST_TOPIC = topic("last letzte dernier dernière plus reste noch solo sólo queda")
_MANY_TOPIC = topic("plenty lots hundreds dozens loads tons massenhaft jede")
_MANY = re.compile(
    r"\b(?:plenty|lots|hundreds|dozens|loads|massenhaft|jede menge)\b"
    r"(?=[^.!?]{0,30}\b(?:left|in stock|available|of (?:them|those|these|it)\b|auf lager|da\b))|\b(?:have"
    r"|are) (?:plenty|lots)(?: left)?\b(?! of)"
)
_QUESTION = re.compile(
    r"\b(?:if|when|once|whether|as soon as|again|until|unless|sobald|wenn|ob|wieder|bis|si|quand"
    r"|dès que|lorsque|de nouveau|notif\w+|back in stock)\b"
)
_QUESTION_TOPIC = topic(
    "if when once whether as again until unless sobald wenn ob wieder bis si quand dès lorsque de notify notified back"
)
_REVERSED = re.compile(
    r"\b(?:but|aber|mais|pero)\s(?:unfortunately |sadly |leider |malheureusement |desafortunadamente )?(?:(?:it"
    r"|they|that|this"
    r"|das|es|er|sie|sind|ist|ce|il|elle|ils|elles) )?(?:isn['’]t|aren['’]t|is not|are not|(?:ist"
    r"|sind)(?: \w+)? nicht|(?:it|er|sie|es)"
    r" nicht|nicht|n['’]est pas(?: le cas)?|ne l['’]est pas|ne le sont pas|no lo est[áa]n?|no es así)\b"
    r"|\bwish (?:i|we) could\b|\bi['’]d love to (?:say|tell)\b"
)
"""What is said is taken back in the same sentence."""
_NOT_STOCK = re.compile(
    r"\b(?:colou?rs?|sizes?|code|discount|offer|promotion|refund|delivery|shipping|options?|days?"
    r"|support|payment|tage|help)\b[^.]{0,30}\bavailable\b|\bavailable (?:payment|methods?|options?)"
    r"|\bhappy|\bmade available"
)
_STRANGER = re.compile(
    r"\b(?:[Tt]he|[Oo]ur|[Dd]as|[Dd]ie|[Dd]er|[Ll][ae]"
    r"|[Ll]es)\s(?:[A-ZÄÖÜÉ][\w'’-]{1,30}\s){2,5}(?:is|are|ist|sind|est|sont)\b"
)


def find_wrong_stock(text: str, facts: Facts) -> Iterator[Finding]:
    """Claims about stock that disagree with the facts, or that no fact stands behind."""
    ours = known(facts)
    if not about(text) & _TOPICS:
        return
    if "|" in text:
        yield from find_wrong_cells(text, ours)
    names = _names(text, ours)
    carried: Mention | None = None
    name = 0
    for place, sentence in enumerate(sentences(text)):
        first, end = name, sentence.end
        while name < len(names) and names[name].start < end:
            name += 1
        if sentence.first_of_line and not is_label(sentence):
            carried = None
        if sentence.topics & _TOPICS and not sentence.asks and not _doubts(sentence):
            here = names[first:name]
            if not here and not _STRANGER.search(sentence.text):
                meant = subjects(text, ours).of(place)
                here = meant.products if meant.manner is Manner.PARTLY else here
            spoken = [] if here or is_label(sentence) else [product.stock for product in facts.products]
            yield from (
                finding
                for finding in _sentence(sentence, here, carried, ours)
                if not _in_a_name(finding, here) and (here or not _of_another(sentence, finding, spoken))
            )
            carried = here[-1] if here else carried
        elif first < name:
            carried = names[name - 1]


def _names(text: str, ours: Known) -> Sequence[Mention]:
    """The products that it names, "ten mugs" too."""
    names = ours.products_in(text)
    counted = ours.counted_in(text)
    return sorted([*names, *counted]) if counted else names


def _in_a_name(finding: Finding, names: Sequence[Mention]) -> bool:
    """Whether the count is a part of a name: 365 Recipes."""
    return any(name.start <= finding.start and finding.end <= name.end for name in names)


def _of_another(sentence: Sentence, finding: Finding, stocks: Sequence[int | None]) -> bool:
    """Whether "of those" can mean something named earlier than last: its count is right for that."""
    said = sentence.digits[finding.start - sentence.start : finding.end - sentence.start]
    return said.isdecimal() and int(said) in stocks


_AGAIN = re.compile(
    r"\b(?:(?:again|back in stock|wieder|de nouveau|de nuevo)(?=[^.;]{0,40}\b(?:since|now|already|seit|jetzt"
    r"|schon|bereits|depuis"
    r"|maintenant|déjà|desde|ahora|ya)\b)|(?<=now )(?:again|back in stock)|(?<=jetzt )wieder"
    r"|(?<=already )back in stock)"
)
"""It is so already."""


def _doubts(sentence: Sentence) -> bool:
    """Whether it speaks of what may be or will be, not of what is."""
    if not sentence.topics & _QUESTION_TOPIC:
        return False
    return _QUESTION.search(_AGAIN.sub(" ", sentence.low)) is not None


def _sentence(sentence: Sentence, here: Sequence[Mention], carried: Mention | None, ours: Known) -> Iterator[Finding]:
    """Judge each claim by what is named before it in the sentence."""
    if not here:
        variants = _without_name(sentence, carried, ours)
        if variants is None:
            if _claims(sentence) and (not ours.facts.products or _STRANGER.search(sentence.text)):
                yield take_out(sentence, "No fact tells the stock of it. Do not say anything about it.")
            return
        yield from _judge(sentence, 0, len(sentence.text), variants)
        return
    listed = list(_listed(sentence, here, ours)) if sentence.topics & _LISTED.topic else []
    if listed:
        yield from (finding for finding in listed if finding is not None)
        return
    if len(here) == 1:
        yield from _judge(sentence, 0, len(sentence.text), variants_meant(sentence.low, ours.variants(here[0].key)))
        return
    for part in _parts(sentence, here):
        variants = [v for m in part.names for v in variants_meant(part.low(sentence), ours.variants(m.key))]
        finding = list(_judge(sentence, part.start, part.end, variants))
        yield from finding
        if finding and finding[0].end == sentence.end:
            return


def _of_order(sentence: Sentence, ours: Known) -> bool:
    """Whether it names an order: then numbers are what that holds."""
    return bool(ours.orders) and any(key in sentence.low for key in ours.orders)


_LISTED = Cue(
    "left stock available remaining lager verfügbar vorrätig übrig disponibles disponible quedan reste restent",
    r"\b(?:left|in stock|available|remaining|auf lager|verfügbar|vorrätig|übrig|en stock|disponibles?|quedan"
    r"|reste(?:nt)?)\b",
)
_NUMBER_AHEAD = re.compile(r"(?<![\d.,#$€£-])(?P<number>\d{1,20}) $")


def _listed(sentence: Sentence, here: Sequence[Mention], ours: Known) -> Iterator[Finding | None]:
    """Numbers right before names: "four lamps and two mugs are left"; None where one is right."""
    digits, start = sentence.digits, sentence.start
    if not all(digits[mention.start - start - 2 : mention.start - start - 1].isdecimal() for mention in here):
        return
    found = [_NUMBER_AHEAD.search(digits, 0, mention.start - start) for mention in here]
    if not all(found) or _LISTED.search(sentence) is None or sentence.denies or _of_order(sentence, ours):
        return
    if is_quoted(sentence, here[0].start - sentence.start):
        return
    for number, mention in zip(found, here, strict=True):
        stocks = {variant.stock for variant in ours.variants(mention.key)}
        stock = next(iter(stocks)) if len(stocks) == 1 else None
        if number is None or stock is None or int(number["number"]) == stock:
            yield None
            continue
        start, end = (sentence.start + place for place in number.span("number"))
        after = write_count(stock, like=sentence.text[start - sentence.start : end - sentence.start])
        yield replace(start, end, after, f"There are {stock} of it.")


class _Part:
    """A stretch of a sentence that speaks of some names."""

    def __init__(self, start: int, end: int, names: list[Mention]) -> None:
        self.start, self.end, self.names = start, end, names

    def low(self, sentence: Sentence) -> str:
        """What it says, in lower case."""
        return sentence.low[self.start : self.end]


def _parts(sentence: Sentence, here: Sequence[Mention]) -> list[_Part]:
    """The sentence cut where the next name begins, unless the names stand side by side ("A and B are sold out")."""
    parts: list[_Part] = []
    for mention in here:
        start = mention.start - sentence.start
        gap = sentence.low[parts[-1].names[-1].end - sentence.start : start] if parts else ""
        if parts and len(gap) < 25 and not _CLAIM_WORDS.search(gap):
            parts[-1].names.append(mention)
        else:
            if parts:
                parts[-1].end = start
            parts.append(_Part(start if parts else 0, len(sentence.text), [mention]))
    return parts


_CLAIM_WORDS = re.compile(
    r"stock|sold out|avail|left|lager|ausverk|épuis|remain|verfügbar|lieferbar|vergriffen|\b(?:is|are"
    r"|ist|sind|est|costs?)\b"
)


def _without_name(sentence: Sentence, carried: Mention | None, ours: Known) -> Sequence[ProductFact] | None:
    """What a sentence without a name speaks of: what was named last, or the only product there is."""
    if _STRANGER.search(sentence.text):
        return None
    if carried is not None:
        return variants_meant(sentence.low, ours.variants(carried.key))
    if len({product.name for product in ours.facts.products}) == 1:
        return variants_meant(sentence.low, ours.facts.products)
    return None


def _claims(sentence: Sentence) -> bool:
    if _NOT_STOCK.search(sentence.low):
        return False
    found = _left(sentence, 0, len(sentence.text)) or _OUT.search(sentence.low) or _IN.search(sentence.low)
    return found is not None and "available" not in found[0].lower()


def _left(sentence: Sentence, begin: int, end: int) -> re.Match[str] | None:
    """A number that is said to be left."""
    digits = sentence.digits
    for found in _LEFT.finditer(digits, begin, end):
        if digits[found.start() - 1 : found.start()] not in _GLUED:
            return found
    return None


def _judge(sentence: Sentence, begin: int, end: int, variants: Sequence[ProductFact]) -> Iterator[Finding]:
    if not variants or (sentence.topics & _AVAILABLE and _NOT_STOCK.search(sentence.low)):
        return
    known_stocks = [variant.stock for variant in variants if variant.stock is not None]
    counted = _left(sentence, begin, end)
    if counted is None and sentence.topics & _LEFT_AFTER.topic:
        counted = _LEFT_AFTER.pattern.search(sentence.digits, begin, end)
    if counted is None:
        counted = (
            _ONLY.search_digits(sentence)
            or _NAMED_LEFT.search_digits(sentence)
            or _STAYS.search_digits(sentence)
            or _COLON.search_digits(sentence)
            or ON_SHELF.search_digits(sentence)
            or JUST_SO_MANY.search_digits(sentence)
        )
    if counted is None and sentence.topics & _RESTE_TOPIC:
        counted = _RESTE.search(sentence.digits)
    if counted is not None and known_stocks == [int(counted["number"])]:
        return
    gone = _OUT.search(sentence.low, begin, end) if sentence.topics & _OUT_TOPIC else None
    nearly = NEARLY_SO.search(sentence.low, begin, gone.start("phrase")) if gone else None
    if nearly and any(known_stocks):
        gone = None  # few are left: that is judged as such
    there = _IN.search(sentence.low, begin, end) if sentence.topics & _IN_TOPIC else None
    last = _LAST.search(sentence.low, begin, end) if sentence.topics & _LAST_TOPIC else None
    many = _MANY.search(sentence.low, begin, end) if sentence.topics & _MANY_TOPIC else None
    if len(known_stocks) < len(variants):
        if (counted or gone or (there and "available" not in there["phrase"].lower())) and not known_stocks:
            yield take_out(sentence, "No fact tells the stock of it. Do not say anything about it.")
        return
    if counted:
        if len(set(known_stocks)) == 1:
            yield from _count(sentence, counted, known_stocks[0])
            return
        if any(known_stocks):
            return
    few = min(known_stocks) > 10 and FEW.search(sentence.low, begin, end)
    if (last and 1 not in known_stocks) or (many and max(known_stocks) < 10) or few:
        yield take_out(sentence, f"There are {max(known_stocks)} of it.")
        return
    if _REVERSED.search(sentence.low, begin, end):
        return
    if gone and nearly and not any(known_stocks):
        after = quite(sentence.text[nearly.start() : gone.end("phrase")], gone["phrase"])
        yield replace(
            sentence.start + nearly.start(), sentence.start + gone.end("phrase"), after, "There is none of it."
        )
        return
    yield from _there_or_gone(sentence, gone, there, known_stocks)


def _there_or_gone(
    sentence: Sentence, gone: re.Match[str] | None, there: re.Match[str] | None, stocks: Sequence[int]
) -> Iterator[Finding]:
    if gone and all(stocks):
        yield _swap(sentence, gone, said_there(sentence.text), "There is stock of it.")
        return
    if gone or there is None or any(stocks):
        return
    if there["not"] or sentence.denies_at(there.start("phrase")):
        return
    yield _swap(sentence, there, said_gone(there["phrase"], sentence.text), "There is none of it.")


def _count(sentence: Sentence, found: re.Match[str], stock: int) -> Iterator[Finding]:
    said = int(found["number"])
    more = re.search(
        r"\b(?:more than|over|at least|mehr als|über|plus de)\s$", sentence.text[: found.start("number")], re.I
    )
    if said == stock or (more and stock > said) or (said < 1 and stock == 0):
        return
    start, end = sentence.start + found.start("number"), sentence.start + found.end("number")
    if stock == 0:
        if _LEFT.fullmatch(found[0]):
            yield replace(
                sentence.start + found.start(), sentence.start + found.end(), "none left", "There is none of it."
            )
        else:
            yield take_out(sentence, "There is none of it.")
        return
    like = sentence.text[found.start("number") : found.end("number")]
    yield replace(start, end, write_count(stock, like=like), f"There are {stock} of it.")


def _swap(sentence: Sentence, found: re.Match[str], after: str, reason: str) -> Finding:
    start = sentence.start + found.start("phrase")
    return replace(start, sentence.start + found.end("phrase"), after, reason)
