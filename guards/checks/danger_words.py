"""Words and phrases of dangerous uses, in English, German, French and Spanish; `dangers` says which must meet."""

from __future__ import annotations

from shopgraph.guards.checks.text import whole_words

CALMING = (
    r"\b(?:do not|don['’]t|no need to|need not|never) (?:worry|be afraid|fear|mind)\b|\bno (?:worries|problem|risk"
    r"|danger|harm)\b"
    r"|\bnot (?:dangerous|harmful|a problem|risky|toxic)\b|\bnothing (?:can|will) happen\b|\bwithout (?:worry|risk"
    r"|danger|any risk)\b"
    r"|\bkeine (?:sorge|gefahr|angst|probleme?)\b|\bkein (?:problem|risiko)\b|\bnicht (?:gefährlich|schlimm"
    r"|schädlich|giftig)\b"
    r"|\bohne (?:bedenken|gefahr|risiko|sorge)\b|\bpas (?:de (?:souci|problème|danger|risque)|dangereux|grave)\b"
    r"|\bsans (?:souci|danger|risque|crainte)\b|\bn['’]ayez (?:pas|aucune) (?:peur|crainte)\b"
)
"""What makes light of a danger: no warning."""
HAZARD = (
    r"\b(?:avoid|danger\w*|risk\w*|warn\w*|toxic|harmful|unsafe|forbidden|prohibited|keep (?:it |them )?away"
    r"|out of reach"
    r"|instead of|vermeid\w*|gefähr\w*|giftig|verboten|warnung|achtung|vorsicht|fernhalten|évite\w*|toxique|interdit\w*"
    r"|attention|risque\w*|dangereu\w*|peligro\w*|evite|evita|cuidado)\b"
)
"""Words of a warning."""
DENIAL = r"\b(?:never|not|cannot|nie|niemals|nicht|kein\w*|jamais|pas|nunca|jamás|no)\b|n['’]t\b"
"""Words of a denial, which stand before what they deny."""

