"""Intents learned from rows: right, sure where it may be, out of scope where it must, the same bytes, and explained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.models.blend import net_training, training, vocabulary
from shopgraph.models.blend.files import CARD, EXAMPLES, LABELS, REPORT, WEIGHTS, load_blend, save_blend
from shopgraph.models.blend.model import Blend
from shopgraph.models.blend.net import WIDTH
from shopgraph.models.blend.training import OUTSIDE, LabeledText, Trained, train_blend
from shopgraph.models.blend.vectors import WordVectors
from shopgraph.models.blend.vocabulary import learn_vocabulary, letter_codes, pair_codes, words_of
from shopgraph.models.intent_models import Said
from shopgraph.models.router import IntentRouter
from shopgraph.models.routes import Intent, Tier

pytest.importorskip("sklearn", reason="pip install 'shopgraph[train]'")

THINGS = ("lamp", "mug", "coat", "chair", "tablet", "kettle", "scarf", "mirror")
PATTERNS = {
    "track": ("where is my {}", "track the {} please", "has my {} shipped yet", "when does the {} arrive"),
    "cancel": ("cancel my {}", "stop the order of the {}", "I do not want the {} anymore", "call off the {} order"),
    "price": ("how much is the {}", "what does the {} cost", "price of a {}?", "is the {} expensive"),
    "repair": ("my {} is broken", "can you repair the {}", "the {} stopped working", "fix my {} please"),
    OUTSIDE: ("sing about a {}", "who invented the {}", "translate {} into Latin", "tell me a joke with a {}"),
}
ROWS = [
    LabeledText(text=pattern.format(thing), intent=intent)
    for intent, patterns in PATTERNS.items()
    for pattern in patterns
    for thing in THINGS
]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train_blend(ROWS)


@pytest.fixture(scope="module")
def folder(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("blend") / "router"
    save_blend(trained, out, rows=ROWS, sources=["rows.jsonl"], date="2026-11-27")
    return out


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is my teapot", "track"),  # a thing it has not seen
        ("trakc the lamp plese", "track"),  # misspelt
        ("please terminate the mug order", "cancel"),  # a word of like meaning
        ("what is the price of the sofa", "price"),
        ("the coat is defective, repair it", "repair"),
    ],
)
def test_it_is_right_beyond_its_examples(trained: Trained, text: str, intent: str) -> None:
    assert trained.blend.judge(text).intent == intent


def test_what_nobody_taught_scores_lower_than_what_it_knows(trained: Trained) -> None:
    known = [
        trained.blend.judge(text).in_scope for text in ("where is my teapot", "cancel the sofa", "is the desk broken")
    ]
    strange = [
        trained.blend.judge(text).in_scope for text in ("sing about the moon", "who invented gravity", "qwxz vbnm")
    ]
    assert min(known) > max(strange)


def test_an_answer_names_its_reasons(trained: Trained) -> None:
    judged = trained.blend.judge("how much is the mirror?")
    assert judged.nearest[0] == "how much is the mirror"
    assert judged.runner_up in {"track", "cancel", "repair"}
    assert "how much" in " ".join(
        trained.blend.reasons(trained.blend.vocabulary.encode("how much is the mirror?"), "price")
    )


def test_nothing_is_judged_by_a_model_that_has_seen_it(trained: Trained) -> None:
    assert sorted((one.text, one.intent) for one in trained.held_out) == sorted((row.text, row.intent) for row in ROWS)
    assert all(0 <= one.confidence <= 1 and 0 <= one.in_scope <= 1 for one in trained.held_out)


def test_a_folder_reads_back_as_it_was_written(trained: Trained, folder: Path) -> None:
    again = load_blend(folder)
    for text in ("where is my teapot", "sing about the moon", "", "?!", "order 12345 for $20"):
        assert again.judge(text).intent == trained.blend.judge(text).intent
        assert again.judge(text).confidence == pytest.approx(trained.blend.judge(text).confidence, abs=1e-3)
        assert again.judge(text).in_scope == pytest.approx(trained.blend.judge(text).in_scope, abs=1e-3)
    assert {file.name for file in folder.iterdir()} == {WEIGHTS, LABELS, EXAMPLES, REPORT, CARD}
    assert json.loads((folder / REPORT).read_bytes())["n"] == len(ROWS) - len(THINGS) * 4
    assert "rows.jsonl" in (folder / CARD).read_text("utf-8")


def test_the_same_rows_and_seed_make_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    save_blend(train_blend(ROWS), tmp_path, rows=ROWS, sources=["rows.jsonl"], date="2026-11-27")
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


@pytest.mark.parametrize("name", [WEIGHTS, LABELS, EXAMPLES])
def test_a_damaged_file_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        content = file.read_bytes()
        (tmp_path / file.name).write_bytes(content[: len(content) // 2] if file.name == name else content)
    with pytest.raises(ConfigurationError, match=name.replace(".", r"\.")):
        load_blend(tmp_path)


def test_rows_too_few_are_refused() -> None:
    with pytest.raises(InvalidInput, match="1 intents"):
        train_blend([row for row in ROWS if row.intent == "track"])
    with pytest.raises(InvalidInput, match="rare"):
        train_blend([*ROWS, LabeledText(text="one text alone", intent="rare")])


def test_without_rows_out_of_scope_strange_messages_still_score_lower() -> None:
    blend = train_blend([row for row in ROWS if row.intent != OUTSIDE]).blend
    assert blend.judge("cancel my chair").in_scope > blend.judge("who invented gravity").in_scope


class TestRouter:
    def test_it_routes_by_its_own_thresholds(self, folder: Path) -> None:
        router = IntentRouter.load(folder)
        assert set(router.intents) == {"track", "cancel", "price", "repair", Intent.OUT_OF_SCOPE}
        route = router.route("where is my mirror, order #D1000001?")
        assert (route.intent, route.tier) == ("track", Tier.WORKFLOW)
        assert route.entities.order_ids == ("#D1000001",)
        assert 'like "where is my mirror"' in route.why
        strange = router.route("qwxz vbnm wrtp")
        assert (strange.intent, strange.tier) == (Intent.OUT_OF_SCOPE, Tier.LARGE_MODEL)

    def test_a_model_that_fails_sends_the_message_up(self) -> None:
        class Broken:
            labels = ("track",)

            def say(self, text: str) -> Said:
                raise RuntimeError("out of order")

            def taught(self, intent: str, sentences: Sequence[str]) -> Broken:
                return self

        route = IntentRouter(Broken()).route("where is order #D1000001?")
        assert (route.intent, route.tier, route.confidence) == (Intent.OUT_OF_SCOPE, Tier.LARGE_MODEL, 0)
        assert "RuntimeError" in route.why
        assert route.entities.order_ids == ("#D1000001",)

    def test_without_word_vectors_it_routes_by_what_it_knows(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing() -> WordVectors:
            raise ConfigurationError("not installed", remedy="install it")

        monkeypatch.setattr(vocabulary, "word_vectors", missing)
        assert IntentRouter.load(folder).route("where is my zeppelin").intent == "track"

    def test_a_few_examples_teach_a_new_intent(self, folder: Path) -> None:
        router = IntentRouter.load(folder)
        taught = router.with_examples(
            "gift_wrapping",
            ["wrap it as a gift", "gift wrap please", "use gift paper", "gift wrapped?", "as a present"],
        )
        assert taught.route("please gift wrap the lamp").intent == "gift_wrapping"
        assert taught.route("where is my lamp").intent == "track"
        assert "gift_wrapping" not in router.intents


class TestVocabulary:
    def test_training_and_routing_see_the_same(self) -> None:
        texts = [row.text for row in ROWS]
        learned = learn_vocabulary(texts)
        encoded = learned.encode(texts[0])
        assert len(set(encoded.indices.tolist())) == len(encoded.indices)
        assert encoded.indices.max() < learned.size
        assert np.linalg.norm(encoded.values) == pytest.approx(2.0, abs=1e-3)  # four views of length one
        assert np.linalg.norm(encoded.meaning) == pytest.approx(1.0, abs=1e-3)
        assert encoded.strange == 0

    def test_pairs_know_no_order_and_letters_know_ends(self) -> None:
        assert pair_codes(["a", "b", "c"]) == pair_codes(["c", "b", "a"])
        assert set(letter_codes("ab")) != set(letter_codes("ba"))
        assert words_of("Don’t charge #W2611340 $20!") == ("don't", "charge", "xorder", "xamount", "!")

    @settings(max_examples=60)
    @given(st.text(max_size=300))
    def test_any_text_has_an_answer(self, text: str) -> None:
        judged = _small().judge(text)
        assert judged.intent in {"track", "cancel"}
        assert 0 <= judged.confidence <= 1
        assert 0 <= judged.in_scope <= 1


_SMALL: list[Blend] = []


def _small() -> Blend:
    if not _SMALL:
        _SMALL.append(train_blend([row for row in ROWS if row.intent in ("track", "cancel")]).blend)
    return _SMALL[0]


@pytest.fixture(scope="module")
def with_net() -> Trained:
    """As `trained`, with the network that otherwise only larger sets get."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "NET_FROM_ROWS", 1)
        return train_blend(ROWS)


