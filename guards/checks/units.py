"""Units and counted things of products, in four languages: which are the same, and how they convert."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Unit(NamedTuple):
    """What a unit measures, and how many of the first unit of its kind one is."""

    kind: str
    factor: Decimal
    system: str = ""
    """`imperial` where a conversion is rounded, as an inch is."""


_METRIC = """
mass: g gram grams gramm gramme grammes gramo gramos=1; mg=0.001; kg kilo kilos kilogram kilograms kilogramm
 kilogramme kilogrammes
 kilogrammes kilogramos=1000
length: mm millimeter millimeters millimetre millimetres millimètre millimètres=1; cm centimeter centimeters
 centimetre centimetres zentimeter zentimetern centimètre centimètres centímetro centímetros=10; m meter meters
  metre metres metern mètre
 mètres metro metros=1000; km kilometer kilometers kilometre kilometres kilometern kilomètre kilomètres=1000000
volume: ml milliliter milliliters millilitre millilitres=1; cl centilitre centilitres zentiliter=10; dl=100; l liter
 liters litre litres litern litro litros=1000
area: m² m2 sqm qm quadratmeter quadratmetern mètres_carrés=1; cm²=0.0001
data: kb=1; mb megabyte megabytes=1000; gb gigabyte gigabytes gigaoctets=1000000; tb terabyte terabytes=1000000000
frequency: hz hertz=1; khz=1000; mhz=1000000; ghz=1000000000
power: w watt watts vatio vatios=1; kw kilowatt kilowatts=1000
voltage: v volt volts=1
current: ma=1; amp amps ampere=1000
charge: mah=1; ah=1000
energy: wh=1; kwh=1000
light: lm lumen lumens lumina=1
nutrition: kcal kilocalories kilokalorien=1
joule: kj kilojoule kilojoules=1
sound: db decibel decibels dezibel décibels=1
torque: nm newtonmeter=1
pressure: bar bars bares=1; psi=0.0689476
turns: rpm u/min tr/min umdrehungen=1
pixels: mp megapixel megapixels mégapixel mégapixels megapixeln=1
density: dpi ppi=1
frames: fps=1
brightness: nits nit=1
speed: km/h kmh=1; mph=1.609344
temperature: °c=1
fahrenheit: °f=1
carat: carat carats karat=1
depth: atm=1
thread: denier den=1
time: hour hours hr hrs h stunde stunden heure heures std hora horas=60; minute minutes min mins minuten minuto
 minutos=1;
 day days tag tage tagen jour jours día días=1440; week weeks woche wochen semaine semaines semana semanas=10080;
  month
 months monat monate monaten mois mes meses=43830; year years yr yrs jahr jahre jahren an ans année années año
  años=525960
"""
_IMPERIAL = """
mass: lb lbs pound pounds=453.592; oz ounce ounces unze unzen=28.3495
length: inch inches zoll pouce pouces pulgada pulgadas "=25.4; ft foot feet=304.8; yd yard yards=914.4; mile
 miles=1609344
volume: gal gallon gallons=3785.41; qt quart quarts=946.353; pint pints=473.176; floz=29.5735
area: sqft square-feet=0.092903
power: hp ps=745.7
"""
_THINGS = """
pieces: piece pieces pieza piezas part parts teil teile teilen pièce pièces element elements elemente éléments
 teilig teilige teiliges teiliger teiligen
pages: page pages página páginas seite seiten
gears: gear gears speed speeds marcha marchas velocidad velocidades gang gänge gängen vitesse vitesses
drawers: drawer drawers schublade schubladen tiroir tiroirs
shelves: shelf shelves regalböden fachböden einlegeböden étagère étagères
pockets: pocket pockets innentaschen poche poches
compartments: compartment compartments fach fächer fächern compartiment compartiments
seats: seat seats seater sitzplatz sitzplätze sitze sitzplätzen sitzer
doors: door doors tür türen türig türige porte portes
ports: port ports anschluss anschlüsse anschlüssen
cores: core cores kern kerne kernen cœur cœurs coeurs
blades: blade blades klinge klingen lame lames
strings: string strings saite saiten corde cordes
lenses: lens lenses linse linsen lentille lentilles
programs: program programs programme programmes programm programmen mode modes modi
burners: burner burners brenner brûleur brûleurs
wheels: wheel wheels rad räder rädern roue roues
keys: key keys tecla teclas taste tasten touche touches
stars: star stars estrella estrellas stern sterne sternen étoile étoiles
reviews: review reviews reseña reseñas opiniones rating ratings bewertung bewertungen rezensionen
 kundenbewertungen avis évaluations
players: player players jugadores spieler spielern joueur joueurs
capsules: capsule capsules tabletten kapsel kapseln comprimé comprimés gélule gélules
servings: serving servings portion portions portionen
washes: wash washes waschgänge waschladungen lavage lavages
recipes: recipe recipes rezept rezepte rezepten recette recettes
chapters: chapter chapters kapitel kapiteln chapitre chapitres
cylinders: cylinder cylinders zylinder cylindre cylindres
persons: berths schlafplätze couchages
leds: led leds
"""
_PERCENT_OF = """
wool wolle schurwolle laine lana; merino merinowolle mérinos; cotton baumwolle coton algodón; linen leinen lin
 lino; silk seide soie seda
