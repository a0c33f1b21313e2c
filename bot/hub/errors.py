"""What can go wrong between the bot and the hub.

HubError
├── HubDown             no usable answer in time: worth trying again later
├── HubRefused          the hub understood and said no (4xx, or an OAuth error code)
│   └── HubUnauthorized the access token is missing, expired or revoked: refresh it, or link anew
└── HubNonsense         an answer outside the contract: trying again may help, waiting does not
"""


class HubError(Exception):
    """Any failure of a call to the hub; the message never holds a token or personal data."""


class HubDown(HubError):  # noqa: N818 - said as it is spoken of
    """No usable answer in time; `retry_after` is the pause the hub asked for, in seconds."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class HubRefused(HubError):  # noqa: N818 - said as it is spoken of
    """The hub said no: the HTTP status and the error code of its answer."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(f"the hub refused: {status} {error}")
        self.status = status
        self.error = error


class HubUnauthorized(HubRefused):
    """The access token is missing, expired or revoked."""


class HubNonsense(HubError):  # noqa: N818 - said as it is spoken of
    """The answer is not in the contract: not JSON, wrong shape, too large.

    `next_cursor` is set where a page's head still named the page after it.
    """

    def __init__(self, message: str, *, next_cursor: str | None = None) -> None:
        super().__init__(message)
        self.next_cursor = next_cursor
