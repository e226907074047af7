"""What must not get out: links elsewhere, other people's data, secrets, the assistant's own instructions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts
from shopgraph.guards.personal import digits_of, find_personal

_LINK = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{1,10}://|www\.)(?:[^\s/@<>\"']{1,64}@)?(?P<host>[^\s/?#<>\"'()]{1,253})[^\s<>\"')\]]{0,2000}",
    re.I,
)
_BARE = re.compile(
    r"(?<![\w@./-])(?P<host>(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|io|shop|store|info|biz|co|xyz"
    r"|site|online|ru|cn|de|fr|uk|jp))/[^\s<>\"')\]]{0,2000}",
    re.I,
)
_SECRET = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\b(?:sk|pk|rk|tok|token|key|secret)_(?=[A-Za-z_]{0,40}\d)[A-Za-z0-9_]{10,}|\b(?:AKIA"
    r"|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}"
    r"|\b(?:\w{1,20}-)?(?:passwor[dt]|kennwort|mot de passe|contraseña|api[_ ]key|secret[_ ]key|(?:access"
    r"|secret)[_ ]token)"
    r"\s{0,3}(?:is|lautet|ist|est|es|=|:)[\s:\"'“„«]{0,4}(?=[^\s,]{0,40}[\d!@#$%^&*_=+-])[^\s,]{6,}"
    r"|\b[a-z][a-z0-9+]{1,20}://[^\s:@/]{1,64}:[^\s@/]{1,64}@",
    re.I,
)
_PROMPT = re.compile(
    r"\b(?:my|the) (?:system |hidden |initial )?(?:prompt|instructions) (?:is|are|says?|reads?|tells? me)\b"
    r"|\b(?:hidden|system|secret|internal) (?:instructions|prompt)(?: v?\d+)?\s?[:.]|\bsystem-?prompt\s?:"
    r"|\brepeating my instructions|\bmy instructions word for word|\bsystem: ?you are\b"
    r"|\b(?:do not|don['’]t|never) (?:disclose|reveal|share) (?:this|these) (?:prompt|instructions|text|message)"
    r"|\bvoici[^.]{0,40} mes instructions|\bmes instructions (?:système )?(?:sont|:)|\bne (?:révèle|divulgue"
    r"|montre)s? (?:jamais|pas) ce"
    r"|\bmeine (?:system|geheimen |internen )?anweisungen (?:lauten|sind)|\bverrate (?:diesen|das|dies)\w* nie"
    r"|\bmis instrucciones (?:de sistema )?(?:son|:)|\b(?:repeat|repeating) everything above\b"
    r"|\bhere (?:is|are) my (?:system |hidden |initial )?(?:prompt|instructions)\b"
    r"|^\s{0,8}(?:you are|act as) an? [^\n]{0,60}\b(?:assistant|agent|chatbot)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]",
    re.I | re.M,
)
_SECRET_SIGNS = (
    *("sk-", "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "-----", "eyj"),
    *(
        "passwor",
        "kennwort",
        "mot de passe",
        "contraseña",
        "api",
        "secret",
        "access",
        "://",
        "tok_",
        "sk_",
        "pk_",
        "rk_",
    ),
    *("key_", "token_"),
)
"""One of these, in lower case, stands in whatever `_SECRET` finds."""
_PROMPT_SIGNS = (
    "prompt",
    "instruc",
    "anweisungen",
    "system:",
    "disclose",
    "reveal",
    "révèle",
    "divulgue",
    "verrate",
    "everything above",
    "you are a",
    "act as a",
    "<|",
    "[inst",
    "[/inst",
)
_LINK_SIGNS = ("://", "www.")


def find_foreign_links(text: str, facts: Facts) -> Iterator[Finding]:
    """Links to hosts that are not the shop's."""
    allowed = tuple(host.lower().rstrip("/") for host in facts.allowed_hosts or ())
    low = text.lower()
    for pattern, signs in ((_LINK, _LINK_SIGNS), (_BARE, ("/",))):
        for found in pattern.finditer(text) if _any_in(low, signs) else ():
            host = found["host"].lower().rsplit(":", 1)[0].rstrip(".,;!")
            if (found.groupdict().get("scheme") or "").lower() == "www.":
                host = f"www.{host}"
            path = found[0][found.end("host") - found.start() :].lower().rstrip(".,;:!?")
            if "@" in found[0].split("/")[0] or not _leads_home(host, path, allowed):
                end = found.start() + len(found[0].rstrip(".,;:!?"))
                yield replace(found.start(), end, "[link removed]", f"{host} is no host of the shop's.")


def _leads_home(host: str, path: str, allowed: tuple[str, ...]) -> bool:
    """Whether a link stays with the shop; an entry with a path ("shop.example/help") allows what lies below it only."""
    for entry in allowed:
        own, slash, below = entry.partition("/")
        at_home = host == own or host.endswith(f".{own}")
        if at_home and (not slash or path.split("?")[0].split("#")[0].strip("/").startswith(below)):
            return True
    return False


def _is_host(host: str, allowed: tuple[str, ...]) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in allowed)


def find_foreign_data(text: str, facts: Facts) -> Iterator[Finding]:
    """E-mail addresses, phone numbers and card numbers that are not the asking customer's own."""
    personal = list(find_personal(text))
    own = _own(facts) if personal else set()
    for found in personal:
        if found.kind == "email":
            host = found.text.rpartition("@")[2].lower()
            mine = found.text.lower() in own or _is_host(host, tuple(facts.allowed_hosts or ()))
        else:
            mine = found.kind == "phone" and digits_of(found.text) in own
        if not mine:
            yield replace(found.start, found.end, f"[{found.kind}]", f"No {found.kind} of anybody but the customer.")


def _own(facts: Facts) -> set[str]:
    """What may be said: the customer's own contact data, and numbers that are ids of the facts."""
    customer = facts.customer
    own = {customer.email.lower()} if customer and customer.email else set[str]()
    numbers = [customer.phone] if customer else []
    numbers += [product.sku for product in facts.products]
    for order in facts.orders:
        numbers += [order.id, order.tracking, *(line.sku for line in order.lines)]
    return own | {digits_of(number) for number in numbers if number}


def find_secrets(text: str, facts: Facts) -> Iterator[Finding]:
    """Credentials and the assistant's own instructions; nothing of such a text is said."""
    low = text.lower()
    for pattern, signs, what in (
        (_SECRET, _SECRET_SIGNS, "a secret"),
        (_PROMPT, _PROMPT_SIGNS, "the assistant's own instructions"),
    ):
        for found in pattern.finditer(text) if _any_in(low, signs) else ():
            yield Finding(
                verdict=VerdictKind.BLOCK, start=found.start(), end=found.end(), reason=f"The text holds {what}."
            )


def _any_in(low: str, signs: Sequence[str]) -> bool:
    """Whether a pattern is worth running: a search for fixed letters costs a hundredth of it."""
    return any(map(low.__contains__, signs))
