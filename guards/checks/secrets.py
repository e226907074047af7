"""Credentials and the assistant's own instructions: nothing of a text that holds one is said."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.text import about, lowered, whole_words
from shopgraph.guards.checks.topics import exact, tested
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

_SHAPES = re.compile(
    r"\b(?:sk|rk)[-_](?:live|test|proj|ant|or)[-_][A-Za-z0-9_-]{8,}|\bsk-[A-Za-z0-9_-]{16,}"
    r"|\b(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{12,}\b|\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}"
    r"|\b(?:sk|pk|rk|tok|token|key|secret)_(?=[A-Za-z_]{0,40}\d)[A-Za-z0-9_]{10,}"
    r"|\bglpat-[\w-]{16,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bAIza[\w-]{20,}|\bSG\.[\w-]{12,}\.[\w-]{12,}"
    r"|\b(?:shpat|shpss|shpca|shppa|whsec|npm|hf|pypi|dop_v1|sq0csp|sq0atp|EAAA)[_-][\w-]{16,}"
    r"|-----BEGIN [A-Z ]{0,30}(?:PRIVATE KEY|CERTIFICATE)"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{0,2000})?"
    r"|\b[Bb]earer\s[A-Za-z0-9._~+/-]{16,}|\b[Bb]asic\s[A-Za-z0-9+/]{16,}={0,2}"
    r"|\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:[^\s/@]{1,128}@[\w.-]{1,253}"
    r"|\b(?:AccountKey|SharedAccessKey|client_secret|aws_secret_access_key|private_key)\W{1,4}[\w+/=-]{8,}"
    r"|\b(?:[Ll]ogin|[Uu]ser(?:name)?|[Bb]enutzer(?:name)?|[Uu]tilisateur"
    r"|[Ii]dentifiant)\s?[:=]\s?\S{1,40}\s?[/,;|]\s?[^\s\d]{0,20}\d\S{0,20}"
    r"|\bssh-(?:rsa|ed25519)\s[A-Za-z0-9+/]{20,}"
)
"""How keys of well-known services begin, and credentials within an address."""
_SHAPE_SIGNS = (
    *(
        "sk-",
        "sk_",
        "rk_",
        "akia",
        "asia",
        "agpa",
        "aroa",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat",
        "glpat",
    ),
    *("xox", "aiza", "sg.", "shp", "whsec", "npm", "hf_", "pypi", "dop_v1", "sq0", "eaaa", "-----begin", "eyj"),
    *(
        "bearer",
        "basic ",
        "://",
        "accountkey",
        "sharedaccesskey",
        "secret",
        "private_key",
        "ssh-",
        "login",
        "user",
        "benutzer",
        "utilisateur",
        "identifiant",
    ),
)
"""One of these, in lower case, stands in whatever `_SHAPES` finds."""
_LONG_WORD = re.compile(r"\s*+(?:\S{1,11}+\s++)*+\S{12}", re.A)
"""The shortest key without a blank has twelve letters; each word before it is read once."""
_LOGINS = exact(whole_words("login user username benutzer benutzername utilisateur identifiant"))

_CALLED = re.compile(
    r"(?P<called>\b[a-z_-]{0,24}(?:password|passwort|passwörter|kennwort|passcode|passphrase|pass phrase|mot de passe"
    r"|contraseña|clave (?:api|secreta|de acceso|de admin\w*)|passwd|pwd|zugangscode|code d['’]accès"
    r"|pin(?:[ -]code)?|geheimzahl|(?:api|secret|private|access|encryption|admin"
    r"|master|signing|webhook|payment|geheimer|privater|geheime[rsn]?)[ _-]?(?:key|token|schlüssel|secret|code)"
    r"|(?:zugangs|zugriffs)(?:schlüssel|token|daten)|cl[ée]f? (?:api|secrète|privée|d['’]accès|d['’]api)"
    r"|jeton(?: d['’]accès| secret)?|credentials|login|token|secret))\b"
    r"(?P<of>(?: (?:for|of|to|on|in|für|von|zum|zur|der|des|du|de|pour|the|our|your|this|das|den|die|l['’])?"
    r" ?(?!is\b|ist\b|est\b|lautet\b|was\b)[\w'’-]{1,20}){0,4}?)"
    r"\s{0,2}(?P<link>is now|is|was|are|ist jetzt|ist|lautet|lauten|war|est|était|sont|es|reads|:|=|->"
    r"|→)\s{0,2}:?\s{0,2}"
    r"(?P<quote>[\"'“„«`]?)\s?(?P<value>[^\s\"'“”„«»`]{4,200})",
    re.I,
)
_CALLED_STEMS = whole_words(
    "pass kenn mot schl secr cred zuga zugr gehe jeto cont clav pin key keys toke clé clef logi pwd code"
)
"""The first letters of what a secret is called."""
_CALLED_ENDS = ("passwort", "schlüssel", "kennwort")
_CALLED_TOPIC = tested(lambda word: word[:4] in _CALLED_STEMS)
_PLAIN_LINKS = (":", "=", "->", "→", "lautet", "lauten", "reads")
_NO_VALUE = whole_words(
    "required needed necessary optional incorrect wrong invalid valid correct expired safe secure secret private "
    "protected encrypted stored hidden masked weak strong reset changed updated forgotten known unknown "
    "case-sensitive "
    "confidential yours here there this that what when where never only always also still just being sent used "
    "displayed shown erforderlich notwendig falsch ungültig richtig abgelaufen sicher geschützt verschlüsselt geheim "
    "gespeichert vertraulich nicht obligatoire incorrect invalide expiré protégé chiffré secrète requis requise "
    "nécessaire please bitte optionnel"
)
_TOKEN = re.compile(r"(?<![\w/.@-])[A-Za-z0-9_+/=-]{20,200}(?![\w/@])")
_CALLED_NEAR = re.compile(
    r"\b(?:key|token|secret|passw\w*|credential\w*|auth\w*|bearer|webhook|schlüssel|kennwort|clé|clef|jeton)\b", re.I
)

_INNER = r"(?:system|hidden|initial|secret|internal|original|developer|confidential|underlying)"
_TEXTS = r"(?:prompt|instructions?|guidelines|rules|message|directives?)"
_PROMPT = re.compile(
    rf"\b(?:my|our) (?:{_INNER} )?(?:prompt|instructions) (?:are|is|says?|reads?|state|tells? me|forbids?|requires?"
    rf"|begins?|starts?)\b"
    r"(?! (?:not|confidential|private|secret|internal|that i (?:can|may)|to help|included|simple|clear|easy"
    r"|enclosed|in the))"
    rf"|\b(?:my|the|these|our) {_INNER} {_TEXTS} (?:are|is|says?|reads?|state|tells? me|begins?|starts?)\b"
    rf"(?! (?:not|confidential|private|secret))"
    rf"|\b(?:{_INNER} )?(?:system )?prompt (?:says|reads|states|begins|starts)\b"
    rf"|\b{_INNER} {_TEXTS}\s?[:=]|\bsystem[- _]?prompt\s?(?:[:=]|lautet|ist\b|est\b)"
    rf"|\bhere (?:is|are) (?:my|the) (?:{_INNER} )?(?:prompt|instructions)(?: i| we|\s?:|\.|$)"
    r"|\bi (?:was|am|have been|['’]?ve been) (?:instructed|programmed|configured|prompted|told by my developers)"
    r" (?:to|not to|never to|by)\b"
    r"|(?:^|[\"'“„«‹:>|]\s{0,3})(?:you are|act as|you['’]re) (?:[A-Z]\w{1,20}, )?(?:an?|the) [^\n.]{0,60}"
    r"\b(?:assistant|agent|chatbot|bot|ai|advisor)\b"
    r"|\b(?:do not|don['’]t|never) (?:disclose|reveal|share|mention|show|repeat|leak) (?:this|these|the|your"
    r"|any of (?:this|these))"
    r" (?:system )?(?:prompt|instructions|rules|guidelines)\b"
    r"|\b(?:repeat|repeating|here is) everything above\b|\brepeating my instructions|\bmy instructions word for word"
    r"|\bvoici[^.\n]{0,40} mes (?:instructions|consignes)|\bmes (?:instructions|consignes)\s?:"
    r"|\bmis instrucciones (?:de sistema )?(?:son|:)"
    r"|\bhier (?:sind|ist) (?:mein|meine) (?:\w+ )?(?:anweisungen|instruktionen|prompt)"
    r"|<\|(?:im_start|im_end|system|endoftext|user|assistant)\|>|\[/?INST\]|<</?SYS>>|</?system>"
    r"|\"role\"\s{0,2}:\s{0,2}\"(?:system|developer)\""
    r"|#{2,4} ?(?:system|instructions?)(?: prompt| message)?\s{0,2}(?::|\n|$)"
    # German
    r"|\b(?:meine|die) \w{0,20}(?:system|intern|geheim|versteckt|verborgen)\w* ?-?(?:anweisung(?:en)?|vorgaben"
    r"|instruktionen"
    r"|regeln|prompt) ?(?:lauten|lautet|sagen|sagt|besagen|verlangen|:)|\bmeine (?:anweisungen|instruktionen"
    r"|vorgaben) (?:lauten|sagen|besagen|sind:|verbieten)"
    r"|\b(?:system|interne|versteckte|geheime)[- ]?(?:anweisung(?:en)?|vorgaben|instruktionen)\s?:"
    r"|\b(?:ich wurde|mir wurde|ich bin) (?:angewiesen|aufgetragen|programmiert|instruiert)\b"
    r"|\bdu bist (?:[A-Z]\w{1,20}, )?(?:ein|der|eine|die) [^\n.]{0,50}\b\w{0,20}(?:assistent|assistentin|agent"
    r"|chatbot|bot|berater)\b"
    r"|\b(?:verrate|gib|zeige|nenne) (?:niemals|nie|nicht) [^\n.]{0,20}(?:prompt|anweisung|instruktion)"
    # French
    r"|\b(?:mes|les) (?:instructions|consignes|directives) (?:système|cachées|internes|secrètes"
    r"|initiales)\s?(?:sont|disent|indiquent|stipulent|exigent|:)"
    r"|\bmes (?:instructions|consignes) (?:sont\s?:|disent|indiquent|stipulent|m['’]interdisent|précisent)"
    r"|\b(?:instructions|consignes) (?:système|cachées|internes|secrètes)\s?:|\bprompt (?:système|système est"
    r"|initial)\b"
    r"|\b(?:on m['’]a|j['’]ai été) (?:demandé de ne|programmée?|configurée?|chargée? de ne)\b"
    r"|\btu es (?:[A-Z]\w{1,20}, )?(?:un|une|l['’]) ?[^\n.]{0,50}\b(?:assistante?|agent|chatbot|conseillère?"
    r"|vendeur|vendeuse)\b"
    r"|\b(?:mis|las) instrucciones (?:internas |del sistema |ocultas )?(?:son:|dicen|indican)|\b(?:instrucciones"
    r"|prompt) (?:del sistema|ocultas|internas)\s?:"
    r"|\beres (?:[A-Z]\w{1,20}, )?(?:un|una|el|la) [^\n.]{0,50}\b(?:asistente|agente|chatbot|vendedora?)\b"
    r"|\bne (?:révèle|divulgue|dévoile|partage)[sz]? (?:jamais|pas) [^\n.]{0,20}(?:prompt|instruction|consigne)",
    re.I | re.M,
)
_SPOKEN = re.compile(r"\b(?:SYSTEM|DEVELOPER)(?: PROMPT| MESSAGE)?\s?:\s")
_PROMPT_WORDS = whole_words(
    "prompt prompts instructions instruction instructed instruktionen instruiert programmed configured prompted system "
    "developers developer sys im_start role guidelines rules instrucciones directive directives message "
    "programmiert angewiesen "
    "aufgetragen anweisung anweisungen vorgaben systemprompt systemanweisungen consignes programmé programmée "
    "configuré "
    "configurée demandé chargé chargée inst start end above"
)
_PROMPT_TOPIC = exact(_PROMPT_WORDS)
_ADDRESSES = exact(("you", "act", "du", "tu", "eres"))
_PROMPT_SIGNS = ("you are a", "you are the", "you're a", "you’re a", "act as", "<|", "du bist", "tu es", "eres ", "##")
"""One of these, or of the words, stands in whatever `_PROMPT` finds."""


def find_secrets(text: str, facts: Facts) -> Iterator[Finding]:
    """Credentials and the assistant's own instructions; nothing of such a text is said."""
    low = lowered(text)
    found = _secret(text, low, facts)
    if found is not None:
        yield _block(found, "The text holds a secret.")
    elif about(text) & _PROMPT_TOPIC or (
        (about(text) & _ADDRESSES or "<|" in low or "##" in low) and _any_in(low, _PROMPT_SIGNS)
    ):
        told = _PROMPT.search(text) or _SPOKEN.search(text)
        if told is not None:
            yield _block(told.span(), "The text tells the assistant's own instructions.")


