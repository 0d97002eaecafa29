"""Stripe's error answers: status, type, code, message and param, in Stripe's words where they are known."""

from typing import Any


class StripeError(Exception):
    """An answer other than 200, raised where a rule is broken and rendered by the API."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.headers = headers or {}

    def body(self, request_id: str, at: float) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        if self.status != 401:
            error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}?t={int(at)}"
        return {"error": error}


class ConnectionCut(Exception):
    """The connection ends here without an answer."""


def no_api_key() -> StripeError:
    return StripeError(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using "
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
        "https://stripe.com/docs/api#authentication for details, or we can help at "
        "https://support.stripe.com/.",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="Stripe"'},
    )


def wrong_api_key(key: str) -> StripeError:
    return StripeError(
        f"Invalid API Key provided: {_masked(key)}",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="Stripe"'},
    )


def missing_permission(key: str, permission: str) -> StripeError:
    """A restricted key that may not; `permission` is Stripe's inner name for it (`rak_charge_write`)."""
    return StripeError(
        f"The provided key '{_masked(key)}' does not have the required permissions for this endpoint on "
        f"account 'acct_sandbox'. Having the '{permission}' permission would allow this request to continue.",
        status=403,
    )


def unrecognized_url(method: str, path: str) -> StripeError:
    return StripeError(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the "
        "trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) "
        "identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        status=404,
    )


def unreadable_body() -> StripeError:
    return StripeError(
        "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you "
        "have any questions, we can help at https://support.stripe.com/."
    )


def no_such(kind: str, id: str, *, param: str, status: int = 404) -> StripeError:
    return StripeError(f"No such {kind}: '{id}'", status=status, code="resource_missing", param=param)


def unknown_parameters(names: list[str]) -> StripeError:
    noun = "parameter" if len(names) == 1 else "parameters"
    return StripeError(
        f"Received unknown {noun}: {', '.join(names)}", code="parameter_unknown", param=names[0]
    )


def empty_parameter(name: str) -> StripeError:
    return StripeError(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
        f"parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or "
        "supply a non-empty value.",
        code="parameter_invalid_empty",
        param=name,
    )


def invalid_integer(message: str, param: str) -> StripeError:
    return StripeError(message, code="parameter_invalid_integer", param=param)


def too_many_requests(code: str, retry_after_s: int) -> StripeError:
    """`rate_limit`, or `lock_timeout` when two requests want the same object."""
    if code == "lock_timeout":
        message = (
            "This object cannot be accessed right now because another API request or Stripe process is "
            "currently accessing it. If you see this error intermittently, retry the request. If you see "
            "this error frequently and are making multiple concurrent requests to a single object, make your "
            "requests serially or at a lower rate. For more details, see "
            "https://stripe.com/docs/rate-limits#object-lock-timeouts."
        )
    else:
        code = "rate_limit"
        message = (
            "Request rate limit exceeded. Learn more about rate limits here "
            "https://stripe.com/docs/rate-limits."
        )
    return StripeError(
        message,
        status=429,
        code=code,
        headers={"Stripe-Should-Retry": "true", "Retry-After": str(retry_after_s)},
    )


def ordered_error(status: int, code: str) -> StripeError:
    """What a person ordered instead of the work: Stripe's own trouble from 500 up, a refusal below."""
    if status >= 500:
        return StripeError(
            "An unknown error occurred. If you have any questions, we can help at https://support.stripe.com/.",
            status=status,
            type="api_error",
        )
    return StripeError(f"The sandbox was asked to answer {code}.", status=status, code=code)


def _masked(key: str) -> str:
    return f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:] if len(key) > 12 else ''}"
