"""Why bytes could not be fetched by a URL, each with a stable `code`: the error of one photo, or of one delivery.

PhotoError (vision)
 └─ FetchError
     ├─ FetchUrlInvalid, FetchHostRefused, FetchPortRefused           nothing was sent
     ├─ FetchAddressRefused, FetchUnresolved                          the name gave no address to connect to
     ├─ FetchConnectFailed, FetchTlsFailed                            no connection
     ├─ FetchConnectionLost, FetchLengthMismatch, FetchResponseInvalid, FetchTimedOut
     ├─ FetchRedirectInvalid, FetchTooManyRedirects
     ├─ FetchNotFound, FetchDenied, FetchThrottled, FetchHostFailed, FetchStatusUnexpected
     └─ FetchEncoded, FetchWebPage                                    an answer that is no photo

No message names an address, or a host that the caller did not send: what a name inside the operator's network resolves
to, and whether it exists, is nothing that a caller may find out.
"""

from __future__ import annotations

from typing import ClassVar

from vision.errors import PhotoError


class FetchError(PhotoError):
    """One photo that could not be fetched; the listing's others still can. `temporary`: it may be there later."""

    code: ClassVar[str] = "fetch_failed"
    temporary: ClassVar[bool] = False


class FetchUrlInvalid(FetchError):
    code: ClassVar[str] = "fetch_url_invalid"


class FetchHostRefused(FetchError):
    """The settings exclude the host."""

    code: ClassVar[str] = "fetch_host_refused"


class FetchPortRefused(FetchError):
    code: ClassVar[str] = "fetch_port_refused"


class FetchAddressRefused(FetchError):
    """The host has an address that is not public, or none."""

    code: ClassVar[str] = "fetch_address_refused"


class FetchUnresolved(FetchError):
    """The name servers did not answer; they may later."""

    code: ClassVar[str] = "fetch_unresolved"
    temporary: ClassVar[bool] = True


class FetchConnectFailed(FetchError):
    code: ClassVar[str] = "fetch_connect_failed"
    temporary: ClassVar[bool] = True


class FetchTlsFailed(FetchError):
    code: ClassVar[str] = "fetch_tls_failed"


class FetchConnectionLost(FetchError):
    code: ClassVar[str] = "fetch_connection_lost"
    temporary: ClassVar[bool] = True


class FetchLengthMismatch(FetchError):
    """More bytes came than the host announced, or fewer."""

    code: ClassVar[str] = "fetch_length_mismatch"
    temporary: ClassVar[bool] = True


class FetchResponseInvalid(FetchError):
    """What the host answers is no HTTP."""

    code: ClassVar[str] = "fetch_response_invalid"


class FetchTimedOut(FetchError):
    code: ClassVar[str] = "fetch_timed_out"
    temporary: ClassVar[bool] = True


class FetchRedirectInvalid(FetchError):
    """A redirect to nowhere, or from https to http."""

    code: ClassVar[str] = "fetch_redirect_invalid"


class FetchTooManyRedirects(FetchError):
    code: ClassVar[str] = "fetch_too_many_redirects"


class FetchNotFound(FetchError):
    code: ClassVar[str] = "fetch_not_found"


class FetchDenied(FetchError):
    code: ClassVar[str] = "fetch_denied"


class FetchThrottled(FetchError):
    """The host asks to come later, and later than this check can wait."""

    code: ClassVar[str] = "fetch_throttled"
    temporary: ClassVar[bool] = True


class FetchHostFailed(FetchError):
    """A 5xx."""

    code: ClassVar[str] = "fetch_host_failed"
    temporary: ClassVar[bool] = True


class FetchStatusUnexpected(FetchError):
    code: ClassVar[str] = "fetch_status_unexpected"


class FetchEncoded(FetchError):
    """The host sent a compressed body, which was not asked for."""

    code: ClassVar[str] = "fetch_encoded"


class FetchWebPage(FetchError):
    """HTML, where a photo was expected."""

    code: ClassVar[str] = "fetch_web_page"


TEMPORARY_CODES = frozenset(error.code for error in FetchError.__subclasses__() if error.temporary)
