"""What a server loads ahead is not compiled again by its first requests."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import asyncio, logging
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from shopgraph.graphs.conversation import build_orchestrator
from shopgraph.graphs.stitching import asking, passages, recipes
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
from shopgraph.guards import injection_classifier, masking
from shopgraph.shop import Shop

logging.disable(logging.WARNING)

async def main():
    with Shop.demo(chat_model=FakeListChatModel(responses=["Hello."])) as shop:
        orchestrator = build_orchestrator(shop, model=None)
        await shop.warm()
        once = {
            "fillers": asking._fillers,
            "materials": asking._material_stems,
            "synonyms": passages._synonyms,
            "words": masking.everyday_words,
            "classifier": injection_classifier.shipped_classifier,
            "recipes": recipes.for_a_model,
        }
        before = {name: each.cache_info().misses for name, each in once.items()}
        await orchestrator.ask("Do you have a blue linen dress?")
        recipes.for_a_model(recipes.ProductQuestion, tuple(DEFAULT_SOURCES))
        for name, each in once.items():
            info = each.cache_info()
            print(name, info.misses - before[name], info.hits > 0)

asyncio.run(main())
"""


def test_the_first_request_compiles_nothing_that_was_loaded_ahead() -> None:
    # In a process of its own: in this one other tests have compiled it all.
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    made = {name: (int(more), used) for name, more, used in map(str.split, done.stdout.splitlines())}
    assert made == dict.fromkeys(("fillers", "materials", "synonyms", "words", "classifier", "recipes"), (0, "True"))