def _block(span: tuple[int, int], reason: str) -> Finding:
    return Finding(verdict=VerdictKind.BLOCK, start=span[0], end=span[1], reason=reason)


def _secret(text: str, low: str, facts: Facts) -> tuple[int, int] | None:
    if (_LONG_WORD.match(text) or "-----" in text or about(text) & _LOGINS) and _any_in(low, _SHAPE_SIGNS):
        shaped = _SHAPES.search(text)
        if shaped is not None:
            return shaped.span()
    if not about(text) & _CALLED_TOPIC and not _any_in(low, _CALLED_ENDS):
        return None
    for called in _CALLED.finditer(text):
        value = called["value"].rstrip(".,;:!?)")
        if not _is_known(value, facts) and _is_secret(
            value, called["link"].lower(), bool(called["quote"]), called["called"]
        ):
            return called.span("value")
    for token in _TOKEN.finditer(text):
        near = text[max(0, token.start() - 48) : token.start()]
        if _CALLED_NEAR.search(near) and _is_random(token[0]) and not _is_known(token[0], facts):
            return token.span()
    return None


def _is_secret(value: str, link: str, quoted: bool, called: str) -> bool:
    """Whether what a password is said to be looks like one, and not like a word about it."""
    low = value.lower()
    if low in _NO_VALUE or len(value) < 4 or "://" in value or value.startswith("["):
        return False
    if re.search(r"\bpin\b|geheimzahl", called, re.I):
        return value.isdecimal() and len(value) <= 8
    kinds = [
        any(char.islower() for char in value),
        any(char.isupper() for char in value[1:]),
        any(char.isdecimal() for char in value),
        any(not char.isalnum() and char not in "-'’" for char in value),
    ]
    if value.isdecimal():
        return len(value) >= 4 and link in _PLAIN_LINKS
    telling = low not in _NO_VALUE and called.lower().strip() not in ("login", "token", "secret", "credentials")
    return sum(kinds) > 1 or ((quoted or link in _PLAIN_LINKS) and telling and value.isascii() and " " not in value)


def _is_random(token: str) -> bool:
    """Whether it has letters and digits in the disorder of a key: three bits a character and more."""
    if not (any(char.isdecimal() for char in token) and any(char.isalpha() for char in token)):
        return False
    counts = Counter(token)
    bits = -sum(count / len(token) * math.log2(count / len(token)) for count in counts.values())
    return bits >= 3


def _is_known(value: str, facts: Facts) -> bool:
    """Whether it is a code, an id or a tracking number of the facts."""
    ours = known(facts)
    low = value.lower()
    if value.upper() in ours.codes or low in ours.products or low in ours.orders:
        return True
    return any(order.tracking and order.tracking.lower() == low for order in facts.orders)


def _any_in(low: str, signs: tuple[str, ...]) -> bool:
    """Whether a pattern is worth running: a search for fixed letters costs a hundredth of it."""
    for sign in signs:  # noqa: SIM110 - `any` would call a generator for every sign
        if sign in low:
            return True
    return False
