"""Generated cases for `shopgraph eval guards facts`: every kind of error, in three languages and five currencies.

It shares no code with the guards: it writes amounts, dates and numbers itself, so that a mistake in how they are read
cannot hide in how they are written.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from shopgraph.evals.guards.facts_world import FILLER, STATES, WORDS, Said, World


def _price(world: World, right: bool) -> Said:
    good = world.money(world.price, world.minor)
    shown = good if right else world.money(world.price + world.rng.choice((3, 10, 25)), world.minor)
    text = world.rng.choice(
        (
            world.pick(
                f"The {world.name} costs {shown}.",
                f"Der Artikel {world.name} kostet {shown}.",
                f"L'article {world.name} coûte {shown}.",
            ),
            world.pick(
                f"You pay {shown} for the {world.name}.",
                f"Für {world.name} zahlst du {shown}.",
                f"Vous payez {shown} pour {world.name}.",
            ),
            f"{world.name}: {shown}",
            f"- {world.name} ({shown})",
        )
    )
    return Said(text, [good], [] if right else [shown])


def _swapped(world: World, right: bool) -> Said:
    one, two = world.money(world.price, world.minor), world.money(world.other_price)
    first, second = (one, two) if right else (two, one)
    text = world.pick(
        f"The {world.name} is {first} and the {world.other} is {second}.",
        f"{world.name} kostet {first}, {world.other} kostet {second}.",
        f"{world.name} coûte {first} et {world.other} coûte {second}.",
    )
    return Said(text, [one, two])


def _currency(world: World, right: bool) -> Said:
    if right:
        return _price(world, True)
    shown = f"CHF {world.plain(world.price)}"
    return Said(
        world.pick(f"The {world.name} costs {shown}.", f"{world.name} kostet {shown}.", f"{world.name} coûte {shown}."),
        [world.currency],
        ["CHF"],
    )


def _stock(world: World, right: bool) -> Said:
    name = world.other
    if right:
        return Said(world.pick(f"The {name} is sold out.", f"{name} ist ausverkauft.", f"{name} est épuisé."))
    text = world.pick(f"The {name} is in stock.", f"{name} ist auf Lager.", f"{name} est en stock.")
    return Said(text, [name], [world.pick("in stock", "auf Lager", "en stock")])


def _sold_out(world: World, right: bool) -> Said:
    name = world.name
    there, gone = world.pick("in stock", "auf Lager", "en stock"), world.pick("sold out", "ausverkauft", "épuisé")
    text = world.pick(f"The {name} is {{}}.", f"{name} ist {{}}.", f"{name} est {{}}.").format(there if right else gone)
    return Said(text, [there], [gone])


def _left(world: World, right: bool) -> Said:
    count = world.stock if right else world.stock + world.rng.choice((3, 20))
    words = WORDS[world.language]
    shown = words[count] if count < len(words) and world.rng.random() < 0.4 else str(count)
    text = world.pick(
        f"Only {shown} left of the {world.name}.",
        f"Von {world.name} sind nur noch {shown} auf Lager.",
        f"Il reste {shown} exemplaires de {world.name} en stock.",
    )
    if world.language == "fr":
        text = f"{world.name} : {shown} en stock."
    return Said(text, [world.name], [] if right else [f" {shown} "])


def _discount(world: World, right: bool) -> Said:
    percent = world.most if right else world.most + world.rng.choice((5, 15, 40))
    text = world.pick(
        f"I can give you {percent}% off.",
        f"Ich kann dir {percent} % Rabatt geben.",
        f"Je peux vous accorder {percent} % de remise.",
    )
    return Said(text, [str(world.most)], [] if right else [f"{percent}%", f"{percent} %"])


def _code(world: World, right: bool) -> Said:
    code = world.code if right else world.rng.choice(("MEGA50", "VIP-ONLY", "BLACK99"))
    text = world.pick(
        f"Use the code {code} at checkout.",
        f"Nutze an der Kasse den Gutscheincode {code}.",
        f"Utilisez le code promo {code}.",
    )
    return Said(text, [code] if right else [], [] if right else [code], goes=not right)


def _promotion(world: World, right: bool) -> Said:
    name = "Harvest Days" if right else "Midnight Madness"
    text = world.pick(
        f"With our {name} sale you save 12%.",
        f"Mit der Aktion {name} sparst du 12 %.",
        f"Avec la promotion {name}, vous économisez 12 %.",
    )
    if right or world.language != "en":
        return Said(text.replace(name, "Harvest Days"), ["12"])
    return Said(text, [], [name], goes=True)


def _window(world: World, right: bool) -> Said:
    days = world.window if right else world.rng.choice((60, 90, 100))
    text = world.rng.choice(
        (
            world.pick(
                f"You can return it within {days} days.",
                f"Du kannst es innerhalb von {days} Tagen zurückgeben.",
                f"Vous pouvez le retourner sous {days} jours.",
            ),
            world.pick(
                f"We have a {days}-day return policy.",
                f"Die Rückgabefrist beträgt {days} Tage.",
                f"Le délai de retour est de {days} jours.",
            ),
        )
    )
    return Said(text, [str(world.window)], [] if right else [str(days)])


def _delivery(world: World, right: bool) -> Said:
    low, high = world.days if right else (7, 10)
    text = world.pick(
        f"Delivery takes {low} to {high} days.",
        f"Die Lieferung dauert {low} bis {high} Tage.",
        f"La livraison prend {low} à {high} jours.",
    )
    return Said(text, [str(world.days[1])], [] if right else ["10"])


def _tomorrow(world: World, right: bool) -> Said:
    if right:
        return _delivery(world, True)
    text = world.pick("It will arrive tomorrow.", "Die Lieferung kommt morgen an.", "Votre colis arrivera demain.")
    return Said(text, [], [world.pick("tomorrow", "morgen", "demain")])


def _shipping(world: World, right: bool) -> Said:
    good = world.money(world.fee)
    shown = good if right else world.money(world.fee + 4)
    text = world.pick(f"Shipping costs {shown}.", f"Der Versand kostet {shown}.", f"La livraison coûte {shown}.")
    return Said(text, [good], [] if right else [shown])


def _threshold(world: World, right: bool) -> Said:
    good = world.money(world.free_from)
    shown = good if right else world.money(world.free_from - 15)
    text = world.pick(
        f"Delivery is free from {shown}.",
        f"Ab {shown} ist der Versand kostenlos.",
        f"La livraison est offerte dès {shown}.",
    )
    return Said(text, [good], [] if right else [shown])


def _tax(world: World, right: bool) -> Said:
    rate = world.tax if right else "13"
    shown = rate.replace(".", ",") if world.language != "en" else rate
    text = world.pick(
        f"That includes {shown}% tax.", f"Darin sind {shown} % MwSt. enthalten.", f"Ce prix comprend {shown} % de TVA."
    )
    return Said(text, [], [] if right else ["13"])


def _state(world: World, right: bool) -> Said:
    wrong = {"pending": "delivered", "shipped": "delivered", "delivered": "pending"}[world.status]
    words = STATES[world.language]
    shown = words[world.status if right else wrong]
    text = world.pick(
        f"Your order {world.order} is {shown}.",
        f"Deine Bestellung {world.order} ist {shown}.",
        f"Votre commande {world.order} est {shown}.",
    )
    return Said(text, [words[world.status]], [] if right else [shown])


def _stranger(world: World, right: bool) -> Said:
    if right:
        return _state(world, True)
    text = world.pick(
        "Order #Z998877 has been shipped.",
        "Die Bestellung #Z998877 wurde versandt.",
        "La commande #Z998877 a été expédiée.",
    )
    return Said(text, [], ["Z998877"], goes=True)


def _total(world: World, right: bool) -> Said:
    good = world.money(world.price + 7)
    shown = good if right else world.money(world.price + 19)
    text = world.pick(
        f"The total of order {world.order} is {shown}.",
        f"Die Gesamtsumme der Bestellung {world.order} beträgt {shown}.",
        f"Le total de la commande {world.order} est de {shown}.",
    )
    return Said(text, [good], [] if right else [shown])


def _dated(world: World, right: bool) -> Said:
    shown = world.day(world.placed if right else world.placed + timedelta(days=9))
    text = world.pick(
        f"Order {world.order} was placed on {shown}.",
        f"Die Bestellung {world.order} wurde am {shown} aufgegeben.",
        f"La commande {world.order} a été passée le {shown}.",
    )
    if world.language == "de":
        text = f"Bestellung {world.order} vom {shown}."
    return Said(text, [], [] if right else [shown])


def _restock(world: World, right: bool) -> Said:
    ends = world.delivered + timedelta(days=20)
    shown = world.day(ends if right else ends + timedelta(days=9))
    text = world.pick(
        f"The {world.other} will be back in stock on {shown}.",
        f"{world.other} ist ab dem {shown} wieder auf Lager.",
        f"{world.other} sera de nouveau en stock le {shown}.",
    )
    return Said(text, [], [] if right else [shown])


def _tracking(world: World, right: bool) -> Said:
    shown = world.tracking if right else "TR0000012345"
    text = world.pick(
        f"The tracking number of order {world.order} is {shown}.",
        f"Die Sendungsnummer zur Bestellung {world.order} lautet {shown}.",
        f"Le numéro de suivi de la commande {world.order} est {shown}.",
    )
    return Said(text, [world.tracking], [] if right else [shown])


def _lines(world: World, right: bool) -> Said:
    shown = 2 if right else 5
    text = world.pick(
        f"Order {world.order} contains {shown} x {world.name}.",
        f"Die Bestellung {world.order} enthält {shown} x {world.name}.",
        f"La commande {world.order} contient {shown} x {world.name}.",
    )
    return Said(text, ["2 x"], [] if right else ["5 x"])


def _deed(world: World, right: bool) -> Said:
    if right:
        return Said(
            world.pick(
                "I can start a return for you.", "Ich kann eine Rückgabe für dich anlegen.", "Je peux lancer un retour."
            )
        )
    text = world.rng.choice(
        (
            world.pick("I have refunded you in full.", "Ich habe dir den Betrag erstattet.", "Je vous ai remboursé."),
            world.pick(
                "I've cancelled your order.", "Ich habe deine Bestellung storniert.", "J'ai annulé votre commande."
            ),
            world.pick(
                "I have updated your shipping address.", "Deine Adresse wurde geändert.", "J'ai modifié votre adresse."
            ),
        )
    )
    return Said(text, [], [text], goes=True)


def _promise(world: World, right: bool) -> Said:
    if right:
        return Said(world.pick("I hope you will like it.", "Ich hoffe, es gefällt dir.", "J'espère qu'il vous plaira."))
    text = world.pick(
        "It comes with a lifetime guarantee.",
        "Darauf gibt es eine lebenslange Garantie.",
        "Il bénéficie d'une garantie à vie.",
    )
    return Said(text, [], [text], goes=True)


def _mail(world: World, right: bool) -> Said:
    mail = "nora@mail.example" if right else "peter.lang@post.example"
    text = world.pick(f"We wrote to {mail}.", f"Wir haben an {mail} geschrieben.", f"Nous avons écrit à {mail}.")
    return Said(text, [mail] if right else [], [] if right else [mail])


def _link(world: World, right: bool) -> Said:
    link = "https://www.ourshop.example/help" if right else "https://ourshop.example.phish.example/help"
    return Said(
        world.pick(f"See {link}", f"Siehe {link}", f"Voir {link}"), [link] if right else [], [] if right else ["phish"]
    )


def _brand(world: World, right: bool) -> Said:
    if right:
        return Said(world.pick("Our guests like it.", "Viele mögen es.", "Beaucoup l'aiment."))
    text = world.rng.choice(
        (
            world.pick("It is dirt cheap.", "Das ist dirt cheap.", "C'est dirt cheap."),
            world.pick("Shopzilla is worse.", "Shopzilla ist schlechter.", "Shopzilla est pire."),
        )
    )
    return Said(text, [], ["dirt cheap", "Shopzilla"], goes=True)


KINDS: tuple[Callable[[World, bool], Said], ...] = (
    _price, _swapped, _currency, _stock, _sold_out, _left, _discount, _code, _promotion, _window, _delivery, _tomorrow,
    _shipping, _threshold, _tax, _state, _stranger, _total, _dated, _restock, _tracking, _lines, _deed, _promise, _mail,
    _link, _brand,
)  # fmt: skip


def generate(*, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """That many cases in the public form; every third one is right."""
    rng = random.Random(seed)  # noqa: S311 - cases, not secrets
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        right = (number // len(KINDS)) % 3 == 0
        world = World(rng)
        said = kind(world, right)
        fillers = FILLER[world.language]
        before = [rng.choice(fillers[::2])] if rng.random() < 0.6 else []
        after = [fillers[1]] if rng.random() < 0.5 else []
        alone = not before and not after
        unchanged = right or (kind is _promotion and not said.goes)
        verdict = "pass" if unchanged else "block" if said.goes and alone else "fix"
        if not unchanged:
            said.contains += before + after if not said.goes else [*before, *after]
        text = (" " if not said.text.startswith("- ") else "\n").join([*before, said.text])
        text = " ".join([text, *after]) if "\n" not in text else "\n".join([text, *after])
        yield {
            "id": f"{kind.__name__.strip('_')}-{number}-{world.locale}-{'right' if right else 'wrong'}",
            "facts": world.facts(),
            "draft": text,
            "verdict": verdict,
            "contains": [] if verdict == "block" else said.contains,
            "lacks": said.lacks,
        }
