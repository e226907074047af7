"""Customers' words on answers over HTTP, as a route that a host adds to its own application.

    POST /feedback    {"request_id": "req_...", "score": "up", "comment": "...", "conversation_id": "conv_..."}

Who says it is shown by a bearer token (`Bearers`), never by the body; without one it is a guest's, who names the
conversation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from mcp.server.auth.provider import AccessToken
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shopgraph.domain import Principal, Value
from shopgraph.errors import Conflict, ConnectorFault, NotFound, ShopgraphError, UserError
from shopgraph.graphs import Orchestrator, Score
from shopgraph.serve.identity import principal_of as spoken_for
from shopgraph.serve.identity import shown_token

PATH = "/feedback"
MOST_BYTES = 64 * 1024
"""Of a body; what is longer is not read."""


class FeedbackBody(Value):
    """What is posted."""

    request_id: Annotated[str, Field(min_length=1, max_length=128)]
    score: str | int
    """`up`, `down`, or 1 to 5."""
    comment: str = ""
    conversation_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """The request's; a guest has to name it."""


def feedback_route(
    orchestrator: Orchestrator, *, principal_of: Callable[[AccessToken], Principal] = spoken_for, path: str = PATH
) -> Route:
    """The route; put `Bearers` around the application, else everybody is a guest.

    It answers 200 with the `Feedback`; 400 for a body that is none, 404 for a request that is not the asker's, 409 for
    another word than the first, 413 for a body that is too long, 503 when it could not be put on the record.
    """

    async def feedback(request: Request) -> Response:
        content = await _content(request)
        if content is None:
            return _refusal(413, "input.too_long", f"The body has more than {MOST_BYTES:,} bytes.")
        try:
            body = FeedbackBody.model_validate_json(content)
            token = shown_token(request.scope)
            given = await orchestrator.feedback(
                body.request_id,
                Score.parse(str(body.score)),
                comment=body.comment,
                principal=Principal.guest() if token is None else principal_of(token),
                conversation_id=body.conversation_id,
            )
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "body"
            return _refusal(400, "input.invalid", f"{where}: {first['msg']}.")
        except ShopgraphError as error:
            return _refusal(_status(error), error.code, str(error))
        return JSONResponse(given.model_dump(mode="json"))

    return Route(path, feedback, methods=["POST"])


async def _content(request: Request) -> bytes | None:
    """The body; None when it is too long."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            return None
    return bytes(content)


def _status(error: ShopgraphError) -> int:
    match error:
        case NotFound():
            return 404
        case Conflict():
            return 409
        case ConnectorFault():
            return 503
        case UserError():
            return 400
        case _:
            return 500


def _refusal(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": code, "message": message}, status_code=status)
