"""Made-up people and where they live: lists to draw from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

from shopgraph.domain import Address

_Cities = tuple[tuple[str, str, str], ...]
"""City, state (or empty), first digits of its postal codes."""


@dataclass(frozen=True, kw_only=True)
class People:
    """The names and places of one market."""

    cities: _Cities
    streets: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]
    house_first: bool
    """Whether the house number comes before the street."""
    postal: str
    """How a postal code goes on after the city's digits: # is a digit, @ a letter."""

    def address(self, random: Random, country: str) -> Address:
        """An address somewhere in this market."""
        city, state, digits = random.choice(self.cities)
        street, house = random.choice(self.streets), str(random.randrange(2, 198))
        line1 = f"{house} {street}" if self.house_first else f"{street} {house}"
        line2 = f"Apt {random.randrange(1, 60)}" if self.house_first and random.random() < 0.3 else ""
        return Address(
            line1=line1,
            line2=line2,
            city=city,
            state=state,
            postal_code=digits + "".join(_mark(random, mark) for mark in self.postal),
            country=country,
        )


def _mark(random: Random, mark: str) -> str:
    if mark == "#":
        return str(random.randrange(10))
    return random.choice("ABDEFGHJLNPQRSTUWXYZ") if mark == "@" else mark


def ascii_slug(name: str) -> str:
    """A name as the local part of an e-mail address has it."""
    plain = name.lower().replace("ß", "ss").replace("ø", "o")
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


_US_STREETS = _words(
    "Maple Avenue, Harbor Street, Birch Lane, Mill Road, Orchard Street, Prospect Avenue, Quarry Road, Elm Court, "
    "Lakeview Drive, Station Street, Willow Way, Union Street, Juniper Lane, Garden Terrace, Canal Street"
)
_EN_GIVEN = _words(
    "Maya, Owen, Nora, Caleb, Iris, Theo, Ruth, Jonas, Leah, Marcus, Ivy, Dana, Felix, Naomi, Wes, Clara, Amir, June, "
    "Hugo, Tessa, Miles, Priya, Graham, Celia, Andre, Paige, Luis, Greta, Samir, Hazel, Desmond, Lena, Rafael, Beth"
)
_US_FAMILY = _words(
    "Okafor, Lindqvist, Barrett, Nguyen, Castellano, Whitlock, Reyes, Hargrove, Patel, Donnelly, Abbott, Kowalski, "
    "Mercer, Salazar, Thorne, Friedman, Osborne, Delgado, Pruitt, Hanley, Sorensen, Adeyemi, Quinn, Vasquez, Lowell, "
    "Barlow, Chandra, Ellery, Marsh, Tran, Holloway, Crane, Ferreira, Stroud"
)


def _us(cities: _Cities) -> People:
    return People(cities=cities, streets=_US_STREETS, given=_EN_GIVEN, family=_US_FAMILY, house_first=True, postal="##")


