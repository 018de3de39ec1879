"""What an object storage answered instead of doing what it was asked, and what to change."""

from __future__ import annotations

import re
from typing import Final, Self

MISSING_BUCKET: Final = "NoSuchBucket"
MAX_TEXT: Final = 500
_ANSWERED: Final = re.compile(r"^(?P<what>.*?)[ -]*Server returned non-2xx status code: (?P<status>\d+)", re.DOTALL)
_CODE: Final = re.compile(r"<Code>(?P<code>\w+)</Code>")


class StorageRefusal(Exception):
    """Which request was refused, with what status and code: all that may be logged of obstore's error.

    The rest is left out, since storages answer with the access key's id, and with what they signed.
    """

    def __init__(self, what: str, status: int | None, code: str | None) -> None:
        super().__init__(" ".join(str(part) for part in (what, status, code) if part))
        self.what = what
        self.status = status
        self.code = code

    @classmethod
    def from_error(cls, error: Exception) -> Self:
        """Take from obstore's error what may be logged."""
        text = str(error)
        answered = _ANSWERED.match(text)
        if answered is None:
            return cls(text.partition("\n")[0][:MAX_TEXT], None, None)
        found = _CODE.search(text)
        return cls(f"{answered['what']}: status", int(answered["status"]), found["code"] if found else None)

    @property
    def advice(self) -> str:
        """What to change; the codes are those of Amazon S3's API reference."""
        if self.code in _ADVICE:
            return _ADVICE[self.code]
        if self.status is not None:
            return _BY_STATUS.get(self.status, "the storage refused a request")
        return next((advice for part, advice in _WITHOUT_STATUS.items() if part in self.what), _NOT_REACHED)


_PERMISSIONS: Final = (
    "the credentials lack permissions; they need s3:GetObject, s3:PutObject and s3:DeleteObject on the prefix, and "
    "s3:ListBucket on the bucket"
)
_CREDENTIALS: Final = (
    "the storage does not know the credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN)"
)
_CLOCK: Final = "this machine's clock differs from the storage's by more than it allows; synchronise both"
_REGION: Final = "the bucket is in another region; set object_storage.region"
_NO_BUCKET: Final = "the bucket does not exist; create it, or name another"
_NOT_IMPLEMENTED: Final = (
    "it lacks what a setting asks for; try object_storage.checksum = false, or object_storage.bulk_delete = false"
)
_NOT_REACHED: Final = "it could not be reached; look at object_storage.endpoint and the network"
_ADVICE: Final = {
    MISSING_BUCKET: _NO_BUCKET,
    "AccessDenied": _PERMISSIONS,
    "AllAccessDisabled": _PERMISSIONS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "InvalidToken": _CREDENTIALS,
    "ExpiredToken": "the credentials have expired; renew them",
    "RequestTimeTooSkewed": _CLOCK,
    "RequestExpired": _CLOCK,
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "NotImplemented": _NOT_IMPLEMENTED,
}
_BY_STATUS: Final = {401: _CREDENTIALS, 403: _PERMISSIONS, 404: _NO_BUCKET, 501: _NOT_IMPLEMENTED}
_WITHOUT_STATUS: Final = {"incorrectly configured region": _REGION, "credentials": _CREDENTIALS}
