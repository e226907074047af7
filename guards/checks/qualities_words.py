"""What a product can be without a number: qualities, materials, colours, kinds; English, German, French, Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_QUALITIES = """
waterproof: waterproof|wasserdicht\\w*|étanches?|imperméables?|impermeables?|water[- ]?resistant
 |wasserfest\\w*|splash[- ]?proof|spritzwassergeschützt\\w*
 |rainproof|wasserabweisend\\w*|déperlante?s?
vegan: vegan\\w*|végane?s?|végétaliennes?
vegetarian: vegetarian|vegetarisch\\w*|végétariennes?|vegetarian[oa]s?
gluten: gluten[- ]free|glutenfrei\\w*|sans gluten|sin gluten
lactose: lactose[- ]free|laktosefrei\\w*|sans lactose|sin lactosa
sugarfree: sugar[- ]free|zuckerfrei\\w*|sans sucre|sin azúcar|no added sugar
alcoholfree: alcohol[- ]free|alkoholfrei\\w*|sans alcool|sin alcohol
caffeinefree: caffeine[- ]free|decaf\\w*|koffeinfrei\\w*|entkoffeiniert\\w*|sans caféine|décaféinée?s?
 |descafeinad[oa]s?
fragrancefree: fragrance[- ]free|unscented|parfümfrei\\w*|sans parfum|sin perfume
nutfree: nut[- ]free|nussfrei\\w*|sans noix|peanut[- ]free
grainfree: grain[- ]free|getreidefrei\\w*|sans céréales|sin cereales
bpafree: bpa[- ]free|bpa[- ]frei\\w*|sans bpa
organic: organic(?:ally)?|bio-qualität|bioqualität|bio-zertifiziert\\w*|biologisch\\w*|biologiques?|ecológic[oa]s?
 |orgánic[oa]s?
dishwasher: dishwasher[- ](?:safe|proof)|spülmaschinen(?:fest|geeignet)\\w*|passe au lave-vaisselle
 |compatible lave-vaisselle|va au lave-vaisselle|apt[oa] para lavavajillas
microwave: microwave[- ](?:safe|proof)|mikrowellen(?:fest|geeignet)\\w*|passe au micro-ondes|compatible micro-ondes
ovenproof: oven[- ]?(?:safe|proof)|backofenfest\\w*|ofenfest\\w*
washable: machine[- ]washable|washable|maschinenwaschbar\\w*|waschbar\\w*|lavables?(?: en machine| a máquina)?
induction: induction[- ](?:ready|compatible|proof)|induktions(?:geeignet|fähig)\\w*|compatible induction
 |apt[oa] para inducción
wireless: wireless\\w*|kabellos\\w*|sans[- ]fil|inalámbric[oa]s?
rechargeable: rechargeable|wiederaufladbar\\w*|rechargeables|recargables?
foldable: foldable|collapsible|faltbar\\w*|klappbar\\w*|zusammenklappbar\\w*|pliables?|plegables?
polarized: polari[sz]ed|polarisiert\\w*|polarisée?s?|polarizad[oa]s?
noise: noise[- ]cancell?ing|geräuschunterdrückung|réduction (?:active )?de bruit|cancelación de ruido
breathable: breathable|atmungsaktiv\\w*|respirants?|transpirables?
hypoallergenic: hypoallergenic|hypoallergen\\w*|hypoallergéniques?|hipoalergénic[oa]s?
scratchproof: scratch[- ](?:resistant|proof)|kratzfest\\w*|anti-rayures?|résistante?s? aux rayures
heatproof: heat[- ](?:resistant|proof)|hitzebeständig\\w*|résistante?s? à la chaleur
antibacterial: anti-?bacterial|antibakteriell\\w*|antibactérien\\w*|antibacterian[oa]s?
stackable: stackable|stapelbar\\w*|empilables?|apilables?
adjustable: adjustable|verstellbar\\w*|réglables?|ajustables?
nonstick: non-?stick|antihaftbeschichtet\\w*|antiadhésive?s?|antiadherentes?
dimmable: dimmable|dimmbar\\w*|dimmables?|regulable en intensidad
handmade: hand[- ]?made|handcrafted|handgefertigt\\w*|handgemacht\\w*|faite?s? (?:à la )?main|hech[oa]s? a mano
fireproof: fire[- ]?proof|flame[- ]retardant|feuerfest\\w*|ignifugée?s?|ignífug[oa]s?
shockproof: shock[- ]?proof|stoßfest\\w*|antichocs?
unbreakable: unbreakable|shatter[- ]?proof|bruchsicher\\w*|unzerbrechlich\\w*|incassables?|irrompibles?
fairtrade: fair[- ]?trade|commerce équitable|comercio justo
crueltyfree: cruelty[- ]free|tierversuchsfrei\\w*|not tested on animals
clinical: clinically (?:proven|tested)|klinisch (?:getestet|bewiesen|erprobt)|cliniquement (?:prouvée?s?
 |testée?s?)|clínicamente probad[oa]s?
