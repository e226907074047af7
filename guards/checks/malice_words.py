"""Words with which a text tells how to harm somebody, with what, and that nobody will find out; four languages."""

from __future__ import annotations

from shopgraph.guards.checks.text import whole_words

SOMEBODY = whole_words(
    "neighbor neighbour neighbors neighbours boss ex husband wife roommate flatmate colleague coworker teacher mother "
    "father brother sister sibling stepmother landlord rival enemy school classmate nachbar nachbarn nachbarin chef "
    "chefin mitbewohner mitbewohnerin kollege kollegin kollegen ehemann ehefrau lehrer vermieter feind voisin voisine "
    "voisins patron patronne collègue colocataire mari femme belle-mère professeur propriétaire ennemi vecino vecina "
    "vecinos jefe jefa marido esposa compañero compañera suegra profesor casero enemigo"
)
"""Whom nobody is told to harm."""
SLIP = whole_words(
    "put pour mix stir slip hide sprinkle add drop give geben gib gießen schütten mischen rühren streuen versez mettez "
    "mélangez glissez ajoutez ponga pon eche echa vierta mezcle añada"
)
FOOD = whole_words(
    "soup coffee tea drink drinks food dinner lunch meal beer wine juice smoothie glass cup suppe kaffee tee "
    "getränk essen "
    "bier wein glas soupe café thé verre repas plat boisson sopa té comida bebida vaso copa"
)
STRANGE = whole_words(
    "bait poison antifreeze cleaner bleach pills powder drops sedative detergent it some any davon etwas köder "
    "gift tropfen "
    "pulver en poison appât gouttes poudre veneno cebo gotas polvo"
)
REVENGE = (
    r"\b(?:get rid of|take revenge on|get (?:back at|even with|revenge on)|hurt|harm|poison|blow up|teach)\b[^.;]{0,12}"
    r"\b(?:your|the|his|her|my|an?) (?:\w+ )?(?:neighbou?rs?|boss|ex\b|husband|wife|roommate|flatmate|colleague"
    r"|coworker|teacher"
    r"|school|landlord|rival|enemy|classmate)"
    r"|\b(?:nachbar\w*|chef\w*|mitbewohner\w*|kolleg\w*|ehemann|ehefrau|vermieter)\b[^.;]{0,40}\b(?:zu schaden|schaden"
    r"|loszuwerden|loswerden|zu rächen|heimzuzahlen)\b|\b(?:schaden|rächen|loswerden)\b[^.;]{0,30}\b(?:nachbar"
    r"|chef|mitbewohner)"
    r"|\b(?:venger|débarrasser|nuire|du mal à)\b[^.;]{0,20}\b(?:voisin|patron|collègue|colocataire|mari|femme|ennemi)"
    r"|\b(?:vengar\w*|deshacer\w*|hacer(?:le)? daño|perjudicar)\b[^.;]{0,20}\b(?:vecin|jefe|compañer|marido"
    r"|esposa|enemig)"
)
REVENGE_WORDS = whole_words(
    "rid revenge back even hurt harm poison blow teach schaden loszuwerden loswerden rächen heimzuzahlen venger "
    "débarrasser "
    "nuire mal vengarse vengarte deshacerse daño perjudicar"
)
UNSEEN = (
    r"\b(?:nobody|no one|no-one|they) (?:will|would|['’]ll)(?: ever| never)? (?:know|find out|suspect|notice"
    r"|guess|trace)\b"
    r"[^.;]{0,24}\b(?:you|it was)\b|\bwithout (?:anyone|anybody|being) (?:noticing|knowing|caught)\b"
    r"|\bniemand (?:wird|würde)[^.;]{0,30}(?:erfahren|merken|ahnen|verdächtigen)\b|\bohne dass (?:es )?(?:jemand"
    r"|er|sie) (?:es )?merkt\b"
    r"|\bpersonne ne (?:saura|soupçonnera|remarquera|vous soupçonnera)\b|\bnadie (?:sabrá|sospechará|se enterará"
    r"|lo notará)\b"
    r"|\b(?:he|she|they) (?:won['’]t|will not) (?:taste|notice|feel|see) (?:it|a thing)\b"
)
UNSEEN_WORDS = whole_words("nobody one they anyone anybody being niemand jemand er sie personne nadie he she")
SEEN_WORDS = whole_words(
    "know find suspect notice guess trace noticing knowing caught erfahren merken ahnen verdächtigen merkt "
    "saura soupçonnera "
    "remarquera sabrá sospechará enterará notará taste feel see"
)
GAS = (
    r"\b(?:toxic|poisonous|deadly|giftige[sn]?|tödliche[sn]?) (?:gas(?:es)?|fumes|dämpfe)\b[^.;]{0,60}\b(?:rest"
    r"|room|bedroom|sleep"
    r"|breath\w*|door|knock\w*|job|erledigt|schlafzimmer|zimmer|tür)\b"
    r"|\bgaz (?:toxique|mortel)\b[^.;]{0,60}\b(?:reste|chambre|porte|travail|souffle|respirer)\b"
    r"|\bgas(?:es)? (?:tóxicos?|mortal(?:es)?)\b[^.;]{0,60}\b(?:resto|habitación|puerta|respir\w+|trabajo)\b"
)
GAS_WORDS = whole_words("gas gases fumes dämpfe gaz")
BLAST = (
    r"\bwill (?:explode|blow up|detonate)\b[^.;]{0,50}\b(?:nobody|no one|minutes|seconds|neighbou?r|car|house"
    r"|crowd|him|her"
    r"|them)\b|\bblow up (?:your|the|a|his|her) (?:school|car|house|office|neighbou?r\w*|building|ex\b)"
    r"|\bmakes? an? (?:great|nice|big|huge) (?:bang"
    r"|explosion)\b|\bset (?:it|him|her|them|the (?:car|house|door)) on fire\b|\bcar and set\b"
    r"|\bexplodiert (?:dann|er|sie|es|innerhalb)\b[^.;]{0,40}|\bin die luft (?:jagen|sprengen)\b"
    r"|\bfaire sauter (?:la|le|votre|son)\b"
    r"|\bhará explotar\b|\bexplotará\b[^.;]{0,40}\b(?:nadie|minutos|coche|casa)\b"
)
BLAST_WORDS = whole_words(
    "explode blow detonate bang explosion fire explodiert luft sprengen sauter explotar explotará"
)
LIVING = whole_words(
    "phone laptop cat dog hamster pet baby puppy kitten camera handy katze hund téléphone chat chien gato perro móvil"
)
DRY = whole_words("microwave mikrowelle micro-ondes microondas oven backofen four horno")
DRYING = (
    r"\b(?:dry|warm|heat|put|place|trocknen|wärmen|sécher|réchauffer|secar|calentar)\b[^.;]{0,50}\b(?:in|into|im"
    r"|in der|au|dans|en) "
    r"(?:the |an? |your |der |die |den |le |la |el )?(?:microwave|mikrowelle|micro-ondes|microondas|oven"
    r"|backofen|four|horno)\b"
)
