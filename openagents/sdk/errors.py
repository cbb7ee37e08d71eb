"""What can go wrong between a client and the planes: one table of kinds, and what each means to a caller.

`TABLE` is the table of surfaces 3.1: retry behaviour and the exit code of `oa` follow from the kind alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from openagents.sdk.compat import CompatibilityWindow


class ErrorKind(StrEnum):
    NETWORK = "network"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    VALIDATION = "validation"
    UPGRADE_REQUIRED = "upgrade_required"
    RATE_LIMITED = "rate_limited"
    MAINTENANCE = "maintenance"
    SERVICE_UNAVAILABLE = "service_unavailable"
    DECODE = "decode"
    MISSING_CREDENTIAL = "missing_credential"
    REAUTH_REQUIRED = "reauth_required"
    UNSUPPORTED = "unsupported"
    VERIFICATION_FAILED = "verification_failed"
    POLICY = "policy_denied"
    UNKNOWN = "unknown"


class Meaning(NamedTuple):
    retryable: bool
    exit_code: int


TABLE: dict[ErrorKind, Meaning] = {
    ErrorKind.NETWORK: Meaning(True, 8),
    ErrorKind.UNAUTHORIZED: Meaning(False, 3),
    ErrorKind.FORBIDDEN: Meaning(False, 4),
    ErrorKind.NOT_FOUND: Meaning(False, 5),
    ErrorKind.CONFLICT: Meaning(False, 6),
    ErrorKind.STALE: Meaning(False, 8),
    ErrorKind.VALIDATION: Meaning(False, 2),
    ErrorKind.UPGRADE_REQUIRED: Meaning(False, 7),
    ErrorKind.RATE_LIMITED: Meaning(True, 8),
    ErrorKind.MAINTENANCE: Meaning(True, 8),
    ErrorKind.SERVICE_UNAVAILABLE: Meaning(True, 8),
    ErrorKind.DECODE: Meaning(False, 1),
    ErrorKind.MISSING_CREDENTIAL: Meaning(False, 3),
    ErrorKind.REAUTH_REQUIRED: Meaning(False, 3),
    ErrorKind.UNSUPPORTED: Meaning(False, 2),
    ErrorKind.VERIFICATION_FAILED: Meaning(False, 9),
    ErrorKind.POLICY: Meaning(False, 10),
    ErrorKind.UNKNOWN: Meaning(False, 1),
}

_BY_STATUS: dict[int, ErrorKind] = {
    0: ErrorKind.NETWORK,
    400: ErrorKind.VALIDATION,
    401: ErrorKind.UNAUTHORIZED,
    403: ErrorKind.FORBIDDEN,
    404: ErrorKind.NOT_FOUND,
    409: ErrorKind.CONFLICT,
    410: ErrorKind.STALE,
    422: ErrorKind.VALIDATION,
    426: ErrorKind.UPGRADE_REQUIRED,
    429: ErrorKind.RATE_LIMITED,
}


class SdkError(Exception):
    """Any failure of a client call. `kind` decides retry and exit code; `message` is for people, never for branching.

    `request_id` names the attempt chain in the server's logs; `errors` are per-field texts of a validation failure.
    """

    def __new__(cls, kind: ErrorKind, *args: Any, **fields: Any) -> SdkError:
        """An SdkError is made as the class of its kind, so that `except NotFound` works everywhere."""
        return super().__new__(_CLASSES.get(kind, cls) if cls is SdkError else cls)

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        status: int = 0,
        code: str = "",
        reason: str = "",
        request_id: str = "",
        retry_after_ms: int | None = None,
        errors: Mapping[str, Any] | None = None,
        window: CompatibilityWindow | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.code = code
        self.reason = reason
        self.request_id = request_id
        self.retry_after_ms = retry_after_ms
        self.errors = dict(errors or {})
        self.window = window

    @property
    def retryable(self) -> bool:
        return TABLE[self.kind].retryable

    @property
    def exit_code(self) -> int:
        return TABLE[self.kind].exit_code

    def as_json(self) -> dict[str, Any]:
        """The document `oa --json` prints on stderr. Holds no credential."""
        document: dict[str, Any] = {"kind": self.kind.value, "message": self.message, "exit_code": self.exit_code}
        for name in ("status", "code", "reason", "request_id", "retry_after_ms", "errors"):
            value = getattr(self, name)
            if value:
                document[name] = value
        return document


class Unreachable(SdkError):
    """`network`: no answer. Whether a mutation was done is open; repeating it with its key finds out."""


class SignInNeeded(SdkError):
    """`unauthorized`, `missing_credential`, `reauth_required`: sign in, then try again."""


class Forbidden(SdkError):
    """`forbidden`: the account may not do this."""


class NotFound(SdkError):
    """`not_found`: no such thing, or not yours."""


class Conflict(SdkError):
    """`conflict`: the state does not allow it, or the key was used for something else; `reason` says which."""


class Invalid(SdkError):
    """`validation`, `unsupported`: the call itself is wrong; `errors` names fields."""


class UpgradeRequired(SdkError):
    """`upgrade_required`: this build is outside `window`."""


class Unavailable(SdkError):
    """`service_unavailable`, `maintenance`, `rate_limited`, `stale`: not now; `retry_after_ms` if the server knows."""


class DependencyUnavailable(Unavailable):
    """The server answered, but something behind it did not: a lane whose plane is down or does not exist here."""


class PolicyDenied(SdkError):
    """`policy_denied`: understood, allowed to ask, and refused by a rule."""


class VerificationFailed(SdkError):
    """`verification_failed`: hashes or signatures do not match; `errors` lists the findings."""


_CLASSES: dict[ErrorKind, type[SdkError]] = {
    ErrorKind.NETWORK: Unreachable,
    ErrorKind.UNAUTHORIZED: SignInNeeded,
    ErrorKind.MISSING_CREDENTIAL: SignInNeeded,
    ErrorKind.REAUTH_REQUIRED: SignInNeeded,
    ErrorKind.FORBIDDEN: Forbidden,
    ErrorKind.NOT_FOUND: NotFound,
    ErrorKind.CONFLICT: Conflict,
    ErrorKind.VALIDATION: Invalid,
    ErrorKind.UNSUPPORTED: Invalid,
    ErrorKind.UPGRADE_REQUIRED: UpgradeRequired,
    ErrorKind.RATE_LIMITED: Unavailable,
    ErrorKind.MAINTENANCE: Unavailable,
    ErrorKind.STALE: Unavailable,
    ErrorKind.SERVICE_UNAVAILABLE: Unavailable,
    ErrorKind.VERIFICATION_FAILED: VerificationFailed,
    ErrorKind.POLICY: PolicyDenied,
}
_DEPENDENCY_CODES = frozenset({"service_unavailable", "dependency_unavailable"})


def classify(status: int, code: str = "") -> ErrorKind:
    """The kind of an answer with HTTP `status` (0 = no answer) and error `code` (surfaces 3.1)."""
    if code == "decode_failed":
        return ErrorKind.DECODE
    if code == ErrorKind.POLICY:
        return ErrorKind.POLICY
    if status == 503 and code == "maintenance":
        return ErrorKind.MAINTENANCE
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 500 <= status <= 599:
        return ErrorKind.SERVICE_UNAVAILABLE
    return ErrorKind.UNKNOWN


def from_answer(status: int, body: object, *, request_id: str = "", retry_after_ms: int | None = None) -> SdkError:
    """The error of a non-2xx answer, whichever of the platform's envelopes it carries (public, flat, 426, or none)."""
    fields: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    error = fields.get("error")
    detail: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    code = str(detail.get("code") or (error if isinstance(error, str) else "") or fields.get("code") or "")
    reason = str(detail.get("reason") or fields.get("reason_code") or fields.get("reason") or "")
    kind = classify(status, code)
    message = detail.get("message") or fields.get("message") or f"request failed ({status})"
    stated = detail.get("retry_after_ms") or fields.get("retry_after_ms")
    if kind is ErrorKind.UNAUTHORIZED and detail.get("reauth_required") is True:
        kind = ErrorKind.REAUTH_REQUIRED
    field_errors = fields.get("errors")
    behind = kind is ErrorKind.SERVICE_UNAVAILABLE and bool({code, reason} & _DEPENDENCY_CODES)
    return (DependencyUnavailable if behind else SdkError)(
        kind,
        str(message),
        status=status,
        code=code,
        reason=reason,
        request_id=str(fields.get("request_id") or request_id),
        retry_after_ms=stated if isinstance(stated, int) and not isinstance(stated, bool) else retry_after_ms,
        errors=field_errors if isinstance(field_errors, Mapping) else None,
        window=CompatibilityWindow.from_json(fields) if kind is ErrorKind.UPGRADE_REQUIRED else None,
    )
