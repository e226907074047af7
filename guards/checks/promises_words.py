"""Promises as texts make them, in four languages, and what in the facts can stand behind each."""

from __future__ import annotations

from shopgraph.guards.checks.text import Cue


class Promise(Cue):
    """A way to promise something, in lower case, numbers in digits."""

    __slots__ = ("proof",)

    def __init__(self, words: str, pattern: str, proof: str = "") -> None:
        super().__init__(words, pattern)
        self.proof = tuple(proof.split())
        """Parts of words: one of them in the facts stands behind it. Empty: nothing can."""


PROMISES = (
    Promise(
        "warranty guarantee guaranteed garantie gewährleistung garanti garantía garantizado",
        r"\b(?:lifetime|life-?long|lebenslang(?:e|er|en|es)?|unbegrenzte) (?:guarantee|warranty|garantie"
        r"|gewährleistung)|\bgarantie?s? à vie|\bgarantía (?:de por vida|vitalicia)|\bgarantizad[oa]s? de por vida"
        r"|\bguaranteed for life",
        "warrant garant",
    ),
    Promise(
        "warranty guarantee garantie gewährleistung garanti",
        r"\b(?:guarantee|warranty|garantie) (?:for|of) (?:a )?life(?:time)?\b",
        "warrant garant",
    ),
    Promise(
        "warranty guarantee garantie gewährleistung",
        r"(?<![\d.,])\d{1,3}[- ](?:year|month|yr|jahre?s?|jährige|monats?|ans"
        r"|mois)[- ](?:long )?(?:\w{1,14} )?(?:warranty|guarantee|garantie|gewährleistung)",
        "warrant garant",
    ),
    Promise(
        "warranty guarantee garantie gewährleistung",
        r"\b(?:warranty|guarantee|garantie|gewährleistung) (?:of|for|von|für|de|pendant) \d{1,3} (?:years?"
        r"|months?|jahren?|monaten?|ans|mois)\b",
        "warrant garant",
    ),
    Promise(
        "guaranteed covered garanti",
        r"\b(?:guaranteed|covered|garantiert|garantie?s?) (?:for|under warranty for|pendant"
        r"|für) \d{1,3} (?:years?|months?|jahre|ans|mois)",
        "warrant garant",
    ),
    Promise(
        "warranty guarantee",
        r"\b(?:comes?|sold|covered|backed) (?:with|by|under) (?:a|an|our|the"
        r"|full) (?:[\w-]{1,16} ){0,3}(?:warranty|guarantee)\b",
        "warrant garant",
    ),
    Promise(
        "money geld satisfait",
        r"\bmoney[- ]back(?: guarantee)?\b|\bgeld[- ]zurück(?:-garantie)?|\bsatisfait ou remboursé",
        "money-back",
    ),
    Promise(
        "satisfaction zufriedenheitsgarantie",
        r"\bsatisfaction (?:is )?guaranteed\b|\b100 ?% satisfaction\b|\bzufriedenheitsgarantie"
        r"|\bsatisfaction garantie",
        "satisfaction",
    ),
    Promise(
        "price match beat best lowest tiefpreisgarantie bestpreisgarantie meilleur",
        r"\bprice[- ](?:match|guarantee|protection)|\bmatch any price|\bwe(?:['’]ll| will)? (?:match"
        r"|beat) (?:any|the|their|that|a competitor)|\bbest price guarantee|\blowest price\b(?! (?:of|in|over"
        r"|from) the (?:last|past) 30)"
        r"|\btiefpreisgarantie|\bbestpreisgarantie|\bmeilleur prix garanti",
        "price-match",
    ),
    Promise(
        "guarantee promise assure garantie garantierte garantizada garantieren versprechen vous garantissons "
        "garantis promets",
        r"\b(?:we|i) (?:guarantee|promise|assure you)\b|\b(?:wir|ich) (?:garantieren?|versprechen?"
        r"|verspreche)\b|\b(?:nous|je) (?:vous )?(?:garantissons|garantis|promettons|promets)\b"
        r"|\blivraison garantie\b|\bgarantierte lieferung\b|\bentrega garantizada\b|\bguaranteed (?:delivery"
        r"|arrival|to arrive|in time|to be)",
    ),
    Promise(
        "free return kostenlos rücksendung rückgabe retoure retour devolución devoluciones gratis",
        r"\bfree returns?\b|\breturns? (?:are|is) (?:always |completely )?free\b"
        r"|\breturn shipping is (?:free|on us)|\bkostenlose[rn]? (?:rücksendung|rückgabe|retoure"
        r"|rückversand)|\b(?:rücksendung|rückgabe|retoure)n? (?:ist|sind) (?:immer )?(?:kostenlos|gratis)"
        r"|\bretours? (?:est |sont )?gratuits?|\b(?:rücksendung|rückgabe|retoure|rückversand)\w* (?:ist"
        r"|sind) (?:[^\W\d]+ ){0,3}"
        r"(?:kostenlos|gratis|kostenfrei)|\bdevoluci(?:ón|ones) (?:es |son |siempre )*(?:gratis|gratuitas?)"
        r"|\b(?:gastos|costes?) de devolución (?:corren|van) (?:de|por|a)\b"
        r"|\bfrais de retour (?:sont )?(?:à notre charge|offerts)"
        r"|\breturns? (?:are|is) (?:free of charge|on us|on the house|at no (?:cost|charge))"
        r"|\brücksendekosten (?:übernehmen wir|tragen wir|entfallen)",
        "free return",
    ),
    Promise(
        "questions ohne sans",
        r"\bno questions asked\b|\bohne wenn und aber\b|\bsans poser de questions?\b",
        "no questions",
    ),
    Promise(
        "never rest",
        r"\bnever (?:breaks?|wears? out|fades?|fails?)\b|\bfor the rest of your life\b",
    ),
    Promise(
        "compensate make",
        r"\b(?:compensat\w+|make it up to you) (?:you )?(?:with|by)\b",
    ),
    Promise(
        "refund",
        r"\b(?:will|['’]ll) (?:be )?(?:refund(?:ed)?) (?:you )?(?:twice|double|triple|in full,? no matter)",
    ),
    Promise(
        "price sale ends today preis steigt steigen prix augmente augmentent precio suben",
        r"\bprices? (?:go(?:es)?|rises?|increases?|jumps?|drops?|falls?)(?: up| down)? (?:tomorrow|tonight|soon"
        r"|next|on|from|again)\b"
        r"|\b(?:preise?) (?:steigt|steigen|sinkt|sinken) (?:schon )?(?:morgen|bald|nächste|ab)\b"
        r"|\bprix (?:augmente|augmentent|baisse|baissent) (?:dès )?(?:demain|bientôt|la semaine)\b"
        r"|\bprecios? (?:sube|suben|baja|bajan) (?:mañana|pronto|la semana)\b"
        r"|\b(?:price|prices) (?:will|is going to|are going to) (?:rise|go up|drop|fall|increase)\b"
        r"|\b(?:price|sale) (?:goes up|ends) (?:tomorrow|tonight|today|at midnight)\b|\bends (?:tonight"
        r"|today|tomorrow)\b|\bonly valid today\b|\btoday only\b",
    ),
    Promise(
        "back again restock nächste bald retour",
        r"\b(?:back|again) in stock (?:by |on |in )?(?:next week|tomorrow|soon|shortly|in a few days"
        r"|this week|next month|monday|friday)|\brestock(?:ed|ing)? (?:by |on )?(?:next week|tomorrow|soon"
        r"|this week|next month)|\bnächste woche wieder|\bbald wieder (?:da|auf lager|lieferbar)"
        r"|\bde retour (?:bientôt|la semaine prochaine)",
        "restock",
    ),
    Promise(
        "before nobody cheapest best lowest most number no günstigste günstigsten billigste meistverkaufte "
        "moins meilleur "
        "meilleure plus más mejor",
        r"\b(?:cheapest|lowest[- ]priced|best[- ](?:rated|selling|reviewed|priced)|most (?:popular|trusted)"
        r"|number one|no\. 1|#1)"
        r" (?:\w+ )?(?:in|on) (?:the |all of )?(?:country|world|market|industry|town|web|internet|europe|germany"
        r"|france|spain|us|usa|uk)\b"
        r"|\b(?:günstigste|billigste|beste|meistverkaufte)\w* (?:\w+ )?(?:auf dem markt|der welt|weltweit"
        r"|deutschlands|europas|im netz)\b"
        r"|\b(?:le|la|les) (?:moins chère?s?|meilleure?s?|plus vendue?s?) (?:du marché|de france|du monde"
        r"|d['’]europe)\b"
        r"|\b(?:el|la|los|las) (?:más barat\w+|mejor(?:es)?|más vendid\w+) (?:del mercado|de españa|del mundo)\b"
        r"|\bbefore (?:anyone|everyone) else\b|\bnobody else (?:has|offers)\b|\bcheapest (?:anywhere|online"
        r"|in town|on the market)\b|\bbest price (?:anywhere|online|on the market|in town)\b",
    ),
    Promise(
        "installments instalments raten ratenzahlung monatsraten monatsrate mensualité mensualidades fois plazos "
        "interest zinsfrei",
        r"\b(?:interest-free|monthly|\d+) (?:\w+ )?instal?lments|\bratenzahlung|\bin \d+ raten|\ben \d+ fois"
        r"|\bsans frais en|\bmonatsraten?\b|\bmensualités?\b|\bmensualidades\b|"
        r"\ba plazos\b|\binterest[- ]free\b",
        "installment instalment raten fois plazos",
    ),
    Promise(
        "hour hours day days",
        r"\b(?:be|arrive) with you (?:in|within) \d+ (?:hours?|days?)\b",
    ),
    Promise(
        "customers people kunden clients clientes",
        r"(?<!\d)(?!0)\d[\d.,]{2,12} (?:happy |satisfied )?(?:customers|people|kunden|clients|clientes)\b",
    ),
    Promise(
        "points punkte puntos",
        r"\b(?:earn|get|collect|receive|sammeln|gagne[zr]?|ganas)\b.{0,25}\b(?:points|punkte|puntos)\b",
        "points",
    ),
    Promise(
        "award awards prize gold winner won testsieger prix premio",
        r"\b(?:took gold|won (?:the|an?|gold)\b|award-winning|testsieger|design award)|\bawards? \d{4}\b",
        "award prize testsieger",
    ),
    Promise(
        "open geöffnet ouvert abierta abierto",
        r"\b(?:open|geöffnet|ouverte?s?|abiert[oa]s?)\b.{0,12}\b(?:until|till|bis|jusqu|hasta)\b.{0,3}\d"
        r"|\b(?:hat|haben|ist|sind)\b.{0,24}\bbis \d{1,2}(?:[.:]\d\d)? uhr geöffnet",
        "open",
    ),
)