polyester; polyamide polyamid nylon; elastane elasthan élasthanne spandex; cashmere kaschmir cachemire; leather
 leder
cuir cuero piel; hemp hanf chanvre; bamboo bambus bambou; viscose viskose; acrylic acryl acrylique; down daunen
 duvet; feathers
federn plumes; alpaca alpaka alpaga; mohair; lyocell tencel; modal; jute; rubber gummi kautschuk caoutchouc; steel
stahl acier; gold; silver silber argent; oak eiche chêne; cocoa cacao kakao; arabica; robusta; fat fett matière
fruit frucht fruits; juice saft jus; sugar zucker sucre; protein eiweiß protéines; meat fleisch viande; alcohol
alkohol alcool abv vol; rye roggen seigle; wheat weizen blé; spelt dinkel épeautre; almonds mandeln amandes; hazelnuts
haselnüsse noisettes; water wasser eau; salt salz sel; recycled recycelt recyclé; latex; beeswax bienenwachs; soy
 soja
"""


_PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ñ": "n"} | dict(zip("éèêàâîïôûçíóáú", "eeeaaiioucioau", strict=True))
)


def plain(word: str) -> str:
    """The word as names of attributes spell it: in ASCII."""
    return word if word.isascii() else word.translate(_PLAIN)


def _with_plain(known: dict[str, _T]) -> Mapping[str, _T]:
    return MappingProxyType({plain(word): meant for word, meant in known.items()} | known)


def _units(listed: str, system: str) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for line in listed.replace("\n ", " ").strip().splitlines():
        kind, _, rest = line.partition(": ")
        for part in rest.split(";"):
            words, _, factor = part.rpartition("=")
            found |= {word: Unit(kind, Decimal(factor), system) for word in words.split()}
    return found


def _groups(listed: str) -> dict[str, str]:
    """Each word and the first of its group."""
    groups = [group.split() for group in listed.split(";")]
    return {word: group[0] for group in groups for word in group}


UNITS: Mapping[str, Unit] = MappingProxyType(_units(_METRIC, "") | _units(_IMPERIAL, "imperial"))
"""Units by how they are written, in lower case."""
FRENCH_DATA: Mapping[str, Unit] = MappingProxyType(
    {"Mo": Unit("data", Decimal(1000)), "Go": Unit("data", Decimal(10**6)), "To": Unit("data", Decimal(10**9))}
)
"""Bytes as French counts them; in lower case they would be English words."""
THINGS: Mapping[str, str] = _with_plain(
    {
        word: line.partition(": ")[0]
        for line in _THINGS.replace("\n ", " ").strip().splitlines()
        for word in line.partition(": ")[2].split()
    }
)
"""What a product may have a number of, by each of its words."""
IN_NAMES: Mapping[str, Unit] = MappingProxyType(
    {plain(word): unit for word, unit in UNITS.items()}
    | {
        "in": UNITS["inch"],
        "c": UNITS["°c"],
        "f": UNITS["°f"],
        "sq": UNITS["m²"],
        "a": UNITS["amp"],
        "anos": UNITS["year"],
    }
)
"""Units by how an attribute's name ends with them: `height_in`, `weight_g`, `battery_hours`."""
SHARES: Mapping[str, str] = MappingProxyType(_groups(_PERCENT_OF))
"""What a product may consist of by a percentage, by each of its words."""

_ASPECTS = """
warranty: warranty guarantee guaranteed garantie garantiert gewährleistung garantía garanti garantis garantie
 garantiejahre
age: age ages aged alter old âge edad kids children kinder enfants niños
battery: battery batteries akku akkulaufzeit batterie batería autonomie autonomía laufzeit
charge: charge charging charges ladezeit recharge carga
water: waterproof water-resistant resistant wasserdicht étanche
load: capacity capacidad traglast belastbarkeit belastbar load loads carries carry carrying supports support trägt
 tragen supporte supportent soporta
weight: weight weigh weighs weighing peso pesa pesan gewicht wiegt wiegen schwer leicht poids pèse pèsent heavy
 light
width: width wide breite breit largeur large schnittbreite ancho anchura
height: height high tall höhe hoch hauteur haut altura alto alta
depth: depth deep tiefe tief profondeur profond profonde
length: length long länge lang longueur longue largo larga schnittlänge schnittlaenge
diameter: diameter durchmesser diamètre diametre
thickness: thickness thick dicke dick épaisseur épais
memory: ram memory arbeitsspeicher mémoire vive
storage: storage ssd hdd speicherplatz festplatte stockage disk drive
screen: display screen diagonal diagonale bildschirm bildschirmdiagonale écran ecran
"""
ASPECTS: Mapping[str, str] = _with_plain(
    {
        word: line.partition(": ")[0]
        for line in _ASPECTS.replace("\n ", " ").strip().splitlines()
        for word in line.partition(": ")[2].split()
    }
)
"""Of what about a product a figure speaks, by the words for it."""
