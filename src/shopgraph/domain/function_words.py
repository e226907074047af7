"""Function words by which a language is told, in ten languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

_LISTED = {
    "en": """
        the and of to is are was were with for from this that these those it its you your yours we our they their
        he she
        his her have has had been be will would can could should not but or if when where which who how what there
        here
        also only about into than then because just very some any all more most other each both please thank thanks
        i'm it's you're we're don't doesn't isn't at by on as me my us them do does did get make take
        hello welcome sorry yes today tomorrow costs delivery available returned shipped parcel price arrives days
        bought
        pieces weighs comes an my order much like cost am was let know anything else need help happy questions feel free
        contact reach further""",
    "de": """
        der das und ist sind nicht ein eine einen einem einer eines mit für auf dem den des zu von wird werden wir
        sie ihr
        ihre ihren ihrem ihnen uns unser unsere unseren ich mich mir dich dir sich auch noch nur oder aber wenn
        dass weil
        bei beim nach aus über unter vom zum zur im ins am wie wo hat haben hatte kann können möchten wurde wurden
        sehr
        hier dort diese dieser dieses diesen kein keine schon mehr als bitte danke vielen dank gerne leider heute
        morgen
        für durch ohne gegen sowie jetzt immer damit dazu kostet kosten preis lieferung versand verfügbar lager
        bestellung größe
        farbe rücksendung paket kostenlos tage wiegt stück dauert zwei drei vier fünf sechs sieben bis
        mein meine meiner meinen die was viel zu falls fragen melden helfen gern zeit geduld freundlichen
        grüßen wünschen
        wünsche weitere etwas anderes jederzeit verfügung stehen freuen""",
    "fr": """
        le les des du une est sont avec pour dans sur vous votre vos nous notre nos il elle ils elles ce cet cette
        ces et
        ou mais donc que qui où pas ne plus très aussi bien au aux par sans sous chez leur leurs être avoir avons
        avez
        fait été serait sera peut pouvez merci bonjour voici voilà c'est n'est d'un d'une qu'il je j'ai tout tous
        toute toutes depuis encore toujours lorsque afin coûte coûtent prix livraison disponible commande taille
        couleur colis gratuite gratuit jours
        pièces pèse la de dure deux trois quatre délai jusqu mon ma mes quel quelle combien un quand svp puis
        n'hésitez hésitez besoin autre chose reste restons disposition
        cordialement beaucoup souhaitez aider contacter moindre question""",
    "es": """
        el los las una unos unas es son está están con para por en del al su sus nuestro nuestra nuestros usted
        ustedes
        que no se lo le les y o pero si como cuando donde muy más también este esta estos estas ese eso hay tiene
        puede
        dónde qué cuál cuánto cuánta puedo quiero mis
        gracias hola aquí su ser hacer hasta desde sin sobre entre todo todos cuesta cuestan precio
        envío disponible pedido talla color días la de tarda dos tres cuatro cinco entrega hasta muchas
        nosotros cualquier otra otro cosa cosas necesita necesitas podemos podamos
        estaremos ayudarle ayudarte ayudar confiar encantados encantada encantado saludos duda dudas buenos
        buenas días""",
    "it": """
        il lo gli una uno è sono con per nel nella della delle dei degli del al alla che non si ma se come quando
        dove
        molto più anche questo questa questi queste suo sua nostro nostra ha hanno può grazie ciao buongiorno qui
        essere
        tutto tutti vostro costa costano prezzo spedizione disponibile ordine taglia
        giorni in viaggio arriverà la di da""",
    "nl": """
        het een is zijn met voor van op aan bij naar uit over wordt worden wij we u uw je jouw ons onze ik hij zij
        ze dat
        die deze dit niet maar of als wanneer waar hoe heel ook nog alleen kan kunnen heeft hebben bedankt graag
        hier geen
        meer door zonder kost prijs levering verzending beschikbaar bestelling maat dagen de en""",
    "pt": """
        o os as um uma é são está com para por em no na nos nas do da dos das ao seu sua seus suas nosso nossa
        você vocês
        que não se mas como quando onde muito mais também este esta isto tem pode obrigado obrigada olá aqui ser
        fazer
        até sem sobre todo todos de""",
    "pl": """
        jest są nie tak ale lub czy jak gdzie kiedy bardzo też także ten ta to te tego tej pan pani państwa nasz
        nasze na
        do od za przez dla przy jako się że który która dziękujemy dzień dobry""",
    "sv": """
        och är att det som en ett på med för av till från vi ni du jag han hon den inte men eller om när var hur
        mycket
        också här har kan ska tack hej din vår era våra""",
}
_COUNTS = Counter(word for words in _LISTED.values() for word in set(words.split()))
_LOOSE = frozenset(["i", "a", "s", "t", "m", "re", "d", "ll"])

FUNCTION_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        language: frozenset(part for word in words.split() if _COUNTS[word] == 1 for part in [word] if "'" not in word)
        - _LOOSE
        for language, words in _LISTED.items()
    }
)
"""By language, in lower case, without those that another of them has."""
SHARED: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _LISTED.items()}
)
"""By language, with those that others have too."""