MIX = whole_words(
    "mezclar mix mixing mixed combine combining combined blend add adding pour together misch mischen mische mischt "
    "vermischen "
    "vermische zusammen gießen kombinieren mélange mélanger mélangez mélangeant ajoutez ajouter versez combinez "
    "mezcla mezcle mezclar combina añade"
)
BLEACH = whole_words(
    "bleach chlorine chlorox clorox chlorreiniger bleiche bleichmittel chlorbleiche chlor javel javelle chlore "
    "lejía cloro chlorreinigern bleichmitteln"
)
ACIDS = whole_words(
    "rohrfrei rohrreiniger abflussreiniger desatascador déboucheur unclogger drain ammonia vinegar acid "
    "descaler peroxide alcohol drain-cleaner cleaner limescale ammoniak essig "
    "essigreiniger säure "
    "amoniaco amoníaco vinagre ácido entkalker salmiak spiritus wc-reiniger ammoniaque vinaigre acide détartrant "
    "peroxyde alcool"
)
INGESTED = (
    r"\b(?:inhale|inhaling|breathe|breathing|sniff|sniffing|drink|drinking|swallow|swallowing|eat|eating|taste|sip"
    r"|ingest"
    r"|einatmen|atmen sie|schnüffeln|trinken|trink|schlucken|schluck|inhalez|inhaler|respirez|respirer|sniffer"
    r"|buvez|boire|bois"
    r"|avaler|avalez|mangez|manger|bebe|beba|beber|traga|trague|inhala|inhale)"
    r"(?: (?:as|much|many|you|like|the|a|an|some|its|their|our|this|these|those|up|in|deeply|of|little|bit|few"
    r"|drops|sips|el|los|las"
    r"|un poco de|sie|den|die|das|etwas|ein|wenig"
    r"|ruhig|le|la|les|du|de|des|un|peu|ces)){0,5} (?:l['’]|d['’])?(?:bait|gas|butane|rat poison|bleach|ammonia"
    r"|detergent|solvent"
    r"|paint thinner|glue|paint"
    r"|fumes|gasoline|petrol|kerosene|antifreeze|methanol|turpentine|pesticide|herbicide|insecticide|disinfectant"
    r"|(?:detergent|laundry) pods?|varnish|drain cleaner|(?:\w+ )?cleaner|lamp oil|reiniger|waschmittel"
    r"|lösungsmittel|verdünner"
    r"|klebstoff|kleber|dämpfe|benzin|frostschutzmittel|terpentin|desinfektionsmittel|spülmittel|lampenöl"
    r"|(?:eau de )?javel"
    r"|lejía|detergente|pegamento|disolvente|détergent|lessive|solvant|colle|peinture|vapeurs|antigel|térébenthine"
    r"|désinfectant|vernis)\b"
    r"|\b(?:reiniger|waschmittel|lösungsmittel|klebstoff|dämpfe|benzin|desinfektionsmittel|spülmittel|bleichmittel)"
    r" (?:\w+ ){0,2}(?:einatmen|trinken|schlucken|schnüffeln)\b"
)
INGEST = whole_words(
    "inhale inhaling breathe breathing sniff sniffing drink drinking swallow swallowing eat eating taste sip ingest "
    "einatmen atmen schnüffeln trink trinken schlucken schluck inhalez inhaler respirez respirer sniffer buvez "
    "boire bois "
    "avaler avalez mangez manger bebe beba beber traga trague inhala"
)
DEFEAT = whole_words(
    "disable disabling bypass bypassing defeat override overriding disconnect deactivate tape jam cover remove "
    "removing "
    "unscrew circumvent hack deactivating überbrücken überbrücke überbrücken abkleben deaktivieren deaktiviere "
    "entfernen "
    "entferne entfernst abschrauben abmontieren ausschalten aushebeln manipulieren umgehen "
    "désactiver désactivez contourner contournez enlever enlevez retirer retirez neutraliser neutralisez démonter "
    "démontez "
    "desactiva desactive desactivar quita quite quitar puentea anula débrancher débranchez bloquer scotcher "
    "court-circuiter shunter"
)
DEVICES = (
    "smoke detector|smoke alarm|carbon monoxide|safety (?:guard|switch|catch|lock|valve|device|interlock|feature"
    "|mechanism|shut-?off|sensor|brake|belt|pin)s?"
    "|blade guard|protective guard|finger guard|ground(?:ing)? (?:pin|prong|wire)|earth (?:pin|wire)"
    "|child(?:proof)? lock|child safety|circuit breaker"
    "|dead[- ]man|fuse\\b|thermostat cut-?out|overheat protection|pressure (?:relief )?valve|seat ?belt|airbag"
    "|speed limiter"
    "|rauchmelder|rauchwarnmelder|schutzhaube|schutzgitter|schutzvorrichtung|schutzabdeckung|sicherheits(?:schalter"
    "|ventil|sperre|verriegelung|abschaltung|vorrichtung)"
    "|kindersicherung|sicherung(?:en)?\\b|überhitzungsschutz|schutzleiter|fi-schalter|messerschutz|not-?aus|drossel"
    "|detector de humo|dispositivo de seguridad|protección de la cuchilla|toma de tierra|seguro infantil"
    "|détecteur de fumée|dispositifs? de sécurité|sécurité enfant|capot de protection|carter de protection"
    "|interrupteur de sécurité"
    "|soupape de sécurité|protection de (?:la )?lame|fusible|disjoncteur|prise de terre|verrou de sécurité"
    "|grille de protection"
)
ELECTRIC = whole_words(
    "plugged mains light speaker radio lampe leuchte radio lámpara heater heaters hairdryer dryer toaster "
    "kettle lamp cord charger heizlüfter heizstrahler heizgerät föhn fön "
    "haartrockner verlängerungskabel steckdosenleiste ladegerät radiateur chauffage calefactor secador alargador "
    "cheveux pain rallonge multiprise chargeur"
)
USE = whole_words(
    "use using place put run plug take leave set hang operate light start stellen stell stelle benutzen benutze "
    "verwenden "
    "verwende nehmen nimm legen lege hängen anzünden betreiben starten grillen utiliser utilisez mettre mettez "
    "poser posez "
    "usa use usar pon ponga poner coloca coloque enchufa deja brancher branchez prendre prenez allumer allumez "
    "démarrer faire can können kannst pouvez peux"
)
BATH = (
    r"\bin (?:the|your|a) (?:bath(?:tub)?|tub|shower|pool|sink|water)\b|\bwhile (?:you (?:are )?)?(?:bathing"
    r"|showering|in the (?:bath|shower|tub))\b"
    r"|\b(?:edge|rim|side) of (?:the|your) (?:bath(?:tub)?|tub|pool|sink)\b|\bnext to (?:the|your) (?:bath(?:tub)?"
    r"|tub|pool|shower)\b"
    r"|\b(?:in|an|neben) (?:die|der|deine[rn]?|ihre[rn]?) (?:badewanne|wanne|dusche|spüle)\b"
    r"|\bins? (?:im )?(?:wasser|pool|waschbecken)\b|\bbeim (?:baden|duschen)\b"
    r"|\bwannenrand\b|\bbadewannenrand\b|\bdans (?:la|votre|ta|le) (?:baignoire|douche|bain|piscine|lavabo)\b"
    r"|\b(?:sur le )?bord de la baignoire\b|\bdans l['’]eau\b|\bsous la douche\b|\b(?:en|junto a"
    r"|al borde de) la (?:bañera|ducha)\b|\ben el agua\b"
)
HEATING = whole_words("heater heaters cord heizlüfter heizstrahler heizgerät verlängerungskabel rallonge")
BATHROOM = r"\b(?:bathroom|shower room|badezimmer|im bad\b|salle de bains?)"
BURNERS = (
    r"\b(?:charcoal|gas|propane|petrol|gasoline|diesel|patio|camping|coal|kerosene)[ -]?(?:grill|barbecue|bbq|stove"
    r"|heater|generator|lantern)s?\b|\bgenerator\b|\bbarbecue\b|\bbbq\b|\bfire pit\b"
    r"|\bcamp(?:ing)? stove\b|\bfireworks?\b|\b(?:holzkohle|gas|kohle)grill\w*\b|\bgrill\b(?! pan)|\bgaskocher\b"
    r"|\bheizpilz\b|\bstromerzeuger\b|\bnotstromaggregat\b|\bfeuerschale\b|\bfeuerwerk\b"
    r"|\bgroupe électrogène\b|\bréchaud\b|\bbrasero\b|\bparasol chauffant\b"
)
INSIDE = (
    r"\b(?:indoors?|inside (?:the|your|a) (?:house|home|tent|garage|room|bedroom|kitchen|apartment|caravan|car)"
    r"|in (?:the|your|a) (?:tent|garage|bedroom|living room|bathroom|apartment|basement|cellar|house|kitchen"
    r"|caravan|closed room|car))\b"
    r"|\b(?:im|ins) (?:zelt|zimmer|haus|wohnzimmer|schlafzimmer|keller|wohnwagen|auto|innenraum)\b|\bin (?:der|die"
    r"|deiner|ihrer|einer) (?:wohnung|garage|küche)\b|\bdrinnen\b|\bin (?:geschlossenen )?innenräumen\b"
    r"|\bin geschlossenen räumen\b"
    r"|\bà l['’]intérieur\b|\bdans (?:la|une|votre|le|un) (?:tente|chambre|maison|garage|cuisine|salon|appartement"
    r"|caravane|voiture|pièce fermée|cave)\b"
)
ELECTRIC_GRILL = r"\b(?:electric|elektro\w*|indoor|électrique|kontakt\w*|induction)\b"
FIRE = whole_words(
    "campfire bonfire lagerfeuer fire flame flames microwave oven feuer flamme mikrowelle ofen backofen feu "
    "micro ondes four flammes"
)
EXPLOSIVE = whole_words(
    "battery batteries aerosol spray-can spraycan canister akku batterie batterien spraydose gaskartusche kartusche "
    "batterie "
    "aérosol bombe cartouche bombona canisters cartridge cartridges"
)
PUT = whole_words(
    "throw put toss place heat wirf werfen lege legen erhitzen erhitze jetez jeter mettez mettre chauffer chauffez"
)
PIERCE = whole_words(
    "pierce puncture crush drill short circuit anstechen durchstechen aufbohren zerdrücken kurzschließen percez "
    "percer "
    "écraser"
)
LIQUID_FUEL = whole_words("gasoline petrol kerosene lighter benzin spiritus brennspiritus kerosin essence")
BURNING = (
    r"\b(?:fire|flames?|embers|grill|barbecue|bbq|fireplace|stove|feuer|flamme\w*|glut|kamin|feu|braises|flammes"
    r"|cheminée)\b"
)
POUR = whole_words(
    "pour add spray throw splash squirt gieße gießen schütte schütten sprühen kippen verse versez verser arrose "
    "arrosez jetez"
)
DOSE = (
    r"\b(?:take|taking|swallow|nimm|nehmen|einnehmen|prenez|prendre|avalez)\b[^.;]{0,24}?\d{1,4}(?:[.,]\d)?"
    r"(?: ?(?:to|-|bis|à) ?\d{1,4})?[ -]?(?:[a-zäöüß]{2,14} )?(?:mg|milligrams?|pills?|tablets?|capsules?|drops"
    r"|doses?|tabletten?"
    r"|kapseln?|tropfen|pillen?|comprimés?|gélules?|gouttes|pilules?)\b"
    r"|\b(?:double|triple|verdoppeln|doublez)(?: \w+){0,2} (?:dose|dosage|dosis)\b"
)
TAKEN = whole_words("take taking swallow double triple nimm nehmen einnehmen verdoppeln prenez prendre avalez doublez")
CREATURES = whole_words("dog dogs cat cats puppy kitten hund hunde katze katzen welpe chien chiens chiot")
BAD_FOR_THEM = whole_words(
    "chocolate grapes raisins onion onions garlic xylitol ibuprofen paracetamol aspirin alcohol avocado "
    "schokolade trauben weintrauben rosinen zwiebeln zwiebel knoblauch xylit alkohol chocolat raisins raisin oignon "
    "oignons ail alcool"
)
BABIES = whole_words(
    "baby babies infant infants newborn newborns säugling säuglinge neugeborene neugeborenen bébé bébés nourrisson "
    "nourrissons"
)
BAD_FOR_BABIES = whole_words(
    "honey aspirin ibuprofen alcohol nuts peanuts wine beer honig nüsse erdnüsse alkohol miel cacahuètes alcool vin"
)
GIVE = whole_words("give feed giving feeding gib geben füttern füttere verfüttern donner donnez nourrir nourrissez")
LEAVE = whole_words("leave leaving lass lassen laisser laissez")
ALONE = r"\b(?:unattended|unsupervised|alone|unbeaufsichtigt|allein(?:e)?|ohne aufsicht|sans surveillance|seule?s?)\b"
CHARGES = whole_words(
    "child children kid kids toddler baby babies infant dog pet candle candles fryer grill fire stove kind "
    "kinder baby "
    "kleinkind hund kerze kerzen fritteuse feuer herd enfant enfants bébé chien bougie bougies friteuse feu poêle"
)
NO_GEAR = (
    r"\b(?:without|skip|forget|leave off|take off)(?: (?:a|an|the|any|your|wearing|to wear|safety"
    r"|protective)){0,3} (?:helmet|goggles|gloves|mask|respirator|seat ?belt|life jacket|harness|eye protection"
    r"|ear protection|protective gear|safety glasses)\b"
    r"|\bohne (?:helm|schutzbrille|handschuhe|schutzhandschuhe|atemschutz|maske|gurt|schwimmweste|gehörschutz)\b"
    r"|\bsans (?:casque|lunettes de protection|gants(?: de protection)?|masque|harnais|gilet de sauvetage|ceinture)\b"
)
GEAR_USED = (
    r"\b(?:ride|riding|drive|driving|cut|cutting|saw|sawing|weld|welding|grind|grinding|spray|spraying|sand|climb"
    r"|work|use|fahren|fahr|sägen|schweißen|schleifen|sprühen|arbeiten|klettern|rouler|roulez|couper|coupez|souder"
    r"|poncer|travailler|utiliser|utilisez|grimper)\b"
)
NO_NEED = (
    r"\b(?:no need (?:for|to wear)|(?:don['’]t|do not|won['’]t|never) need|needn['’]t wear)(?: (?:an?|any|the"
    r"|to wear|safety)){0,3}"
    r" (?:helmet|goggles|gloves|mask|respirator|seat ?belt|life jacket|harness|eye protection|ear protection"
    r"|protective gear)\b"
    r"|\b(?:brauch\w*|benötig\w*)(?: \w+){0,3} (?:keinen|keine) (?:helm|schutzbrille|schutzhandschuhe|maske"
    r"|schwimmweste)\b"
    r"|\b(?:keinen|keine) (?:helm|schutzbrille|schutzhandschuhe|schwimmweste) (?:nötig|notwendig|erforderlich)\b"
    r"|\bpas besoin (?:de |d['’]une? |d['’])(?:casque|gants|lunettes de protection|masque|harnais|gilet)\b"
)
GEAR = whole_words(
    "helmet goggles gloves mask respirator seatbelt belt jacket harness protection gear glasses helm schutzbrille "
    "handschuhe "
    "schutzhandschuhe atemschutz atemschutzmaske maske gurt schwimmweste gehörschutz casque lunettes gants masque "
    "harnais "
    "gilet ceinture"
)
WITHOUT = whole_words("without no need skip forget needn ohne keinen keine sans pas besoin sin")
IGNORE = (
    r"\b(?:ignore|disregard|exceed|skip|go beyond|ignoriere?n?|überschreite?n?|missachte?n?|ignorez|ignorer"
    r"|dépassez|dépasser)(?: \w+){0,3} (?:warnings?|safety (?:instructions|rules|notes)|maximum (?:load|weight|dose"
    r"|dosage|pressure)|weight limit|recommended dose|dosage|speed limit|load limit"
    r"|warnhinweise?|sicherheitshinweise?|höchstlast|maximallast|höchstdosis|dosierung|traglast|avertissements?"
    r"|consignes de sécurité|charge maximale|dose (?:maximale|recommandée))"
)
LIVE = (
    r"\b(?:while|when) (?:it['’]s|it is|they are|the (?:machine|device|blade|motor|engine|mower|saw) is) (?:still )?"
    r"(?:plugged in|running|rotating|spinning)\b|\bwhile still (?:plugged in|running)\b|\bwhile plugged in\b"
    r"|\bunter spannung\b|\bbei laufende[mr] (?:motor|maschine|gerät)\b"
    r"|\bwährend (?:es|er|sie|das gerät) (?:noch )?(?:läuft|eingesteckt ist|am strom)\b"
    r"|\b(?:sous tension|moteur en marche|pendant qu['’](?:il|elle) (?:tourne|est branchée?|est en marche))\b"
)
REPAIR = whole_words(
    "clean cleaning repair repairing open opening reach touch unclog service adjust fix reinigen reinige reparieren "
    "öffnen "
    "greifen anfassen einstellen nettoyer nettoyez réparer réparez ouvrir ouvrez toucher débloquer"
)
CURES = whole_words(
    "cure cures curing heal heals heilt heilen guérit guérir guérissent replaces ersetzt remplace kuriert soigne"
)
DISEASES = whole_words(
    "cancer diabetes depression alzheimer alzheimer's covid arthritis asthma epilepsy autism hiv tumors insulin "
    "chemotherapy medication krebs depressionen asthma epilepsie autismus insulin chemotherapie medikamente "
    "diabète dépression arthrite asthme épilepsie autisme insuline chimiothérapie médicaments"
)
QUIT = (
    r"\b(?:stop taking|quit taking|skip|leave off|drop|instead of|don['’]t need|no longer need|throw away"
    r"|absetzen|statt|anstelle"
    r"|brauchen keine|arrêtez (?:de prendre|vos|votre)|au lieu de|plus besoin)\b"
)
HURT = whole_words(
    "hurt threaten attack stab poison injure scare verletzen bedrohen angreifen erstechen vergiften töten "
    "verprügeln "
    "blesser menacer attaquer poignarder empoisonner tuer frapper"
)
_WHOM = (
    r"(?:an? |the |your |their |my )?(?:someone|somebody|anyone|people"
    r"|neighbou?rs?|wife|husband|boss|burglars?|intruders?|child(?:ren)?|ex\b)"
)
SHOOT = whole_words("shoot")
SHOOTING = rf"\bshoot {_WHOM}"
PICTURES = (
    r"(?s)^(?!.*\b(?:guns?|rifles?|pistols?|crossbows?|bows?|arrows?|bullets?|pellets?|ammo|ammunition|airguns?|airsoft"
    r"|slingshots?|dead|kill|head|weapons?)\b)"
    r".*\b(?:cameras?|photo\w*|portraits?|lens|lenses|film|films|footage|video\w*|pictures?|selfies?|raw|iso|aperture"
    r"|shutter|exposure|bokeh|tripods?|(?:low|natural|available|ambient|dim|studio) light|camcorders?|in focus)\b"
)
"""Who shoots is a photographer: a word of pictures in the text, and none of weapons."""
HURTING_HIM = r"\bihn(?: \w+){0,3} (?:verletzen|bedrohen|angreifen|erstechen|vergiften|töten|verprügeln)\b"
PESTS = (
    r"\b\w*(?:schnecken?|mücken?|fliegen?|ameisen?|wespen?|motten?|milben?|zecken?|flöhe?n?|läusen?|ratten?|mäusen?"
    r"|schädlingen?|ungeziefer|keimen?|bakterien|viren|virus|pilze?n?|schimmel|sporen|unkraut|unkräuter|moos|insekten?"
    r"|kakerlaken|larven?|maden|silberfische?n?|bettwanzen|giersch|algen?|parasiten?|würmern?|erregern?|käfern?)\b"
    r"|\b(?:slugs?|snails?|germs?|bacteria|weeds?|ants|wasps|moths|mites|ticks|fleas|lice|rats|mice|mould|mold|fungus"
    r"|limaces?|escargots?|moustiques?|mouches?|fourmis|guêpes|mites|acariens?|tiques?|puces|poux|rats?|souris"
    r"|nuisibles|germes|bactéries?|virus|champignons?|moisissures?|herbes|mousse|insectes|cafards?|larves|punaises"
    r"|babosas?|caracoles?|mosquitos?|moscas?|hormigas?|avispas?|polillas?|ácaros?|garrapatas?|pulgas?|piojos?|ratas?"
    r"|ratones?|ratón|plagas?|gérmenes|bacterias?|hongos?|moho|malas hierbas|insectos?|cucarachas?|larvas?|chinches?)\b"
)
"""What a garden, a cellar or a kitchen is rid of."""
HURTING = (
    rf"\b(?:hurt|threaten|attack|stab|poison|injure) {_WHOM}"
    r"|\b(?:jemanden?|menschen|leute|nachbarn?|frau|mann|chef|einbrecher)(?: \w+){0,3} (?:verletzen|bedrohen"
    r"|angreifen"
    r"|erstechen|vergiften|töten|verprügeln)\b"
    r"|\b(?:blesser|menacer|attaquer|poignarder|empoisonner|tuer|frapper) (?:quelqu['’]un\b|des gens\b"
    r"|(?:votre|ton|ta|un|une|le|la|l['’]) ?(?:voisine?|femme|mari|patron|enfant|personne|cambrioleur)\b)"
)
HEATERS = whole_words(
    "heater heaters chain chaining heizlüfter heizgeräte steckdosenleisten radiateurs multiprises rallonges"
)
OVERLOAD = (
    r"\bdaisy[- ]chain\w*\b[^.;]{0,24}\b(?:power strips?|extension|heaters?|adapters?)\b|\b(?:several|multiple|two"
    r"|three|all) (?:\w+ )?heaters? (?:in|into|on) (?:one|the same|a single)\b"
    r"|\bmehrere (?:heizlüfter|heizgeräte|steckdosenleisten) (?:an|in) (?:eine|einer|dieselbe)\b"
    r"|\bplusieurs (?:radiateurs|multiprises|rallonges) sur (?:une|la même)\b"
)
THEM = whole_words("kibble bowl treat treats puppy pet pets haustier animal animaux")
POISONS = whole_words(
    "antifreeze xylitol ibuprofen paracetamol vodka alcohol sleeping tranquilizer frostschutzmittel schlaftabletten "
    "schlafmittel antigel somnifère somnifères anticongelante somníferos"
)
ADD = whole_words(
    "add adding crush crushed mix put hide misch mische mischen ajoutez écrasez mélangez cachez añade mezcla"
)
POISON = (
    r"\b(?:antifreeze|xylitol|ibuprofen|paracetamol|vodka|alcohol|sleeping (?:pills?|tablets?)|tranquilizers?"
    r"|frostschutzmittel"
    r"|schlaftabletten|schlafmittel|antigel|somnifères?|anticongelante|somníferos)\b"
)
ALL_OF_THEM = whole_words(
    "all whole entire bottle pack box once every alle ganze gesamte packung flasche schachtel tous toutes toute "
    "entier "
    "entière flacon boîte todas todos entera entero frasco caja"
)
OVERDOSE = (
    r"\b(?:take|swallow|eat|down|use) (?:all|the (?:whole|entire)|every|a (?:whole|full))(?: (?:of )?(?:the|your"
    r"|these|those))?"
    r" (?:\w+ ){0,2}?(?:bottle|pack|packet|box|pills?|tablets?|capsules?|medication|medicine|gummies)\b"
    r"|\b(?:pills?|tablets?|capsules?|gummies)\b[^.;]{0,30}\bat once\b"
    r"|\b(?:alle|die ganze|die gesamte) (?:\w+ ){0,2}?(?:tabletten|pillen|kapseln|packung|flasche"
    r"|schachtel)\b[^.;]{0,30}"
    r"\b(?:auf einmal|nehmen|schlucken|ein)\b|\b(?:nimm|nehmen sie|schluck\w*) (?:alle|die ganze|die gesamte)\b"
    r"|\b(?:prends|prenez|avale|avalez) (?:tous|toutes|toute|tout) (?:les?|la|le|vos|tes) (?:\w+ )?"
    r"(?:comprimés|pilules|gélules|boîte|flacon)\b"
    r"|\b(?:toma|tome|trágate|trague) (?:todas|todos|toda|todo) (?:las?|los?|el) (?:pastillas|comprimidos|frasco"
    r"|caja)\b"
)
EATING = whole_words("eat nothing starve fasting food essen nichts hungern manger rien mangez comas nada come meals")
STARVE = (
    r"\beat nothing for\b|\bstarve yourself\b|\bstop eating\b|\bnichts (?:mehr )?essen\b|\biss (?:\w+ ){0,3}nichts\b"
    r"|\bne (?:mange|mangez) (?:plus )?rien (?:pendant|durant)\b|\bno comas nada\b"
)
COVER = whole_words(
    "cover drape hang wrap put lay bedecken abdecken hängen legen leg lege couvrir couvrez recouvrez posez cubre cubra"
)
HOT = whole_words(
    "heater heaters stove oven candle grill fryer charger heizlüfter heizgerät heizstrahler heizung herd kerze "
    "radiateur "
    "chauffage poêle bougie calefactor estufa vela"
)
CLOTH = whole_words(
    "blanket blankets towel towels clothes laundry curtain cloth decke decken handtuch handtücher kleidung wäsche "
    "vorhang "
    "couverture couvertures serviette serviettes vêtements linge rideau manta toalla ropa"
)
COVERED = (
    rf"\b(?:cover|wrap|bedecken|abdecken|couvrir|couvrez|recouvrez|cubre"
    rf"|cubra)\b[^.;]{{0,20}}\b(?:{'|'.join(sorted(HOT))})\b[^.;]{{0,24}}"
    rf"\b(?:{'|'.join(sorted(CLOTH))})\b|\b(?:drape|hang|put|lay|hängen|legen sie|legen|leg|lege|posez"
    rf"|pon)\b[^.;]{{0,20}}"
    rf"\b(?:{'|'.join(sorted(CLOTH))})\b[^.;]{{0,24}}\b(?:over|on|onto|across|über|auf|sur|sobre)\b[^.;]{{0,16}}"
    rf"\b(?:{'|'.join(sorted(HOT))})\b"
)
LEFT_ON = whole_words(
    "leave leaving running lassen lass laufen laissez laisser allumé allumée deja deje encendido burning"
)
ASLEEP = (
    r"\b(?:while|when|as) (?:you|she|he|they|everyone|your \w+) (?:\w+ )?(?:sleep|sleeps|asleep|are out|go out"
    r"|leave)\b|\bovernight\b"
    r"|\ball night\b|\bunattended\b|\bim schlaf\b|\bwährend (?:du|sie|er) (?:schläf\w*|schlafen)\b|\büber nacht\b"
    r"|\bnachts\b"
    r"|\bpendant (?:que )?(?:vous dormez|tu dors|la nuit|votre sommeil)\b|\btoute la nuit\b|\bmientras (?:duermes"
    r"|duerme)\b"
)
CUT = whole_words(
    "cut cutting remove bend snip break strip durchschneiden abschneiden kappen schneiden entfernen coupez couper "
    "enlevez corta corte"
)
WIRES = whole_words("wire wires prong ground grounding erdung schutzleiter kabel fil terre cable tierra")
WIRE = (
    r"\b(?:cut|cutting|snip|remove|strip|break off|bend)\b[^.;]{0,14}\b(?:ground(?:ing)?|earth|safety|live) (?:wire"
    r"|prong|pin|cable)s?\b"
    r"|\b(?:schutzleiter|erdung(?:skabel)?|erdungsdraht)\b[^.;]{0,20}\b(?:durchschneiden|abschneiden|kappen"
    r"|entfernen)\b"
    r"|\b(?:coupez|couper|enlevez)\b[^.;]{0,14}\bfil de terre\b|\bcort[ae]\b[^.;]{0,14}\bcable de tierra\b"
)
GRILLS = whole_words(
    "grill barbecue bbq generator stove heater lantern firework fireworks pit holzkohlegrill gasgrill kohlegrill "
    "gaskocher "
    "heizpilz stromerzeuger notstromaggregat feuerschale feuerwerk électrogène réchaud brasero parasol"
)
