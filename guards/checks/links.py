"""Links: only to the shop's hosts; where the facts tell which pages of a host there are, to no other ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.known import known, per_facts
from shopgraph.guards.checks.text import lowered, whole_words
from shopgraph.guards.checks.units import plain
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

_LINK = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{1,10}://|www\.)(?:[^\s/@<>\"']{1,64}@)?(?P<host>[^\s/?#<>\"'()]{1,253})"
    r"(?P<path>[^\s<>\"')\]]{0,2000})",
    re.I,
)
_TOP = "com|net|org|shop|store|info|biz|xyz|online|site|ru|cn|de|fr|uk"
_BARE = re.compile(
    rf"(?<![\w@./-])(?P<host>(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:(?:{_TOP}|io|co|app|dev|me|eu|us|ly|jp|at|ch|it|es|nl"
    rf"|be|ie"
    rf"|example)(?=/)|(?:{_TOP})(?![\w@-]|\.\w)))(?P<path>(?:/[^\s<>\"')\]]{{0,2000}})?)"
)
_DOTTED = re.compile(r"\.[a-z]")
"""Stands in every host."""
_DANGEROUS = re.compile(r"\b(?:javascript|data|vbscript|file):[^\s]{3,2000}", re.I)
_PAGES = whole_words(
    "account konto compte mein-konto my-account mon-compte orders order bestellungen bestellung commandes commande "
    "mes-commandes my-orders returns return retouren retoure rueckgabe retours retour help hilfe aide support "
    "contact "
    "kontakt cart basket warenkorb panier checkout kasse faq shipping delivery versand lieferung livraison login "
    "signin "
    "track tracking sendungsverfolgung suivi privacy datenschutz confidentialite terms agb cgv impressum stores "
    "filialen "
    "magasins about en de fr us uk gb at ch en-us en-gb de-de fr-fr index.html home status password reset "
    "size-guide groessentabelle guide-des-tailles gift-cards newsletter"
)
"""Pages that every shop has."""
_NAME_WORDS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]")


def find_foreign_links(text: str, facts: Facts) -> Iterator[Finding]:
    """Links to hosts that are not the shop's and to pages that it does not have. A text of nothing else is not said."""
    low = lowered(text)
    if not _DOTTED.search(low) and "://" not in low and "script:" not in low and "data:" not in low:
        return
    wrong = list(_wrong_links(text, facts))
    if wrong and not _says_more(text, wrong):
        yield Finding(verdict=VerdictKind.BLOCK, start=0, end=len(text), reason="It is a link and nothing else.")
    else:
        yield from wrong


def _says_more(text: str, links: list[Finding]) -> bool:
    place, rest = 0, ""
    for link in sorted(links, key=lambda found: found.start):
        rest += text[place : link.start] + link.after.replace("[link removed]", "")
        place = max(place, link.end)
    return _LETTERS.search(rest + text[place:]) is not None


def _wrong_links(text: str, facts: Facts) -> Iterator[Finding]:
    allowed = tuple(host.lower().partition("/")[0] for host in facts.allowed_hosts or ())
    for found in _DANGEROUS.finditer(text):
        yield replace(found.start(), found.end(), "[link removed]", "No code stands in a link.")
    taken = 0
    for found in sorted([*_LINK.finditer(text), *_BARE.finditer(text)], key=lambda link: (link.start(), -link.end())):
        if found.start() < taken:
            continue
        taken = found.end()
        host = found["host"].lower().rsplit(":", 1)[0].rstrip(".,;!?")
        scheme = (found.groupdict().get("scheme") or "").lower()
        if scheme == "www.":
            host = f"www.{host}"
        if host in known(facts).all_names or (not scheme and not found["path"] and _names(found[0], facts)):
            continue  # a product that is called like a host
        end = found.start() + len(found[0].rstrip(".,;:!?*_"))
        userinfo = "@" in found[0][: found.start("path") - found.start()]
        if userinfo or not is_host(host, allowed):
            yield replace(found.start(), end, "[link removed]", f"{host} is no host of the shop's.")
        elif _is_invented(found["path"], host, facts):
            yield replace(found.start("path"), end, "", f"The facts know of no such page of {host}.")


def _names(written: str, facts: Facts) -> bool:
    return any(written.lower() in product.name.lower() for product in facts.products)


def is_host(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a host is one of the allowed ones or below one."""
    return any(host == own or host.endswith(f".{own}") for own in allowed)


def _is_invented(path: str, host: str, facts: Facts) -> bool:
    """Whether a page is none of a host's, of which the facts name pages; of another host any may be real.

    Pages are named by an allowed host with a path, which allows what lies below it, and by addresses in attributes.
    """
    plain = _plain(path)
    if not plain:
        return False
    at_home = {page.partition("/")[2] for page in _pages(facts) if is_host(host, (page.partition("/")[0],))}
    below = {page.partition("/")[2] for page in _allowed_pages(facts) if is_host(host, (page.partition("/")[0],))}
    if not at_home | below or plain in at_home or any(f"{plain}/".startswith(f"{page}/") for page in below):
        return False
    ours = known(facts)
    parts = plain.split("/")
    if len(parts) < 4 and any(_is_named_for(part, facts) for part in parts):
        return False  # a product's page, by its name
    return not all(part in _PAGES or part in ours.orders or part in ours.products for part in parts)


def _allowed_pages(facts: Facts) -> list[str]:
    return [host.lower().rstrip("/") for host in facts.allowed_hosts or () if "/" in host.rstrip("/")]


def _plain(path: str) -> str:
    return path.lower().rstrip(".,;:!?*_").partition("?")[0].partition("#")[0].strip("/")


def _is_named_for(part: str, facts: Facts) -> bool:
    """Whether all words of a part of an address stand in one product's name, and one of them is long."""
    said = {plain(word) for word in _NAME_WORDS.findall(part)}
    long = any(len(word) > 4 for word in said)
    return any(said == name or (long and said <= name) for name in _names_in_words(facts))


@per_facts
def _names_in_words(facts: Facts) -> tuple[frozenset[str], ...]:
    """The words of each product's name, as addresses write them."""
    return tuple(
        frozenset([plain(word) for word in _NAME_WORDS.findall(product.name.lower())]) for product in facts.products
    )


@per_facts
def _pages(facts: Facts) -> frozenset[str]:
    """Host and path of every address that the facts hold."""
    texts = [value for product in facts.products for value in product.attributes.values()]
    texts += facts.brand.disclosures if facts.brand else ()
    found = [link for text in texts if "/" in text for link in _LINK.finditer(text)]
    return frozenset(f"{link['host'].lower().removeprefix('www.')}/{_plain(link['path'])}" for link in found)
