"""Whether a reply is a yes. Only a clear one is: a condition, a change or a question makes it something else."""

from __future__ import annotations

import re
from typing import Literal

Reply = Literal["yes", "no", "other"]

# Longest first, so that "don't do it" is not read as "do it".
_NO = (
    "i do not want that", "i do not want this", "i do not want it", "i do not want to", "i have changed my mind",
    "i changed my mind", "changed my mind", "leave it as it is", "keep it as it is", "that is not right",
    "that is not what i want", "that is wrong", "i would rather not", "i will keep it", "do not do that",
    "do not do it", "please do not",
    "absolutely not", "definitely not", "certainly not", "forget about it", "never mind", "nevermind", "forget it",
    "leave it", "keep it", "not now", "not today", "not yet", "rather not", "better not", "let us not", "no need",
    "no way", "not really", "not correct", "no thanks", "no thank you", "do not", "nope", "nah", "naw", "no",
    "negative", "incorrect", "stop", "n",
)  # fmt: skip
_YES = (
    "that is what i want", "that sounds good", "sounds good", "that is correct", "that is right", "that is fine",
    "that works", "works for me", "of course", "go for it", "go ahead", "please do", "i confirm", "i agree", "i do",
    "i am sure", "do it", "do that", "all right", "no problem", "sure thing", "yes", "yeah", "yep", "yup", "yea",
    "yess", "sure", "okay", "okey", "ok", "okie", "alright", "correct", "confirm", "confirmed", "absolutely",
    "definitely", "certainly", "proceed", "agreed", "affirmative", "exactly", "fine", "y", "👍", "✅",
)  # fmt: skip
_FILLERS = frozenset(
    (
        "please", "pls", "plz", "thanks", "thank", "thx", "you", "very", "much", "so", "a", "lot", "then", "now",
        "that", "this", "it", "is", "the", "my", "me", "i", "we", "would", "will", "want", "to", "with", "for", "and",
        "by", "all", "good", "great", "perfect", "nice", "looks", "like", "right", "just", "really", "be", "hi", "hey",
        "hello", "oh", "well", "sir", "madam", "am", "process",
    )
)  # fmt: skip
_SECOND_THOUGHTS = frozenset({"actually", "hm", "hmm", "wait", "sorry"})
"""They may stand beside a no; beside a yes they make it less than plain."""
_SAYABLE = _FILLERS | _SECOND_THOUGHTS | {word for phrase in (*_NO, *_YES) for word in phrase.split()}
"""All words that a yes or a no can be made of, beside those that repeat the question."""
_CONTRACTIONS = (
    (re.compile(r"\b(do|does|would|is|are|ca|wo|did)n'?t\b"), r"\1 not"),
    (re.compile(r"\b(that|it|let)'?s\b"), r"\1 is"),
    (re.compile(r"\bi'?m\b"), "i am"),
    (re.compile(r"\bi'd\b"), "i would"),
    (re.compile(r"\bi'll\b"), "i will"),
    (re.compile(r"\bi've\b"), "i have"),
    (re.compile(r"\blet is not\b"), "let us not"),
)


def answer_of(text: str, *, question: str = "") -> Reply:
    """Read a reply to a question that asked for a yes.

    A clear yes or no is made of words that say just that, of politeness, and of words that only repeat the `question`
    (the summary that the customer was shown): "yes, cancel it" is a yes to "Cancel order #D1?" and something else
    after "Return order #D1?". Every other word, a question mark, or a yes beside a no makes it "other".
    """
    if "?" in text or len(text) > 300:
        return "other"
    plain = _plain(text)
    repeated = {_stem(word) for word in _plain(question).split()} if question else set[str]()
    if any(_stem(word) not in repeated for word in plain.split() if word not in _SAYABLE):
        return "other"
    without_no, noes = _without(plain, _NO)
    rest, yeses = _without(without_no, _YES)
    if bool(yeses) == bool(noes):
        return "other"
    fillers = _FILLERS if yeses else _FILLERS | _SECOND_THOUGHTS
    if any(word not in fillers and _stem(word) not in repeated for word in rest.split()):
        return "other"
    return "yes" if yeses else "no"


_REQUESTS = frozenset(
    (
        "where", "wheres", "when", "whens", "what", "whats", "which", "who", "whos", "why", "how", "hows", "can",
        "could", "do", "does", "did", "is", "are", "was", "has", "have", "will", "would", "may", "should", "cancel",
        "refund", "refunded", "exchange", "swap", "change", "update", "track", "stop", "talk", "speak", "human",
        "agent", "person", "help", "want", "wanna", "need", "show", "tell", "find", "recommend", "looking", "send",
        "status", "price", "prices", "cost", "costs", "stock", "discount", "discounts", "deals", "offers", "reviews",
        "return",
    )
)  # fmt: skip
_ANSWER_WORDS = 12


_REPLY_FIRST = re.compile(
    r"^(?:(?:yes|yeah|yep|ok|okay|sure|fine|alright|no|nope|nah|well|then|hm+|oh|please)\b[\s,.;:!]*)+", re.I
)


def beyond_reply(text: str) -> str:
    """What a message says besides a yes or no at its beginning: "ok, cancel it" says "cancel it"."""
    return _REPLY_FIRST.sub("", text.strip())


def is_fragment(text: str) -> bool:
    """Whether a message only names something ("the medium one", "gift card", "12 Oak Street") and requests nothing.

    While a workflow waits for a value, such a message is more likely that value than a new request, however sure a
    router is of it.
    """
    words = _plain(text).split()
    return 0 < len(words) <= _ANSWER_WORDS and "?" not in text and _REQUESTS.isdisjoint(words)


def _plain(text: str) -> str:
    """Lower case words with single spaces, contractions written out."""
    lowered = text.lower().replace("’", "'")
    for pattern, written in _CONTRACTIONS:
        lowered = pattern.sub(written, lowered)
    return " ".join(re.findall(r"[\w#@.]*\w|👍|✅", lowered.replace("'", " ")))


def _without(plain: str, phrases: tuple[str, ...]) -> tuple[str, int]:
    """The text with these phrases taken out, and how many there were."""
    count = 0
    padded = f" {plain} "
    for phrase in phrases:
        needle = f" {phrase} "
        while needle in padded:
            padded = padded.replace(needle, " ", 1)
            count += 1
    return padded.strip(), count


def _stem(word: str) -> str:
    """Words of one family fall together (cancel, cancellation); numbers and ids stay whole."""
    return word if len(word) <= 5 or any(character.isdigit() for character in word) else word[:5]
