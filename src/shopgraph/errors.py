"""The error tree: one base to catch, one class per answer to "whose move is it?".

    ShopgraphError
    ├── UserError                 the caller's move: what was given cannot be used
    │   ├── InvalidInput          a message, an argument, an option is malformed
    │   ├── NotFound              no such record (or none that this principal may know of)
    │   ├── Erased                there was one; its key was destroyed
    │   └── ConfigurationError    the engineer's move: config, policy, environment
    │       ├── MissingDependency an extra is not installed
    │       ├── DamagedShop       a shop file cannot be read
    │       └── ShopTooNew        a shop was written by a newer version
    ├── Refused                   policy says no; carries the rule and the number that decided
    │   └── NotAuthenticated      nobody (or somebody else) is asking
    ├── ConfirmationRequired      the customer has not yet said yes to exactly this call
    ├── ApprovalRequired          a person of the staff has to decide
    ├── CorrectionRequired        the model may try again, with this instruction
    ├── Conflict                  the records do not allow it now
    │   ├── IdempotencyConflict   same key, another body
    │   ├── IllegalTransition     not a move of this state machine
    │   ├── OutOfStock            fewer units than asked for
    │   └── PaymentDeclined       the customer's bank says no
    ├── ModelFault                no model gave a usable answer; `kind` says why
    └── ConnectorFault            a system behind a connector failed; `retryable` says what to do
        ├── ConnectorTimeout      no answer in time: it may have acted
        └── ConnectorUnavailable  it could not be reached: it has not acted

Every class has a stable string `code`; every instance pickles with its fields, so it survives a checkpoint.
"""

from __future__ import annotations

from typing import Any, ClassVar


class ShopgraphError(Exception):
    """Anything this project raises on purpose."""

    code: ClassVar[str] = "shopgraph"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, remedy: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        """What would be right, in one sentence; empty when the message says it."""
        self.fields = fields
        """The numbers and names that decided, for logs and decisions."""

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message, self.remedy, self.fields))


def _rebuild(cls: type[ShopgraphError], message: str, remedy: str, fields: dict[str, Any]) -> ShopgraphError:
    return cls(message, remedy=remedy, **fields)


class UserError(ShopgraphError):
    """What was given cannot be used; nothing was done."""

    code = "user"


class InvalidInput(UserError):
    """A message, an argument or an option is malformed."""

    code = "input.invalid"


class NotFound(UserError):
    """No such record, or none that this principal may know of: the two read the same on purpose."""

    code = "record.not_found"


class Erased(UserError):
    """What was recorded cannot be read any more: its key was destroyed, as its owner or the shop's retention wanted."""

    code = "record.erased"


class ConfigurationError(UserError):
    """Config, policy or environment is wrong."""

    code = "configuration.invalid"


class MissingDependency(ConfigurationError):
    """An optional package is not installed; the remedy is the command that installs it."""

    code = "configuration.missing_dependency"


class DamagedShop(ConfigurationError):
    """A shop folder, database or file cannot be read as one."""

    code = "shop.damaged"


class ShopTooNew(ConfigurationError):
    """A shop was written by a newer version of shopgraph than this one."""

    code = "shop.too_new"


class Refused(ShopgraphError):
    """Policy says no."""

    code = "refused"


class NotAuthenticated(Refused):
    """The call needs a customer, and the host has vouched for none (or for another one)."""

    code = "refused.not_authenticated"


class ConfirmationRequired(ShopgraphError):
    """The customer has not yet said yes to exactly this call."""

    code = "confirmation.required"


class ApprovalRequired(ShopgraphError):
    """A person of the staff has to decide."""

    code = "approval.required"


class CorrectionRequired(ShopgraphError):
    """The model may try again with the instruction in the message."""

    code = "correction.required"


class Conflict(ShopgraphError):
    """The records do not allow it now."""

    code = "conflict"


class IdempotencyConflict(Conflict):
    """The same key was used for another request."""

    code = "conflict.idempotency"


class IllegalTransition(Conflict):
    """Not a move of this state machine."""

    code = "conflict.transition"


class OutOfStock(Conflict):
    """Fewer units than asked for."""

    code = "conflict.out_of_stock"


class PaymentDeclined(Conflict):
    """The customer's bank says no, or wants the customer there; `decline_code` is the gateway's word for why."""

    code = "conflict.payment_declined"


class ModelFault(ShopgraphError):
    """No model gave a usable answer in time; `fields["kind"]` is a `shopgraph.models.faults.FaultKind`.

    Other providers were tried before it was raised, so the same call is not worth repeating.
    """

    code = "model.fault"


class ConnectorFault(ShopgraphError):
    """A system behind a connector failed."""

    code = "connector.fault"
    retryable = True


class ConnectorTimeout(ConnectorFault):
    """No answer in time: the other side may have acted, so only an idempotent call is repeated."""

    code = "connector.timeout"


class ConnectorUnavailable(ConnectorFault):
    """The other side could not be reached: it has not acted."""

    code = "connector.unavailable"
