"""A material in the language of the word that it takes the place of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

_ROWS = """
wool wolle laine lana; cotton baumwolle coton algodón; linen leinen lin lino; silk seide soie seda; leather leder cuir
cuero; steel stahl acier acero; aluminium aluminium aluminium aluminio; titanium titan titane titanio; brass messing
laiton latón; copper kupfer cuivre cobre; wood holz bois madera; oak eiche chêne roble; walnut nussbaum noyer nogal;
beech buche hêtre haya; pine kiefer pin pino; cedar zeder cèdre cedro; maple ahorn érable arce; ash esche frêne fresno;
birch birke bouleau abedul; bamboo bambus bambou bambú; cork kork liège corcho; glass glas verre vidrio; ceramic
keramik céramique cerámica; porcelain porzellan porcelaine porcelana; marble marmor marbre mármol; plastic kunststoff
plastique plástico; velvet samt velours terciopelo; paper papier papier papel
"""
"""English, German, French, Spanish."""
_GERMAN = 1
"""Its nouns begin with a capital."""
_MATERIALS = [row.split() for row in _ROWS.replace("\n", " ").split(";")]
_ROW_OF: Mapping[str, Sequence[str]] = MappingProxyType({word: row for row in _MATERIALS for word in row})


def in_the_language_of(said: str, material: str, *, beside: str = "") -> str:
    """The material as one says it where one says `said`; as it is where that is not known, or is the same.

    Of "solid pine" in another language the pine alone; in the same one without what stands `beside` it already.
    """
    theirs = _ROW_OF.get(said.lower())
    known = [row for word in material.lower().split() if (row := _ROW_OF.get(word)) is not None]
    if theirs is None or len(known) != 1 or theirs.count(said.lower()) > 1:
        return material
    place = theirs.index(said.lower())
    if known[0][place] in material.lower().split():
        there = beside.lower().split()
        return " ".join([word for word in material.split() if word.lower() not in there])
    right = known[0][place]
    return right.capitalize() if said[:1].isupper() or place == _GERMAN else right
