"""When two questions to policy are the same one: then the answer to one is the answer to the other.

An id can decide in two ways only: it stands in a rule, or it is compared with another id of the question. Where every
rule compares none but who asks with whom the record belongs to, two customers who ask for a record of their own ask the
same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic_core import to_json

from shopgraph.guards.decisions import PolicyRequest

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_WITHOUT_IDS = re.compile(
    r'Action::""'
    r"|(?:permit|forbid)\(principal(?:is\w+)?,"
    r"|,resource(?:isRecord)?\)(?=when\b|unless\b|;)"
    r"|\bprincipal\.customer_id[=!]=resource\.owner_id\b"
    r"|\bresource\.owner_id[=!]=principal\.customer_id\b"
    r"|\bprincipalis(?:Guest|Customer|Staff|System)\b"
    r"|\bprincipal\.roles\b"
)
"""Ways to speak of who asks and of the record that read no id, or only whether both are the same; spaces left out."""
_ANY = re.compile(r"principal|resource|::")


def read_no_ids(rules: Iterable[str]) -> bool:
    """Whether all that these statements read of ids is if the asker's is the record's owner's.

    What is written in any other way than the usual ones reads ids, for all that is known here.
    """
    return not any(_ANY.search(_WITHOUT_IDS.sub(" ", "".join(_TEXT.sub('""', rule).split()))) for rule in rules)


def question_of(request: PolicyRequest, *, ids: bool) -> bytes:
    """What of a request can decide; `ids`: whether ids can."""
    if ids:
        return request.model_dump_json().encode()
    who = request.principal
    own = request.owner_id == who.id
    return to_json([who.kind, sorted(who.roles), who.method, own, request.action, request.facts])
