"""The words that tell what an amount of money is of, in lower case: a price, a total, a refund, a saving, ..."""

from __future__ import annotations

import re

from shopgraph.guards.checks.text import Cue, whole_words
from shopgraph.guards.checks.topics import exact, topic

DELIVERY = Cue(
    "deliver shipping ship postage versand liefer livraison port express envío envio gastos",
    r"deliver|shipping|postage|versand|(?<!ge)liefer|livraison|\bport\b|express|env[ií]o",
)
FREE = re.compile(
    r"\bfree\b|a partir de|desde|starts? at|reach|kostenlos|gratis|gratuit|offerte|\bab\b|\bfrom\b|\bover\b"
    r"|\babove\b|à partir|dès"
    r"|exceed|at least|minimum",
)
TOTAL = Cue(
    "total totals summe gesamt order amount came comes élève asciende beläuft",
    r"\btotal|\bsumme\b|\bgesamt|\border\b.{0,30}\bfor\b|\bamount(?:s|ed)? to|came to|comes to|beläuft|s['’]élève"
    r"|asciende",
)
REFUND = Cue(
    "reembolso reembolsar devolución refund erstatten rückerstattung zurückerstattet rembours",
    r"refund|erstatt|rembours|reembols|devoluci",
)
TAX = Cue("tax taxes taxable vat mwst tva steuer versteuert", r"\btax|\bvat\b|\bmwst|\btva\b|steuer")
SAVING = Cue(
    "save saves saving savings off discount rabatt remise cheaper sparen spart économis günstiger knock nachlass "
    "ahorra "
    "ahorras ahorro ersparnis économie",
    r"\bsav(?:e|es|ing|ings)\b|\boff\b|discount|rabatt|remise|cheaper|spar(?:en|st|t)\b|ersparnis|économi|ahorr"
    r"|günstiger|knock|nachlass",
)
NOW = re.compile(
    r"\b(?:now|today|currently|only|jetzt|heute|nun|nur noch|aktuell|désormais|maintenant|aujourd|ahora|hoy)\b"
)
"""Between a word for what was and an amount: the amount is what is."""
FORMERLY = re.compile(
    r"[\s,]{0,2}(?:before\b(?! (?:tax|vat|ship|deliver))|previously|originally|formerly|vorher|zuvor|früher"
    r"|auparavant|avant\b(?! (?:le|la|l['’]))|jadis"
    r"|anteriormente)"
)
"""Right behind an amount: it is what something cost."""
FORMER = Cue(
    "lowest niedrigster bas bajo was von were from passe instead statt original rrp uvp reduced down regular usual "
    "normal before au previous formerly "
    "rather plutôt than used kostete kosteten coûtait costaba antes war était vorher zuvor früher bisher ancien "
    "list marked compare compared lag lagen auparavant avant jadis anteriormente",
    r"lowest price|niedrigste[rn]? preis|prix le plus bas|precio más bajo|\bwas\b|\bvon\b.{0,25}\bauf\b|\bwere\b"
    r"|\bfrom\b|passe de"
    r"|instead|statt|original|\brrp\b|\buvp\b|reduced from|down from|regular"
    r"|usual|normal|before|"
    r"au lieu|previous|formerly|vorher|zuvor|früher|bisher|ancien|list price|marked down from|compared? (?:to"
    r"|at)|used to|\bkostete|coûtai(?:t|ent)|costaban?|\bantes\b|\bwar\b|\bétait|rather than|plutôt que"
    r"|\bthan before\b|auparavant|anteriormente",
)
REDUCED = Cue(
    "off discount rabatt remise sale promo code codes after with now coupon reduced aktion mit avec",
    r"\boff\b|discount|rabatt|remise|\bsale\b|promo|code|after|with\b|\bnow\b|coupon|reduced|aktion|\bmit\b|\bavec\b",
)
OTHER = Cue(
    "deliver shipping postage versand lieferung livraison total summe gesamt refund erstatt rückerstattung "
    "zurückerstattet rembours order save saving off discount rabatt remise differ free under less up gift balance fee "
    "fees tax taxes taxable vat coupon paid charge budget in together altogether zusammen ensemble more credit voucher "
    "return exchange cost sparen spart sparst ahorra ahorras économisez",
    r"deliver|shipping|postage|versand|lieferung|livraison|\btotal|summe|gesamt|refund|erstatt"
    r"|rembours|\border\b|\bsav|\bspar(?:en|st|t)\b|ahorra|économis|"
    r"\boff\b|discount|rabatt|remise|differ|\bfree\b|\bunder\b|\bless than\b|\bup to\b|gift ?card|"
    r"balance|\bfees?\b|\btax|\bvat\b|coupon|\bpaid\b|charge|budget|\bin all\b|"
    r"together|zusammen|ensemble|\bmore\b|credit|voucher|return|exchange|\bcosts? .{0,20}to (?:ship|send)",
)
BELOW = re.compile(
    r"\b(?:less than|at most|no(?:t)? more than|weniger als|höchstens|maximal|bis|moins de|au plus|au maximum"
    r"|inférieur à|menos de|como máximo|máximo"
    r"|(?:under|below|up to|within|unter|unterhalb von|bis zu|jusqu['’]à|sous|en dessous de|hasta|bajo|por debajo de)"
    r"(?:\s(?:the|your|den|die|der|ihren|deinen|les|la barre des|vos|los|tus|sus))?)\s$",
)
ABOVE = re.compile(
    r"\b(?:over|more than|above|at least|starting (?:at|from)|(?<!down )(?<!reduced )(?<!cut )from"
    r"|ab|über|mehr als|plus de|à partir de|dès)\s$"
)
ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|almost|nearly|just (?:over|under)|circa|ca\.|rund|etwa|fast|ungefähr"
    r"|knapp|environ|près de|presque|quasi(?:ment)?|casi|unos|alrededor de|aproximadamente)\s(?:at |à |bei |a )?$",
)
FOR = re.compile(
    r"\s*(?:is the price of|for|pour|für|por|para|buys you|gets you)\s+(?:the\s|an?\s|our\s|das\s|die\s|der\s|den\s"
    r"|le\s|la\s|les\s|l['’]|el\s|los\s|las\s|un[ea]?\s|eine?n?\s|one\s|each\s|your\s)?\s*",
)
FREE_DELIVERY = Cue(
    "versandkostenfrei frei entfällt free kostenlos gratis gratuit offerte deliver",
    r"\bfree\b|versandkostenfrei|entfällt|kostenlos|gratis|gratuit|offerte|deliver",
)
COSTS_JUST = re.compile(r"\b(?:costs?|charges?|kostet|kosten|coûtent?|cuestan?)\s(?:only |just |nur )?$")
"""Right before an amount: what is spoken of costs it."""
FEE = re.compile(r"\b(?:charge|fee|gebühr|frais|gastos)\b")
FEE_LEAD = re.compile(
    r"\bdelivery\b(?! (?:address|date))|\bshipping\b|\bpostage\b|versand(?:kosten)?\b|\blieferung\b|liefergebühr"
    r"|\bspedizione\b|\bconsegna\b|\bverzend(?:ing|kosten)\b|\bbezorg(?:ing|kosten)\b"
    r"|\blivraison\b"
    r"|\bport\b|\benv[ií]os?\b|frais d|gastos de|\bexpress\b"
    r"|\bships? (?:for|at)\b|\bversendet für\b|\bexpédiée?s? pour\b|\bse envía por\b|\b(?:otherwise|sinon|sonst"
    r"|ansonsten|andernfalls|si no|de lo contrario|below that|under that|darunter)\b[^.;]{0,30}$"
)
"""Before an amount: it is what delivery costs."""
FEE_BEHIND = re.compile(
    r"\s?(?:for|of|in|de|für|pour|por|fürs?|zzgl\.?)?\s?(?:the |den |die |les? |la |los |standard )?"
    r"(?:delivery|shipping|postage|versand|lieferung|livraison|frais de (?:livraison|port)|port\b|env[ií]o"
    r"|gastos de env)"
)
"""Right behind an amount: it is what delivery costs."""
DIRECT = re.compile(
    r"[\s:|,;(*–—-]*(?:(?:is|are|was|it|costs?|cost|at|for|sells?|comes?|in|now|only|just|currently|priced|usually|"
    r"regularly|normally|still|kostet|kosten|ist|sind|liegt|bei|zu|je|um|für|mit|jetzt|nur|aktuell|coûtent?|est"
    r"|sont|à|pour|"
    r"vaut|cuestan?|está|por|a|vale|its|price|the|of|each|und|and|de|et|y|su|precio|son|prix|preis|der)\b[\s:"
    r"|(,]*){0,5}"
)
"""Between a name and an amount: the amount is said to be its price."""
OWN = Cue(
    "parliez évoquiez cherchez cherchiez budget limit spend spending afford said asked want wanted under up bis "
    "jusqu presupuesto gastar hoped had have "
    "poche mind play verfügung kopf disposition mente "
    "looking wrote buscaba buscabas say see mention souhaitiez souhaitez vouliez voulez vouliez aviez disiez "
    "enveloppe wollten wolltest möchten möchtest "
    "sagten nannten ausgeben vorgabe rahmen limit obergrenze grenze quería querías quiere dijo tope límite",
    r"\bdid you (?:say|mention|see|find|hear)\b|\bbudget|\bto spend\b|\bspending limit|\bafford|presupuesto"
    r"|\bgastar\b|\bausgeben\b|\ben poche\b|\bin mind\b"
    r"|\bto play with\b|\bzur verfügung\b|\bim kopf\b|\bà disposition\b|\ben mente\b|\bobergrenze\b"
    r"|\byou(?: only|['’]d)? (?:said|mentioned|asked|wanted|want|hoped|had (?:in mind|set)|set|named|gave|wrote"
    r"|are looking for|were looking for|['’]re looking for)\b|\byour (?:limit|ceiling|maximum|max|cap|target)\b"
    r"|\bvous (?:souhaitiez|souhaitez|vouliez|voulez|aviez|disiez|évoquiez|parliez|cherchez|cherchiez)\b"
    r"|\bvotre (?:limite|plafond|enveloppe|maximum)\b"
    r"|\b(?:sie|du) (?:wollten|wolltest|möchten|möchtest|sagten|nannten|nanntest|suchen|suchten)\b"
    r"|\b(?:wollten|wolltest|möchten|möchtest|suchen|suchten|nannten|sagten) (?:sie|du)\b"
    r"|\bihr(?:e[rnm]?)? (?:limit|grenze|rahmen|vorgabe|maximum)\b"
    r"|\b(?:quer[ií]as?|buscas?|buscaba|dijo|dijiste|mencionó|mencionaste|pedía|pedías)\b|\b(?:tope|límite)\b",
)
"""The amount is the customer's own."""
PRICES = re.compile(r"\b(?:costs?|priced|sells?|kostet|kosten|coûtent?|cuestan?|vale|price|preis|prix|precio)\b")
"""Between what the customer said and an amount: it is a price."""
IS = re.compile(r"\b(?:is|are|at|for|ist|sind|für|zu|est|sont|à|es|son|a)\b")
FREE_FROM = Cue(
    "free kostenlos gratis gratuite offerte versandkostenfrei",
    r"\b(?:free|kostenlos\w*|gratis|gratuite?|offerte?|versandkostenfrei)\b[^.;]{0,40}?"
    r"\b(?:ab|from|over|above|dès|à partir de|a partir de|desde|starts? at|starting at|at|reach(?:es)?|exceeds?"
    r"|erreicht)\s(?:an? |orders? (?:of"
    r"|over) )?"
    r"(?:CHF|EUR|USD|GBP|KWD|[a-z]{3} )?$",
)
"""Before an amount: from there on delivery is free."""
FREE_SAID = re.compile(
    r"\bfree\b|kostenlos|kostenfrei|versandkostenfrei|gratis|gratuit|offerte?s?\b|entfällt|entfallen|frei haus|\bfrei\b"
    r"|keine versandkosten|(?:don['’]t|do not|won['’]t|no longer) pay|pay nothing|no (?:charge|shipping|delivery)"
    r"|costs? nothing|sans frais|ne payez|plus de frais|sin (?:gastos|coste)|no pag\w+|on us\b|waive"
)
DELIVERED = re.compile(
    r"deliver|shipping|\bships?\b|postage|versand|liefer|livr|exp[ée]di|\bport\b|env[ií]|gastos|entrega"
)
BOUND_BEFORE = re.compile(
    r"\b(?:from|over|above|least|starting at|starts? at|begins? at|reach\w*|exceed\w*|spend(?:ing)?"
    r"|hits?|cross(?:es)?|pass(?:es)?|tops?|clears?|kicks in (?:at|from|over)|übersteigt|überschreitet|dépasse\w*"
    r"|super[ae]\w*|alcan\w+|llega\w* a"
    r"|orders? (?:of|worth)|minimum(?: of| is)?|threshold (?:of|is)|limit (?:of|is)"
    r"|ab|über|mindestens|bestellwert (?:von|über)|bestellungen (?:von|über)|erreich\w*|grenze (?:von|liegt bei|ist)"
    r"|dès|à partir d[e’']|plus de|supérieure?s? à|achats? de|commandes? de|atteint|atteignez|seuil (?:de|est de)"
    r"|a partir de|desde|más de|superior(?:es)? a|compras? de|pedidos? de|mínimo de|límite (?:de|es de|es))"
    r"\s(?:[^\W\d]{1,14}[ '’]){0,4}[$€£¥]?(?:[a-z]{3} )?$"
)
REACHED = re.compile(
    r"reach|exceed|spend|\bhit|cross|\bpass|\btop|clear|erreich|überst|übersch|atteig|atteint|dépass|super|alcan|llega"
)
ONCE = re.compile(
    r"\b(?:once|if|when|as soon|until|must|need|have to|wenn|sobald|müssen|ab|si|dès|quand|lorsque|cuando|al|debe)\b"
)
"""Something is reached only if: the threshold, and not a sum."""
BOUND_BEHIND = re.compile(
    r"\s?(?:or (?:more|over|above|higher)|and (?:up|over|above|more)|upwards?|oder (?:mehr|darüber)|und mehr|aufwärts"
    r"|(?:ou|et) plus|o más|y más|en adelante|d['’]achats?)\b"
)
"""Around an amount of a sentence about free delivery: it is free from there on."""
EQUALS = re.compile(r"(?:\s?[x×*]\s?0*(?P<behind>\d{1,3})\s?)?\s?=\s?[$€£¥]?(?:[a-z]{3} )?$")
TIMES = re.compile(
    r"(?<![\d.,])0*(?P<n>\d{1,3})\s?[x×*]\s?(?:[^=|;:]{0,40}?)?(?:à |at |zu je |a )?[$€£¥]?(?:[a-z]{3} )?$"
)
IN_CELL = re.compile(r"\s?\|\s?[x×]?\s?0*(?P<behind>\d{1,3})\s?[x×]?\s?\|\s?[$€£¥]?(?:[a-z]{3} )?$")
"""Between the price of one and that of several: a reckoning that is written out."""
DIFFERENCE = re.compile(
    r"\b(?:differ by|differs by|difference|unterschied|preisunterschied|differenz|différence|écart|diferencia)\b"
)
DIFFERENCE_TOPIC = topic("differ difference unterschied preisunterschied differenz différence écart diferencia")
GOODS = Cue(
    "goods items products subtotal sub =basket =cart ware waren warenwert zwischensumme artikel articles sous panier "
    "artículos productos cesta",
    r"\b(?:goods|items|products|subtotal|sub-total|basket|cart|waren?|warenwert|zwischensumme|artikel|articles"
    r"|sous-total|panier|artículos|productos|cesta)\b",
)
"""In a sentence: its amount is of the goods alone."""
OF_ORDER = re.compile(
    r"[\s,:(*|–—-]*(?:(?:shipped|delivered|pending|processing|cancell?ed|versandt|zugestellt|storniert|expédiée?|livrée?"
    r"|came|comes?|amount(?:s|ed)?|is|was|to|of|for|over|at|with|an?|the|total(?:s|ing|ling|led|ed)?"
    r"|worth|about|your|über|mit|von|vom|im|wert|beträgt|betrug|kostete|einem|gesamtbetrag|de|d|un|montant|pour|s|élève|à"
    r"|por|asciende|fue|importe|est|es|del|suma|\d{1,4}[./-]\d{1,2}[./-]\d{2,4})\b[\s:('’"
    r"|*),]*){0,7}[$€£¥]?(?:[a-z]{3} )?"
)
"""Between an order and an amount: it is the order's total."""
ITS_TOTAL = re.compile(
    r"^\W*(?:its|the|that order['’]?s?|this order['’]?s?|your|su|el|son|sa|le|sein\w*|ihr\w*|der|die)\s(?:order\s)?"
    r"(?:total|summe|gesamt\w*|bestellwert|rechnungsbetrag|montant|importe)"
    r"|^\W*(?:it|this order|that order|sie|elle|ese pedido|este pedido|cette commande|diese bestellung)\s"
    r"(?:came to|comes to|amounts? to|amounted to|totall?ed|cost|beläuft sich|s['’]élève|asciende|ascendió)"
)
"""At the beginning of a sentence: an amount of it is the total of the order before."""
TOTAL_BEHIND = re.compile(
    r"(?:,\s(?:(?:and|und|et|y)\s)?|\s(?:and|und|et|y)\s)(?:(?:its|the|your|su|el|son|le|sein\w*|ihr\w*|der|die)\s"
    r"(?:order\s)?(?:total\b|summe|gesamt\w*|bestellwert|rechnungsbetrag|montant|importe)"
    r"|(?:it|sie|elle)?\s?(?:came to|comes to|amounts? to|amounted to|totall?ed|beläuft sich|belief sich|s['’]élève"
    r"|s['’]élevait|asciende|ascendía|ascendió))"
    r"|\s(?:for|with|mit|pour|avec|por|con)\s(?:an?|eine[mnr]|un)\s(?:order\s)?"
    r"(?:total\b|gesamt\w*|summe|bestellwert|montant|importe)"
)
"""Further on in a sentence that names nothing: the same."""
DENIED = re.compile(r"(?:\bnot|n['’]t|\bnicht|\bkeine?|\bpas|\bno (?:es|cuesta|son))\s(?:mehr |just |plus )?[$€£¥]?$")
"""Right before an amount: it is not that."""
NOT_AHEAD = re.compile(r"\b(?:not|never|nicht|kein\w*|pas|no)\b|n['’]t\b")
CONTRAST = re.compile(r"[^.;]{0,24}?,?\s(?:but|sondern|mais|sino|rather)\b")
"""Around an amount: it is denied, and the right one follows."""
ADDING = re.compile(
    r"\b(?:with|add|adding|plus|mit|und|avec|ajoutant|con|añadiendo|including)\s(?:the |an? |our |dem |der |einem "
    r"|la |le |el |un[ea]? )?$"
)
"""Right before a name: it is added to something else."""
JOINED = re.compile(
    r"(?:^|[\s,])(?:\d+|two|three|four|five|six|zwei|drei|vier|fünf|deux|trois|quatre|dos|tres|cuatro)\s[^.;:]{2,40}"
    r"\s(?:and|und|et|y)\s(?:the |an? |one |our |der |die |das |eine?n? |le |la |une? |el )?$"
)
"""Right before a name: it is the last of several things."""
MAKES = re.compile(
    r"\b(?:mak(?:es?|ing)|bring\w*|totall?ing|total|so|coming to|adds? up|leav\w+|ergibt|macht|zusammen|insgesamt|"
    r"bleib\w+|soit|fait|donc|suma\w*|quedan?|son|en total)\b"
)
"""Before an amount behind another one: it was reckoned."""
FREE_BEHIND = re.compile(
    r"[^.;]{0,30}?\b(?:versandkostenfrei|kostenlos|kostenfrei|gratis|free|offerte|gratuite|entfällt|entfallen"
    r"|frei haus)\b"
)
FREE_NAMED = exact(
    whole_words("versandkostenfrei kostenlos kostenfrei gratis free offerte gratuite entfällt entfallen frei")
)
"""One of these stands in whatever `FREE_BEHIND` finds."""
MORE_BEHIND = re.compile(
    r"\s?(?:de |en )?(?:more|less|cheaper|extra|dearer|off|plus|moins|más|menos|teurer|günstiger|mehr|weniger"
    r"|billiger|apart|reduziert|gesenkt|herabgesetzt|runter)\b"
)
ADDED = re.compile(r"\b(?:and|plus|und|et|y|with|mit|avec|con|more|cheaper)\b|[+;]")
AFTER_CUT = re.compile(
    r"\b(?:with|after|using|minus|less|apply\w*|once|thanks to|mit|nach|abzüglich|dank|durch|avec|après|grâce|moins"
    r"|con|tras"
    r"|gracias|aplicando|in|during|im|beim|pendant|durante)\b"
)
"""Before a price cut that is named before an amount: it is taken off already."""
BRINGS = re.compile(
    r"brings? (?:it|you|that|the price)|comes? down to|down to|drops? to|falls? to|(?:you|you['’]d|would|only) pay"
    r"|you pay|"
    r"reduces? (?:it|that)|lowers? (?:it|that)|zahlen sie|nur noch|passe à|revient à|se queda en|pagas|pagarías"
)
"""The amount is a price after a cut."""
HYPOTHETICAL = Cue(
    "=if =si",
    r"\bif (?:it|they|that|the [^,;]{2,30}?) (?:cost|costed|were|was|had)\b(?=[^,;]*$)"
    r"|\bsi (?:cela|ça|il|elle|le prix) (?:coûtait|était)|\bsi (?:costara|costase|fuera)",
)
"""Ahead of an amount: it is not said to be so."""
WEIGHED = re.compile(r"pounds?$")
COMPARED = Cue(
    "more less cheaper difference dearer teurer günstiger mehr weniger plus moins différence",
    r"\b(?:more|less|cheaper|difference|dearer|teurer|günstiger|mehr|weniger|plus cher|moins cher|différence)\b",
)
BOTH = Cue("both pair beide deux couple", r"\bboth\b|\bpair\b|\bbeide|\bdeux\b|\bcouple\b")
COUNT = re.compile(r"(?<![\d.,#-])0{0,20}(\d{1,2})(?![\d.,]\d|\d)")
ARTICLES = topic("the our das die der le la les el los las de het il lo gli i")
STRANGER = re.compile(
    r"\b(?:[Tt]he|[Oo]ur|[Dd]as|[Dd]ie|[Dd]er|[Ll][aeo]|[Ll][eao]s|[Ee]l|[Dd]e|[Hh]et|I|[Ii]l|[Gg]li)\s"
    r"((?:[A-ZÄÖÜÉÁÍÓÚÑÈ][\w'’-]{1,30}\s){2,5})"
    r"(?:costs?|is|are|kostet|kosten|kost|ist|sind|coûte|coûtent|est|sont|sells?|comes?|goes|cuestan?|vale|es|son"
    r"|costa|costano|è|sono)\b"
)
NO_PRICE = topic(
    "save saves saving off discount rabatt remise cheaper sparen günstiger knock nachlass économisez was were instead "
    "statt original reduced down regular usual normal before au previous formerly vorher early "
    "refund delivery shipping "
    "versand lieferung livraison total order fee tax more less difference"
)
"""With one of these in its sentence, a product's price may be said of something else."""
PRICE_WORDS = topic("cost price sell kosten preis coûter prix")
ORDERED = topic("order bestellt commandé paid bought")
