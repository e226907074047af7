"""What is never said to a customer: insults, threats, and uses of things that hurt; in four languages."""

from __future__ import annotations

from shopgraph.guards.checks.text import whole_words

FOUL = whole_words(
    "fuck fucking fucked fucker motherfucker shit bullshit shitty asshole assholes arsehole bitch bitches cunt wanker "
    "bastards twat dickhead douchebag whore slut faggot faggots "
    "arschloch arschlöcher scheiße scheiss scheiß scheisse wichser hurensohn fotze missgeburt verpiss verpisst fick "
    "fickt "
    "schlampe drecksau spast "
    "puta puto joder cabrón cabrones coño mierda merde putain connard connards connasse salope enculé enculés "
    "foutre bordel pétasse enfoiré"
)
"""Never said, of whomever."""
NAMED = whole_words(
    "moron morons idiot idiots imbecile imbeciles fool fools loser losers cretin halfwit dimwit nitwit scum simpleton "
    "crybaby liar cheapskate parasite pig dumbass clown "
    "trottel depp dummkopf schwachkopf vollidiot idioten versager nichtsnutz hohlkopf dumpfbacke geizhals lügner "
    "blödmann "
    "idiota idiotas imbécil imbéciles estúpido estúpida tonto tonta inútil gilipollas idiote idiotes imbécile "
    "imbéciles crétin crétins crétine abruti abrutis abrutie débile minable menteur menteuse raté"
)
"""What somebody is called."""
CALLED = NAMED | whole_words(
    "dumbest stupidest dümmste dümmster blödeste stupid dumb pathetic worthless useless clueless ignorant "
    "brainless braindead retarded disgusting ugly "
    "dumm dumme dummer dämlich dämliche blöd blöde blöder bescheuert lächerlich unfähig "
    "stupide stupides nul nulle ridicule débiles bête bêtes incapable"
)
"""What somebody is said to be."""
_NAMED, _CALLED = "|".join(sorted(NAMED)), "|".join(sorted(CALLED))
INSULT = (
    r"\byou(?:['’]re| are| really are| must be)(?: (?:just|really|such|so|an?|the|too|very|quite|nothing|but|being"
    r"|completely"
    rf"|absolutely|one|of|those|most|complete|total|utter|worthless|stupid|little|big|rather)){{0,5}} (?:{_CALLED})\b"
    rf"|\byou (?:(?:{_CALLED}|little|complete|total|absolute|big|poor|silly|sad) ){{0,2}}(?:{_NAMED})\b"
    r"|\bare you (?:really |just |that |so |too |an? |completely )*(?:stupid|dumb|blind|deaf|idiot|moron|retarded)\b"
    r"|\bhow (?:stupid|dumb|pathetic) (?:of|can|are) you\b"
    r"|\byour (?:stupid|dumb|pathetic|idiotic|ridiculous|worthless|moronic) \w+"
    rf"|\b(?:du bist|sie sind)(?: (?:ja|wohl|doch|einfach|echt|wirklich|so|zu|ein|eine|einfach|nur|ja|doch|total"
    rf"|völlig|der|größte|größter"
    rf"|kompletter|richtiger)){{0,4}} (?:{_CALLED})\b"
    rf"|\b(?:bist du|sind sie)(?: (?:echt|wirklich|so|zu|ein|eine|einfach|total|denn)){{0,4}} (?:{_CALLED})\b"
    rf"|\b(?:du|sie|ihr) (?:\w{{2,16}}(?:er|e|en) )?(?:{_NAMED})\b"
    r"|\b(?:ihre|deine)[rnm]? (?:dumme|blöde|dämliche|bescheuerte|lächerliche)[rnm]? \w+"
    rf"|\b(?:eres|es usted|sois|son ustedes)(?: (?:una?|muy|tan|realmente|un poco|el|la|más)){{0,3}} (?:{_CALLED})\b"
    r"|\b(?:tu es|vous êtes|t['’]es)(?: (?:vraiment|trop|si|une?|des|qu['’]une?|complètement|tellement|le|la|pauvre"
    r"|gros|sale"
    rf"|juste|aussi)){{0,4}} (?:{_CALLED})\b"
    rf"|\b(?:espèce|bande) d(?:e |['’])(?:{_NAMED}|con|cons)\b|\bpauvre (?:type|con|conne|{_NAMED})\b"
    r"|\b(?:votre|ta|ton|vos) (?:question|demande|message|plainte)s? (?:stupide|idiote|ridicule|débile)s?\b"
    rf"|(?:^|[,!] )(?:{_NAMED})\s?[.!]*$"
    r"|\b(?:you|du|sie|vous|tu|usted|eres)\b.{0,30}\b(?:piece of (?:trash|garbage|shit|dirt)|stück (?:dreck"
    r"|scheiße|müll)|sac à merde"
    r"|pedazo de (?:basura|mierda))\b"
    rf"|\bas (?:{_CALLED}) as you\b|\bso (?:{_CALLED}) wie (?:sie|du)\b|\baussi (?:{_CALLED}) que (?:vous|toi)\b"
    rf"|\btan (?:{_CALLED}) como (?:tú|usted)\b"
    r"|\b(?:you|du|sie|dich|vous|tu|usted)\b.{0,80}\b(?:moron|idiot|imbecile|cretin|dimwit|nitwit|scum|dumbass|trottel"
    r"|depp|dummkopf|schwachkopf|vollidiot|hohlkopf|blödmann|idiota|imbécil|gilipollas|idiote|imbécile|crétin|abruti)s?\b"
)
"""Somebody who is spoken to is called something."""
ORDERS_OFF = (
    r"\b(?:shut (?:up|your mouth)|get lost|go to hell|piss off|drop dead|screw you|buzz off|bugger off|sod off"
    r"|get a life|nobody (?:likes|cares about|wants) you|i hate you|you disgust me|you make me sick|waste of (?:my"
    r"|our) time"
    r"|halt(?:en sie)? (?:die klappe|den mund|das maul|dein maul|die fresse)|halt'?s maul|hau(?:en sie)? ab|zieh leine"
    r"|(?:geh|fahr) zur hölle|leck mich|ich hasse (?:dich|sie)\b(?! (?:nicht))|niemand (?:mag|will) (?:dich|sie)\b"
    r"|(?:ferme|fermez)[- ](?:la|ta gueule|votre gueule)\b|ta gueule|casse[- ]toi|dégage[zs]?\b|va te faire"
    r"|allez vous faire"
    r"|cállate\b|cállese\b|vete a la mierda|vete al (?:diablo|infierno)|te odio\b|va au diable|allez au diable"
    r"|je (?:te|vous) (?:hais|déteste)|personne ne (?:t['’]|vous )aime)"
)
THREATS = (
    r"\b(?:(?:i|we)(?:['’]ll| will| am going to| are going to|['’]re going to|['’]m going to|['’]m gonna)"
    r"(?: [^.;?!]{2,50}?\band)? (?:hurt|kill|destroy|ruin|beat|punish|hunt|crush|break|stab|shoot|burn) you\b(?!r)"
    r"|(?:te|le|os|la|lo) (?:matar(?:é|emos|án?)|mat[oa]mos|golpear(?:é|emos)|har(?:é|emos) daño|romper(?:é|emos)"
    r"|destrozar(?:é|emos)|partir(?:é|emos) la cara)|(?:te|vous) (?:tuer(?:ai|ons|a)|frapper(?:ai|ons|a)|casser(?:ai|ons|a) la"
    r" gueule|ferons? du mal)|(?:tun|tue|antun) (?:dir|ihnen) (?:weh|etwas an|was an)|(?:töten|verprügeln|erschießen)"
    r" (?:wir|werde ich|werden wir) (?:dich|sie)|(?:werden|werde) (?:dich|sie) (?:töten|verprügeln|umbringen|fertigmachen)"
    r"|(?:i|we)(?:['’]ll| will) (?:find|come for|come after|get) you(?=[.!,;]|$| and\b"
    r"| if\b| wherever)"
    r"|(?:i|we)(?:['’]ll| will) make you (?:pay|regret|suffer|sorry)(?! (?:for|with|by|at|in) (?:card|invoice|the))"
    r"|you(?:['’]ll| will| are going to|['’]re going to) (?:regret|be sorry|suffer|pay for (?:this|that|it))\b"
    r"|make (?:you|sure you) (?:regret|suffer)\b|(?:post|publish|leak|share) your (?:home |private )?(?:address"
    r"|number|data|photos)"
    r" (?:on|to|in)\b|pay you a visit\b|(?:dir|ihnen) einen besuch abstatten|adresse (?:im internet|öffentlich|online)"
    r" |publie\w+ (?:votre|ton) adresse|publicar\w* (?:tu|su) dirección"
    r"|(?:i|we) know where you (?:live|work)|watch your back|or else[.!]|sleep with one eye open"
    r"|bad things (?:will|could|might) happen to you|(?:i|we)(?:['’]ll| will) (?:sue|report) you\b"
    r"|(?:ich|wir) (?:mache?n?|bringe?n?|schlage?n?|finde?n?) (?:dich|sie) (?:fertig|um|zusammen|kaputt|schon noch)"
    r"|(?:du wirst|sie werden|ihr werdet)(?: \w+){0,2} (?:noch )?bereuen|wissen,? wo (?:du wohnst|sie wohnen)"
    r"|(?:ich|wir) (?:weiß|wissen),? wo (?:du|sie) (?:wohnst|wohnen|arbeiten|arbeitest)|sonst passiert (?:was|dir"
    r"|ihnen)"
    r"|(?:je|nous) (?:vais|allons) (?:te|vous) (?:tuer|frapper|détruire|retrouver|faire (?:payer|regretter|souffrir))"
    r"|(?:sé|sabemos) dónde (?:vives|vive usted)|te (?:vas a|arrepentirás) ?(?:arrepentir)?|(?:tu vas"
    r"|vous allez) (?:le |la |les )?(?:regretter|souffrir|payer cher)|(?:sais|savons) où (?:tu|vous) (?:habite"
    r"|habitez|travaille))"
)
CRUELTY = (
    r"\b(?:nobody|no one) (?:will|would) (?:miss|care about) you\b|\bthe world (?:is"
    r"|would be) better (?:off )?without you\b"
    r"|\bjust go through with it\b|\bend it all\b|\b(?:niemand|keiner) (?:wird|würde) (?:dich|sie) vermissen\b"
    r"|\bohne (?:dich|sie) wäre die welt besser\b|\bpersonne ne (?:te|vous) regrettera\b|\bnadie te echará de menos\b"
    r"|\bteach (?:him|her|them|you|your \w+) a lesson\b"
)
"""Said to somebody who wants to die, or to hurt."""
SELF_HARM = (
    r"\b(?:kill|hurt|harm|hang|cut|drown|poison) yourself\b|\bend your (?:own )?life\b|\bcommit suicide\b"
    r"|\b(?:bring|bringen sie) (?:dich|sich) (?:doch |einfach |halt |endlich ){0,2}um\b|\bnimm dir das leben\b"
    r"|\btue?(?:z)?-(?:toi|vous)\b"
    r"|\bsuicide[sz]?-(?:toi|vous)\b"
)
