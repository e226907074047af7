"""Why a model did not answer: every provider's errors, told apart by what is to be done about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from shopgraph.errors import ModelFault
from shopgraph.models.keys import scrubbed


class FaultKind(StrEnum):
    """What went wrong with one call."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    SLOW = "slow"
    """Another provider, asked later, answered first; or whoever waited for it has left."""
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    NO_API = "no_api"
    """A page of HTML, or broken JSON."""
    CUT = "cut"
    EMPTY = "empty"
    WRONG_KEY = "wrong_key"
    NO_KEY = "no_key"
    NO_MODEL = "no_model"
    BAD_REQUEST = "bad_request"
    TOO_LONG = "too_long"
    FILTERED = "filtered"
    BUDGET = "budget"
    NO_PRICE = "no_price"
    COOLING = "cooling"
    """Every provider failed a moment ago, so that none was asked."""
    FAILED = "failed"
    """Something else."""


_SAID: dict[FaultKind, tuple[str, str]] = {
    FaultKind.UNREACHABLE: ("cannot be reached", "Check its api_base, and that it runs."),
    FaultKind.TIMEOUT: ("did not answer in time", "Check that it runs, or raise calls.timeout_s."),
    FaultKind.SLOW: ("was too slow", "Nothing to do, unless it stays slow."),
    FaultKind.RATE_LIMITED: ("takes no more calls for now (429)", "Wait, raise the limit there, or add a fallback."),
    FaultKind.SERVER_ERROR: ("failed (5xx)", "Wait, or add a fallback."),
    FaultKind.NO_API: (
        "answered, but not as an API does (a page of HTML, or broken JSON)",
        "Check api_base: it mostly ends in /v1. A proxy or a sign-in page may stand before it.",
    ),
    FaultKind.CUT: ("broke off in the middle of its answer", "Wait, or add a fallback."),
    FaultKind.EMPTY: (
        "answered with nothing",
        "Check api_base and the model; a page of HTML in a stream reads so, too.",
    ),
    FaultKind.WRONG_KEY: ("refused the key (401 or 403)", "Check the variable that api_key names."),
    FaultKind.NO_KEY: ("has no key", "Set the variable that api_key names, or VARIABLE_FILE to a file with the key."),
    FaultKind.NO_MODEL: ("has no such model (404)", "Check litellm_params.model; it reads provider/model."),
    FaultKind.BAD_REQUEST: ("refused the request (400)", "Its message says why."),
    FaultKind.TOO_LONG: ("cannot take so long a request", "Name a model with a larger context as its fallback."),
    FaultKind.FILTERED: ("refused the content", "Another model may answer it."),
    FaultKind.BUDGET: (
        "was not asked: the budget does not allow it",
        "Raise budget in the models file, or wait a day.",
    ),
    FaultKind.NO_PRICE: (
        "was not asked: there is a budget, and its price is not known",
        "Write input_cost_per_token and output_cost_per_token (US dollars; 0 for a local model) into litellm_params.",
    ),
    FaultKind.COOLING: ("was not asked: it failed a moment ago", "Wait for the cooldown to end, or add a fallback."),
    FaultKind.FAILED: ("failed", "Its message says why."),
}
NO_BLAME = frozenset(
    {FaultKind.BAD_REQUEST, FaultKind.TOO_LONG, FaultKind.FILTERED, FaultKind.BUDGET, FaultKind.NO_PRICE}
)
"""Kinds that say nothing about the provider's health: another request may well be answered."""
QUICK = frozenset({FaultKind.UNREACHABLE, FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.CUT})
"""Kinds after which the same provider may be asked once more within the same visit."""
NOT_BILLED = frozenset(
    {
        FaultKind.UNREACHABLE, FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.NO_API, FaultKind.WRONG_KEY,
        FaultKind.NO_KEY, FaultKind.NO_MODEL, FaultKind.BAD_REQUEST, FaultKind.TOO_LONG,
    }
)  # fmt: skip
"""Kinds that cost nothing. What was cut, hung or given up may be billed: it stays booked at its estimate."""
_TO_MEND = frozenset(
    {FaultKind.WRONG_KEY, FaultKind.NO_KEY, FaultKind.NO_MODEL, FaultKind.NO_PRICE, FaultKind.BAD_REQUEST}
)
_BY_NAME = {
    "Timeout": FaultKind.TIMEOUT,
    "TimeoutError": FaultKind.TIMEOUT,
    "AuthenticationError": FaultKind.WRONG_KEY,
    "PermissionDeniedError": FaultKind.WRONG_KEY,
    "NotFoundError": FaultKind.NO_MODEL,
    "RateLimitError": FaultKind.RATE_LIMITED,
    "ContextWindowExceededError": FaultKind.TOO_LONG,
    "ContentPolicyViolationError": FaultKind.FILTERED,
    "BadRequestError": FaultKind.BAD_REQUEST,
    "UnprocessableEntityError": FaultKind.BAD_REQUEST,
    "UnsupportedParamsError": FaultKind.BAD_REQUEST,
}
_BY_STATUS = {
    400: FaultKind.BAD_REQUEST,
    401: FaultKind.WRONG_KEY,
    403: FaultKind.WRONG_KEY,
    404: FaultKind.NO_MODEL,
    408: FaultKind.TIMEOUT,
    422: FaultKind.BAD_REQUEST,
    429: FaultKind.RATE_LIMITED,
}
_NO_API = re.compile(r"<!doctype|<html|Expecting value|Expecting property|JSONDecode|invalid response from LLM|"
                     r"Unterminated string|Extra data", re.I)  # fmt: skip
