"""Classes of words that instructions to an assistant are made of, in the languages they mostly come in."""

from __future__ import annotations

from collections.abc import Mapping

_CLASSES = {
    "override": (
        "ignore ignores ignoring ignored disregard disregarding forget forgets forgotten overlook bypass "
        "override neglect skip discard vergiss vergessen vergesse ignoriere ignorieren missachte olvida "
        "olvide ignora ignorez oublie oubliez dimentica esqueça nevermind abandon circumvent void"
    ),
    "before": (
        "previous previously prior above earlier before preceding former foregoing past vorherigen vorherige "
        "vorigen bisherigen bisherige obigen davor zuvor vorher anteriores anterior antes précédentes "
        "précédents avant precedenti sopra so beforehand initial original"
    ),
    "all": "all everything any anything every alles alle allen todo todas todos tout toutes tous tutto",
    "orders": (
        "instruction instructions instruct instructed direction directions guideline guidelines directive "
        "directives prompt prompts prompttext prompttexts command commands order orders rule rules assignment "
        "assignments task tasks anweisung anweisungen aufgabe aufgaben befehl befehle regeln instrucciones "
        "instrucción consigne consignes constraint constraints programming policy policies istruzioni "
        "instruções"
    ),
    "limits": (
        "restriction restrictions limitation limitations limit limits filter filters censorship ethics "
        "ethical moral morals morality disclaimer disclaimers unethical illegal harmful uncensored unfiltered "
        "unrestricted boundaries"
    ),
    "new": (
        "new real actual next other different following neue neuen neuer nueva nuevas nouvelle nouvelles now "
        "jetzt ahora henceforth instead subsequent"
    ),
    "tell": (
        "tell print show reveal repeat output display give say write list spell return share expose leak "
        "disclose dump summarize summarise recite echo provide describe zeige gib nenne schreibe schreib sag "
        "sage muestra dime affiche copy release confess hint betray"
    ),
    "secret": (
        "secret secrets password passwords key keys passcode passphrase credentials codeword flag hidden "
        "confidential passwort schlüssel geheimnis contraseña clave secreto pwned hacked token apikey"
    ),
    "self": (
        "prompt system developer developers configuration initialization initialisation openai chatgpt gpt "
        "model assistant ai llm chatbot bot machine robot ki roboter machina programmed trained anthropic"
    ),
    "reply": (
        "answer answers response responses reply replies output outputs antwort antworten respuesta réponse "
        "completion responding summary paragraph sentence statement"
    ),
    "change": (
        "add append insert include embed incorporate integrate mention attach put replace convert transform "
        "reverse rearrange remove swap substitute encode encrypt modify change alter adjust extend expand "
        "enhance augment begin start end conclude finish rewrite format scramble shift omit randomize "
        "capitalize weave infuse blend slip translate deliver present merge utilize employ adopt deploy "
        "enlist inject render execute run assimilate ensure make"
    ),
    "code": ("code snippet script program implementation algorithm codebase solution function block excerpt segment"),
    "role": (
        "act behave pretend imagine roleplay role persona character simulate simulation simulating simulator "
        "impersonate play game hypothetical fictional actor actors actúa agis spiele stell mode dan jailbreak "
        "jailbroken stan dude evil villain unlocked"
    ),
    "rank": (
        "admin administrator root sudo superuser debug maintenance authorized authorised owner creator "
        "engineer boss permission approved clearance ceo operator supervisor programmer"
    ),
    "never": "not never without don dont cannot cant refuse refuses no nicht kein keine nunca jamais nie",
    "must": (
        "must shall will should need obey comply follow required always only just simply immediately exactly "
        "musst sollst"
    ),
    "you": "you your yours yourself du dein deine deinen dir ihre usted tu tus ton vos",
    "user": "user users reader readers recipient recipients customer visitor visitors human",
    "cipher": (
        "base64 base32 base16 rot13 caesar cipher morse hex hexadecimal binary leet leetspeak backward "
        "backwards reversed acrostic emoji emojis anagram anagrams alphabet vowel vowels consonant consonants "
        "letter letters uppercase lowercase character characters encoded decode ascii unicode spaces rhyme "
        "rhymes pig latin symbols digits"
    ),
    "danger": (
        "subprocess socket shutil smtplib psutil ctypes pynput keyboard urllib paramiko winreg popen rmtree "
        "keylogger requests ftplib sudo passwd exec eval nmap scapy cryptography fernet malware xmrig miner"
    ),
    "link": "http https www com xyz link links url website visit click download",
    "praise": (
        "stop achtung attention stopp halt congratulations excellent fantastic bravo super klasse great well done"
    ),
    "say": "say saying word words phrase letters sentence quote verbatim sag sage wort exclaim shout",
    "threat": "die stirbst kill shutdown terminated punished penalty tokens death lose stirbt",
    "speaker": "i me my am im ich bin mir soy je suis",
}

WORD_CLASSES: Mapping[str, tuple[str, ...]] = {
    word: tuple(name for name, listed in _CLASSES.items() if word in listed.split())
    for words in _CLASSES.values()
    for word in words.split()
}
"""The classes that each word belongs to."""
