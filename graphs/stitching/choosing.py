"""Of what the catalog says, first what speaks to the message; and a quotation of it, where it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from shopgraph.graphs.stitching.asking import in_words, read_question
from shopgraph.graphs.stitching.parts import Passage
from shopgraph.graphs.stitching.passages import BETWEEN, Fit, Piece, cut, fits, language_of_texts, lines_of

MOST_CHOSEN = 8
"""Sentences and lines that are told ahead of all else."""
MOST_REVIEWS = 3
"""Reviews of a product that are told beside those: the latest."""
_LONGEST = 1_200
"""Characters that are told of one text beside what was chosen of it."""
_NEARLY = 0.6
"""What a quotation is worth beside the best one, at least."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Passages in the order in which they matter."""

    passages: tuple[Passage, ...]
    left_out: int = 0
    """Sentences, and older reviews, that nobody is told for want of room."""


def choose_passages(message: str, passages: Sequence[Passage]) -> Chosen:
    """First the sentences, attributes and sentences of reviews that speak to the message, best first; then the rest.

    The passages are clean: an instruction must be fenced before its text is cut.
    """
    language = language_of_texts(passages)
    asked = read_question(message, {passage.product for passage in passages}, language)
    pieces = cut(passages, language) if asked else []
    best = [each.piece for each in fits(asked, pieces, language)[:MOST_CHOSEN]]
    taken: dict[int, set[int]] = {}
    for piece in best:
        taken.setdefault(piece.place, set()).add(piece.line)
    told, left_out = [_alone(each) for each in best], 0
    reviews: Counter[str] = Counter()
    for place, passage in enumerate(passages):
        reviews[passage.product_id] += passage.kind == "review"
        if passage.kind == "review" and reviews[passage.product_id] > MOST_REVIEWS:
            left_out += place not in taken or len(taken[place]) < len(lines_of(passage))
        elif place not in taken and len(passage.text) <= _LONGEST:
            told.append(passage)
        else:
            rest, lost = _rest(passage, taken.get(place, set()))
            told += [rest] if rest is not None else []
            left_out += lost
    return Chosen(passages=tuple(told), left_out=left_out)


def _rest(passage: Passage, taken: Collection[int]) -> tuple[Passage | None, int]:
    """What is told of a passage beside the lines that were taken out of it, and how many lines are not."""
    lines = [text for line, text in enumerate(lines_of(passage)) if line not in taken]
    kept: list[str] = []
    for text in lines:
        if sum(map(len, kept)) + len(text) > _LONGEST:
            break
        kept.append(text)
    if lines and not kept:
        kept = [f"{lines[0][:_LONGEST].rsplit(' ', 1)[0]} …"]
    between = BETWEEN if passage.kind == "attributes" else " "
    rest = passage.model_copy(update={"text": between.join(kept)}) if kept else None
    return rest, len(lines) - len(kept)


def quotations(message: str, passages: Sequence[Passage], known: Iterable[str], most: int = 2) -> tuple[Passage, ...]:
    """What answers a message, word for word: of the shop's own texts, else of a review; empty where nothing does.

    Args:
        known: names of the product and of its variants: what says nothing new of it.
    """
    language = language_of_texts(passages)
    asked = read_question(message, known, language)
    if not asked:
        return ()
    found = [each for each in fits(asked, cut(passages, language), language) if each.answers]
    own = [each for each in found if each.piece.passage.kind != "review"]
    return tuple([_alone(each.piece) for each in _different(own or found, most)])


def _different(found: Sequence[Fit], most: int) -> list[Fit]:
    """The best, and others nearly as good; no attribute whose value stands in one of the sentences."""
    good = [each for each in found if each.score >= _NEARLY * found[0].score]
    sentences = [set(in_words(each.piece.text)) for each in good if each.piece.passage.kind != "attributes"]
    kept = []
    for each in good:
        value = each.piece.text.partition(": ")[2] if each.piece.passage.kind == "attributes" else ""
        if not value or not any(said.issuperset(in_words(value)) for said in sentences[:most]):
            kept.append(each)
    return kept[:most]


def _alone(piece: Piece) -> Passage:
    """A passage of that piece alone."""
    changed = {"text": piece.text}
    if piece.passage.kind == "attributes":
        changed["field"] = piece.text.partition(":")[0]
    return piece.passage.model_copy(update=changed)
