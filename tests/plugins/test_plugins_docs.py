"""The examples of docs/plugins.md run and print what the page shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shopgraph.serve.identity import TokenFile

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's code of that language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.S | re.M)


@pytest.fixture
def my_shop(plain_folder: Path, tmp_path: Path) -> Path:
    """The shop of the page, with what the page adds to its schema."""
    folder = tmp_path / "my-shop"
    shutil.copytree(plain_folder, folder)
    (cedar,) = blocks("cedar")
    with (folder / "policy" / "schema.cedarschema").open("a", encoding="utf-8") as schema:
        schema.write("\n" + cedar)
    return folder


def test_the_examples_print_what_the_page_shows(my_shop: Path) -> None:
    script = "\n".join(blocks("python"))
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=my_shop.parent, capture_output=True, text=True, check=False, timeout=100
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "".join(blocks("text"))


async def test_the_file_of_tokens_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"  ```yaml\n(.*?)  ```", PAGE, re.S)
    file = tmp_path / "tokens.yaml"
    file.write_text(shown, encoding="utf-8")
    token = await TokenFile(file).verify_token("token")
    assert token is None
    token = await TokenFile(file).verify_token("secret")
    assert token is not None
    assert token.subject == "customer:cus_stranger"