US_NORTHEAST = _us(
    (
        ("New York", "NY", "100"), ("Boston", "MA", "021"), ("Providence", "RI", "029"), ("Albany", "NY", "122"),
        ("Hartford", "CT", "061"), ("Portland", "ME", "041"), ("Philadelphia", "PA", "191"), ("Newark", "NJ", "071"),
        ("Burlington", "VT", "054"), ("Syracuse", "NY", "132"), ("Worcester", "MA", "016"), ("Trenton", "NJ", "086"),
    )
)  # fmt: skip
US_SOUTH = _us(
    (
        ("Atlanta", "GA", "303"), ("Austin", "TX", "787"), ("Nashville", "TN", "372"), ("Houston", "TX", "770"),
        ("Charlotte", "NC", "282"), ("Savannah", "GA", "314"), ("New Orleans", "LA", "701"), ("Dallas", "TX", "752"),
        ("Memphis", "TN", "381"), ("Tampa", "FL", "336"), ("Raleigh", "NC", "276"), ("Mobile", "AL", "366"),
    )
)  # fmt: skip
US_MIDWEST = _us(
    (
        ("Chicago", "IL", "606"), ("Madison", "WI", "537"), ("Minneapolis", "MN", "554"), ("Omaha", "NE", "681"),
        ("St. Louis", "MO", "631"), ("Columbus", "OH", "432"), ("Detroit", "MI", "482"), ("Des Moines", "IA", "503"),
        ("Ann Arbor", "MI", "481"), ("Milwaukee", "WI", "532"), ("Kansas City", "MO", "641"), ("Peoria", "IL", "616"),
    )
)  # fmt: skip
US_WEST = _us(
    (
        ("Seattle", "WA", "981"), ("Portland", "OR", "972"), ("San Diego", "CA", "921"), ("Oakland", "CA", "946"),
        ("Denver", "CO", "802"), ("Boise", "ID", "837"), ("Tucson", "AZ", "857"), ("Sacramento", "CA", "958"),
        ("Spokane", "WA", "992"), ("Reno", "NV", "895"), ("Salt Lake City", "UT", "841"), ("Eugene", "OR", "974"),
    )
)  # fmt: skip
UK = People(
    cities=(
        ("Leeds", "", "LS"), ("Bristol", "", "BS"), ("York", "", "YO"), ("Norwich", "", "NR"), ("Cardiff", "", "CF"),
        ("Edinburgh", "", "EH"), ("Exeter", "", "EX"), ("Derby", "", "DE"), ("Oxford", "", "OX"), ("Bath", "", "BA"),
        ("Durham", "", "DH"), ("Swansea", "", "SA"),
    ),
    streets=_words(
        "Mill Lane, Church Row, Victoria Road, Chapel Street, Priory Close, Weaver Street, Orchard Rise, Abbey Road, "
        "Foundry Lane, Castle Street, Meadow View, Tannery Walk"
    ),
    given=_words(
        "Alice, Rhys, Imogen, Callum, Harriet, Tariq, Bronwen, Angus, Freya, Dominic, Zara, Elliot, Isla, Kwame, "
        "Philippa, Rory, Saoirse, Nathan, Megan, Hamish, Anika, Toby"
    ),
    family=_words(
        "Ashworth, Pritchard, Fairley, Begum, Hartwell, MacLeod, Osei, Thackray, Whitcombe, Singh, Lockwood, Penrose, "
        "Bevan, Cartwright, Ahmed, Fenwick, Greaves, Nolan, Rowntree, Sutcliffe, Tully, Wren"
    ),
    house_first=True,
    postal="# #@@",
)  # fmt: skip
DE = People(
    cities=(
        ("Hamburg", "", "203"), ("Köln", "", "506"), ("Leipzig", "", "041"), ("Bremen", "", "281"),
        ("Freiburg", "", "791"), ("München", "", "803"), ("Kassel", "", "341"), ("Rostock", "", "180"),
        ("Mainz", "", "551"), ("Dresden", "", "010"), ("Münster", "", "481"), ("Berlin", "", "104"),
    ),
    streets=_words(
        "Lindenstraße, Gartenweg, Mühlgasse, Am Hafen, Bergstraße, Kastanienallee, Schulstraße, Rosenweg, Bachstraße, "
        "Ahornweg, Marktgasse, Uferstraße"
    ),
    given=_words(
        "Jule, Matthias, Svenja, Emre, Katrin, Lukas, Hanna, Torben, Ayla, Friedrich, Marlene, Jannis, Antje, Kilian, "
        "Greta, Oskar, Paula, Tobias, Wiebke, Yusuf, Lotte, Henning"
    ),
    family=_words(
        "Brandt, Küster, Yılmaz, Hoffacker, Petersen, Lorenz, Seidel, Wiesner, Thoma, Kaya, Albrecht, Fuhrmann, "
        "Reinhold, Sander, Vogt, Dietz, Engelke, Rahn, Böhme, Nissen, Hagedorn, Pohl"
    ),
    house_first=False,
    postal="##",
)  # fmt: skip
FR = People(
    cities=(
        ("Lyon", "", "690"), ("Nantes", "", "440"), ("Lille", "", "590"), ("Rennes", "", "350"), ("Dijon", "", "210"),
        ("Bordeaux", "", "330"), ("Annecy", "", "740"), ("Toulouse", "", "310"), ("Tours", "", "370"),
        ("Nice", "", "060"), ("Reims", "", "511"), ("Paris", "", "750"),
    ),
    streets=_words(
        "rue des Tilleuls, quai du Port, rue Neuve, avenue des Pins, rue du Moulin, place aux Herbes, "
        "rue de la Gare, chemin des Vignes, rue Saint-Paul, allée des Rosiers, rue du Marché"
    ),
    given=_words(
        "Camille, Bastien, Élodie, Karim, Solène, Maxime, Inès, Thibault, Margaux, Yann, Aurore, Hugo, Clémence, "
        "Rayan, Odile, Gaël, Lucie, Paul, Noémie, Étienne, Salomé, Rémi"
    ),
    family=_words(
        "Garnier, Lefèvre, Benali, Marchand, Rousselle, Delmas, Chevrier, Haddad, Picard, Vasseur, Guichard, Morvan, "
        "Tessier, Lacombe, Bouchet, Fabre, Jourdan, Perrin, Carlier, Duval, Renaud, Sabatier"
    ),
    house_first=True,
    postal="##",
)  # fmt: skip
JP = People(
    cities=(
        ("Kyoto", "Kyoto", "60"), ("Sapporo", "Hokkaido", "06"), ("Sendai", "Miyagi", "98"),
        ("Kanazawa", "Ishikawa", "92"), ("Fukuoka", "Fukuoka", "81"), ("Nagoya", "Aichi", "46"),
        ("Kobe", "Hyogo", "65"), ("Matsuyama", "Ehime", "79"), ("Tokyo", "Tokyo", "15"), ("Nara", "Nara", "63"),
        ("Hiroshima", "Hiroshima", "73"), ("Yokohama", "Kanagawa", "23"),
    ),
    streets=_words(
        "Sakura-dori, Midori-cho, Hamabe-cho, Kawabata, Asahi-machi, Wakaba-cho, Minami-dori, Kaede-cho, Shinmachi"
    ),
    given=_words(
        "Haruka, Kenji, Aoi, Daichi, Mio, Sota, Yuna, Ren, Sakura, Takumi, Hina, Kaito, Emi, Naoki, Rin, Shota, Yui, "
        "Akira, Mei, Ryo"
    ),
    family=_words(
        "Tanabe, Okada, Mizuno, Hayashi, Kuroda, Nishimura, Sakai, Morita, Ueda, Fujii, Arai, Noda, Kishi, Onishi, "
        "Hirano, Tsukuda, Miyake, Oda, Shimizu, Kawai"
    ),
    house_first=False,
    postal="#-####",
)  # fmt: skip
KW = People(
    cities=(
        ("Kuwait City", "", "15"), ("Salmiya", "", "22"), ("Hawally", "", "32"), ("Jahra", "", "03"),
        ("Fahaheel", "", "64"), ("Mangaf", "", "54"), ("Farwaniya", "", "85"),
    ),
    streets=_words("Gulf Road, Beirut Street, Palm Street, Pearl Street, Harbour Street, Tunis Street, Souk Street"),
    given=_words(
        "Noura, Faisal, Dalal, Yousef, Maryam, Hamad, Sara, Bader, Latifa, Khaled, Aisha, Omar, Reem, Talal, Hessa, "
        "Nasser"
    ),
    family=_words(
        "Al-Rashid, Al-Sabti, Behbehani, Al-Mutawa, Karam, Al-Hajri, Dashti, Al-Enezi, Marafie, Al-Qattan, Ashkanani, "
        "Al-Fadhli, Haidar, Al-Shatti"
    ),
    house_first=False,
    postal="###",
)  # fmt: skip
