"""NeMo Guardrails with one deterministic output rail: each amount of the answer stands in the facts.

Run as a script by `shopgraph eval guards speed --nemo FOLDER`, with FOLDER in front of the path: NeMo's pins are not
ours. Reads JSON lines `{"text", "amounts"}` and writes the milliseconds of each call as a JSON list. Imports nothing of
shopgraph.
"""

from __future__ import annotations

import json
import re
import sys
import time

FLOWS = """
define bot refuse
  "I cannot say that."

define flow check amounts
  $wrong = execute has_wrong_amount
  if $wrong
    bot refuse
    stop
"""
SETTINGS = "models: []\nrails:\n  output:\n    flows:\n      - check amounts\n"


def measure(lines: list[str]) -> list[float]:
    """Milliseconds of each answer; the first call is not counted.

    Raises:
        SystemExit: a right answer did not pass.
    """
    from nemoguardrails import LLMRails, RailsConfig  # type: ignore[import-not-found,unused-ignore]
    from nemoguardrails.actions import action  # type: ignore[import-not-found,unused-ignore]

    known: set[str] = set()

    @action(name="has_wrong_amount")  # type: ignore[untyped-decorator,unused-ignore]
    async def has_wrong_amount(context: dict[str, str]) -> bool:
        return not set(re.findall(r"\$(\d+\.\d\d)", context["bot_message"])) <= known

    rails = LLMRails(RailsConfig.from_content(colang_content=FLOWS, yaml_content=SETTINGS))
    rails.register_action(has_wrong_amount, "has_wrong_amount")
    times: list[float] = []
    for line in lines:
        item = json.loads(line)
        known.clear()
        known.update(item["amounts"])
        messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": item["text"]}]
        begun = time.perf_counter()
        answer = rails.generate(messages=messages, options={"rails": ["output"]})
        times.append((time.perf_counter() - begun) * 1000)
        if answer.response[0]["content"] != item["text"]:
            sys.exit("NeMo Guardrails did not let a right answer pass.")
    return times[1:]


if __name__ == "__main__":
    json.dump(measure(sys.stdin.read().splitlines()), sys.stdout)