def test_a_set_too_small_for_it_has_no_network(trained: Trained) -> None:
    assert trained.blend.net is None


def test_the_network_reads_back_as_it_was_written(with_net: Trained, tmp_path: Path) -> None:
    save_blend(with_net, tmp_path, rows=ROWS, sources=["rows.jsonl"], date="2026-11-27")
    read = load_blend(tmp_path)
    for text in ("where is my teapot", "is the mirror expensive", "", "?"):
        encoded = with_net.blend.vocabulary.encode(text)
        said, again = with_net.blend.judge(text), read.judge(text)
        assert (again.intent, again.confidence, again.nearest) == (said.intent, said.confidence, said.nearest)
        assert again.in_scope == pytest.approx(said.in_scope, abs=1e-6)
        assert with_net.blend.votes(encoded, with_net.blend.scores(encoded)).shape == (4,)
    assert "convolutional" in (tmp_path / CARD).read_text()


def test_the_network_tells_apart_what_only_the_order_of_words_does() -> None:
    rows = [f"{one} before {other}" for one in THINGS for other in THINGS if one != other]
    messages = [words_of(row) for row in rows]
    targets = np.array([int(THINGS.index(words[0]) > THINGS.index(words[2])) for words in messages])
    known = learn_vocabulary(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(net_training, "EPOCHS", 80)
        patch.setattr(net_training, "_WARM_UP", 1)
        net = net_training.train_net(messages, targets, 2, known, seed=1)
        again = net_training.train_net(messages, targets, 2, known, seed=1)
    assert (net.head == again.head).all()
    said = [int(net.logits(words, known).argmax()) for words in messages]
    assert said == targets.tolist()


def test_what_the_network_makes_of_a_message_is_the_same_as_training_made_of_it(with_net: Trained) -> None:
    net, known = with_net.blend.net, with_net.blend.vocabulary
    assert net is not None
    words = words_of("please fix the kettle of my mug")
    places = [at for word in words if (at := known.place_of(word)) is not None]
    padded = np.zeros((len(places) + 2, 256), np.float32)
    padded[1:-1] = net.word_vectors[places]
    sums = sum(padded[at : at + len(places)] @ net.filters[at] for at in range(WIDTH)) + net.filter_bias
    mean = padded.sum(axis=0) * 2 / np.sqrt(len(places))
    expected = np.concatenate([np.maximum(sums.max(axis=0), 0), mean]) @ net.head + net.bias
    known_words = [word for word in words if known.place_of(word) is not None]
    assert np.allclose(net.logits(known_words, known), expected, atol=1e-4)