dermatologist: dermatologist[- ](?:tested|approved|recommended)|dermatologisch (?:getestet|bestätigt)
 |testée? (?:sous contrôle )?dermatologiquement
fda: fda[- ](?:approved|cleared)|approved by the fda|tüv[- ]geprüft\\w*|ce[- ]certified|gots[- ]certified
 |oeko-tex(?: certified)?|fsc[- ]certified
climate: carbon[- ]neutral|climate[- ]neutral|co2[- ]neutral|klimaneutral\\w*|neutres? en carbone|carbono neutral
degradable: biodegradable|compostable|kompostierbar\\w*|biologisch abbaubar\\w*|biodégradables?
award: award[- ]winning|test winner|testsieger\\w*|preisgekrönt\\w*|primée?s?|galardonad[oa]s?
bluetooth: bluetooth
wifi: wi-?fi|wlan
gps: gps
touchscreen: touch[- ]?screen|écran tactile|pantalla táctil
usbc: usb-c
nfc: nfc
mips: mips
"""
_MATERIALS = """
wool wolle schurwolle laine lana merino merinowolle mérinos merinos; cotton baumwolle coton algodón; linen leinen
lin lino;
silk seide soie seda; polyester poliéster; nylon polyamide polyamid poliamida; cashmere kaschmir cachemire
cachemira; leather leder cuir
cuero piel suede wildleder veloursleder daim goatskin; hemp hanf chanvre; bamboo bambus bambou bambú; viscose
viskose; acrylic acryl acrylique; down daunen
duvet; alpaca alpaka alpaga; mohair; jute yute; rubber gummi kautschuk caoutchouc goma; steel stahl edelstahl
acier inox stainless acero; aluminium aluminum
aluminio; titanium titan titane titanio; brass messing laiton latón; copper kupfer cuivre cobre; bronze; iron
gusseisen fonte hierro; zinc zink;
gold or_massif oro; silver silber argent plata; platinum platin platine; wood holz bois madera; oak eiche
eichenholz chêne roble; walnut nussbaum noyer nogal; beech buche buchenholz
hêtre haya; pine kiefer pin pino; cedar zeder cèdre cedro; spruce fichte épicéa; maple ahorn érable; ash esche
frêne; birch birke bouleau; mahogany mahagoni
acajou caoba; teak; hickory; rattan; cork kork liège corcho; glass glas verre vidrio; crystal kristall cristal;
ceramic keramik céramique cerámica;
porcelain porzellan porcelaine porcelana; stoneware steinzeug grès; clay ton argile barro; marble marmor marbre
mármol; granite granit granito; slate
schiefer ardoise; plastic kunststoff plastik plastique plástico; acetate acetat acétate; carbon carbone carbono;
velvet samt velours terciopelo; denim; canvas segeltuch toile lona; felt filz feutre fieltro;
fleece; satin; paper papier papel; cardboard pappe carton cartón; latex; silicone silikon silicona
"""
_COLOURS = """
red rot rote roter rotes roten rouge rouges rojo roja rojos; blue blau blaue blauer blaues blauen bleu bleue bleus
azul azules navy; green grün grüne grüner grünes grünen vert verte verts verde
verdes; yellow gelb gelbe gelber gelbes jaune jaunes amarillo amarilla; black schwarz schwarze schwarzer schwarzes
schwarzen noir noire noirs negro negra; white weiß weiße weißer weißes
weißen blanc blanche blancs blanco blanca; grey gray grau graue grauer graues gris grise grises anthracite
anthrazit charcoal; brown braun braune brauner braunes marron brun brune
marrón cognac; pink rosa rose roses; purple violet lila violett violette morado; orange naranja; beige sand cream;
turquoise türkis turquesa; silver silber argenté plateado; gold golden doré
dorado; tortoise; clear transparent; rust
"""
KINDS: tuple[tuple[frozenset[str], ...], ...] = tuple(
    tuple(frozenset(words.split()) for words in line.split("|"))
    for line in (
        "paperback|hardback hardcover|audiobook|ebook e-book",
        "taschenbuch|gebunden gebundene gebundenes|hörbuch",
        "broché|relié|poche",
        "tapa_dura|rústica",
        "automatic automatik automatique automático|quartz quarz cuarzo|mechanical mechanisch mécanique mecánico",
        "semi-automatic|fully-automatic",
        "ips|oled|va|tn",
        "ssd|hdd",
        "mono|stereo",
        "matte|glossy",
        "matt|glänzend",
        "halogen|led",
        "butane|propane|petrol|diesel|electric",
    )
)
"""What excludes one another, wherever it stands."""
KINDS_BY_NAME: tuple[tuple[frozenset[str], tuple[frozenset[str], ...]], ...] = tuple(
    (frozenset(names.split()), tuple(frozenset(words.split()) for words in line.split("|")))
    for names, line in (
        ("roast roasted", "light|medium|dark"),
        ("röstung geröstet roestung röstgrad", "hell helle hellen|mittel mittlere|dunkel dunkle dunklen"),
        ("torréfaction torrefaction", "claire légère|moyenne|foncée"),
        ("tueste", "claro|medio|oscuro"),
        ("nib plume feder", "fine|medium|broad|fein|mittel|breit|moyenne|large"),
        ("firmness", "soft|medium|firm"),
        ("light position luz licht", "sun|shade|indirect|indirecta|sol|sombra|sonne|schatten"),
        ("skin peau haut", "dry|oily|sensitive|sèche|grasse|sensible|trocken|fettig"),
        ("season", "summer|winter|3-season|4-season"),
        ("age adult", "puppy|adult|senior"),
        ("skill level", "beginner|intermediate|advanced"),
        ("switches", "brown|red|blue"),
        (
            "connector connects connection plug port ports anschluss connecteur conector",
            "usb-c usb-a|lightning|micro-usb|jack",
        ),
    )
)
"""What excludes one another where the sentence or the attribute is about one of the first words."""


def _groups(listed: str) -> Mapping[str, str]:
    groups = [group.split() for group in listed.replace("\n", " ").split(";")]
    return MappingProxyType({word: group[0] for group in groups for word in group})


QUALITIES: Mapping[str, str] = MappingProxyType(
    {
        name: pattern
        for name, _, pattern in (line.partition(": ") for line in _QUALITIES.replace("\n |", "|").strip().splitlines())
    }
)
"""What a product is or is not, by a pattern of all its words."""
MATERIALS: Mapping[str, str] = _groups(_MATERIALS)
COLOURS: Mapping[str, str] = _groups(_COLOURS)
"""Each word and the first of its group."""
