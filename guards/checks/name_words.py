"""Words of products' names that do not tell a product when they stand alone."""

from __future__ import annotations

from shopgraph.guards.checks.qualities_words import COLOURS, MATERIALS
from shopgraph.guards.checks.text import whole_words

NO_SHORT_NAME = whole_words(
    "order orders sale card gift delivery shipping return refund price discount code total item items set offer stock "
    "size color colour tax store shop bestellung lieferung preis commande prix livraison"
)
"""Words that are no product behind an article."""
NO_NAME = whole_words(
    "order orders sale card gift delivery shipping return refund price discount code total item items offer "
    "stock size "
    "color colour store shop bestellung lieferung preis commande prix livraison "
    "pack packs pair with from your mini maxi plus light dark black white blue green grey grau blau grün "
    "schwarz weiß "
    "noir blanc bleu vert rouge rosa gold silver small large extra free organic natural classic premium home kitchen "
    "garden water inch page pages piece pieces best good great this that these avec pour sans mit ohne für und dans "
    "the and for les des und mit von per set pro max led usb eco new big bio one two six ten day old red tan "
    "man men her "
    "his all big hot ice top low los las con por del que sur pas une vom zum zur notre votre unser kilo litre "
    "liter edition édition ausgabe first"
)
"""Words of a name that may stand anywhere."""


NO_PART = NO_SHORT_NAME | NO_NAME | MATERIALS.keys() | COLOURS.keys()
"""Words that are no product where they stand without the rest of the name."""