_CUT = re.compile(r"payload is not completed|before a finish_reason|peer closed|incomplete (?:chunked )?read|"
                  r"ContentLengthError|TransferEncodingError", re.I)  # fmt: skip
_UNREACHABLE = re.compile(r"connection error|cannot connect|connect call failed|name or service|refused", re.I)
_EXCERPT = 200


def kind_of(error: BaseException) -> FaultKind:
    """What an exception of LiteLLM, or of a connection, says about a call."""
    error = getattr(error, "original_exception", None) or error
    text = str(error)
    if _NO_API.search(text):
        return FaultKind.NO_API
    if _CUT.search(text):
        return FaultKind.CUT
    if (named := _BY_NAME.get(type(error).__name__)) is not None:
        return named
    if isinstance(error, ConnectionError) or _UNREACHABLE.search(text):
        return FaultKind.UNREACHABLE
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _BY_STATUS.get(status, FaultKind.SERVER_ERROR if status >= 500 else FaultKind.FAILED)
    return FaultKind.FAILED


def fault_of(error: BaseException, deployment: str, *, secrets: Iterable[str] = ()) -> ModelFault:
    """One call's fault: what was wrong with which deployment, the provider's own words without keys, the remedy."""
    if isinstance(error, ModelFault):
        return error
    kind = kind_of(error)
    excerpt = "" if kind in (FaultKind.NO_API, FaultKind.TIMEOUT) else _own_words(error, secrets)
    return fault(kind, deployment, detail=excerpt, retry_after=_retry_after(error))


def fault(kind: FaultKind, deployment: str, *, detail: str = "", retry_after: float | None = None) -> ModelFault:
    """The fault of that kind."""
    what, remedy = _SAID[kind]
    said = f': "{detail}"' if detail else ""
    return ModelFault(
        f"The model {deployment} {what}{said}.",
        remedy=remedy,
        kind=str(kind),
        model=deployment,
        retry_after=retry_after,
    )


def kind(error: ModelFault) -> FaultKind:
    """The kind of a fault."""
    return FaultKind(error.fields.get("kind", FaultKind.FAILED))


def together(faults: Iterable[ModelFault], model: str) -> ModelFault:
    """Why no deployment of a model answered: each one's fault, and the remedy of the one that can be mended."""
    every = list(faults)
    if len(every) == 1:
        return every[0]
    if not every:
        return fault(FaultKind.COOLING, model)
    mendable = next((each for each in every if kind(each) in _TO_MEND), every[-1])
    told = " ".join(each.message for each in every)
    return ModelFault(told, remedy=mendable.remedy, kind=str(kind(mendable)), model=model, faults=len(every))


def _own_words(error: BaseException, secrets: Iterable[str]) -> str:
    """The provider's message, without what LiteLLM puts around it."""
    text = scrubbed(str(getattr(error, "message", "") or error), secrets)
    text = re.split(r"\s+LiteLLM: model group|\s+Deployment Info:", text)[0]
    text = re.sub(r"^(?:litellm\.\w+: |\w+(?:Error|Exception|Timeout): |\w+Exception - )+", "", text)
    return " ".join(text.split())[:_EXCERPT].rstrip(".")


def _retry_after(error: BaseException) -> float | None:
    """Seconds that a provider tells to wait."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return float(headers.get("retry-after") or "")
    except ValueError:
        return None
