"""The errors that Touchstone raises on purpose, each with a stable `code` that API and docs use.

TouchstoneError
├── ConfigError                 config_invalid
├── MissingExtra                extra_missing
├── ManifestError               manifest_invalid
├── PhotoError                  photo_invalid (never raised itself)
│   ├── PhotoMissing            photo_missing
│   ├── PhotoEmpty              photo_empty
│   ├── PhotoTooManyBytes       photo_too_many_bytes
│   ├── PhotoTooManyPixels      photo_too_many_pixels
│   ├── PhotoTooSmall           photo_too_small
│   ├── PhotoNotAnImage         photo_not_an_image
│   ├── PhotoFormatUnsupported  photo_format_unsupported
│   ├── PhotoAnimated           photo_animated
│   ├── PhotoColourUnsupported  photo_colour_unsupported
│   ├── PhotoTruncated          photo_truncated
│   └── PhotoCorrupt            photo_corrupt
├── BundleError                 bundle_invalid
│   ├── BundleChecksumMismatch  bundle_checksum_mismatch
│   ├── BundleFormatUnknown     bundle_format_unknown
│   └── ReferenceUnknown        reference_unknown
└── CheckError                  check_invalid (never raised itself)
    ├── NoPhotos                no_photos
    ├── TooManyPhotos           too_many_photos
    ├── ViewsMismatch           views_mismatch
    ├── ProductRequired         product_required
    ├── UnknownProduct          unknown_product
    └── NoReadablePhoto         no_readable_photo

Training and serving define their own errors below TouchstoneError in `training/errors.py` and `serving/errors/`.
"""

from typing import ClassVar


class TouchstoneError(Exception):
    """The root: `message` says what was wrong, the value, and what to do; `code` never changes."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(TouchstoneError):
    code = "config_invalid"


class MissingExtra(TouchstoneError):
    code = "extra_missing"


class ManifestError(TouchstoneError):
    """A table or folder of photos can't be read as it is; the message gives each row and its fix."""

    code = "manifest_invalid"


class PhotoError(TouchstoneError):
    """One photo that can't be read; the listing's others still can."""

    code = "photo_invalid"


class PhotoMissing(PhotoError):
    code = "photo_missing"


class PhotoEmpty(PhotoError):
    code = "photo_empty"


class PhotoTooManyBytes(PhotoError):
    code = "photo_too_many_bytes"


class PhotoTooManyPixels(PhotoError):
    code = "photo_too_many_pixels"


class PhotoTooSmall(PhotoError):
    code = "photo_too_small"


class PhotoNotAnImage(PhotoError):
    code = "photo_not_an_image"


class PhotoFormatUnsupported(PhotoError):
    code = "photo_format_unsupported"


class PhotoAnimated(PhotoError):
    code = "photo_animated"


class PhotoColourUnsupported(PhotoError):
    """The colours are stored in a way that can't be turned into sRGB rightly."""

    code = "photo_colour_unsupported"


class PhotoTruncated(PhotoError):
    code = "photo_truncated"


class PhotoCorrupt(PhotoError):
    code = "photo_corrupt"


def photo_error(code: str, message: str) -> PhotoError:
    """The error of one photo with this code, also of those that serving defines below PhotoError."""
    kinds: list[type[PhotoError]] = [PhotoError]
    for kind in kinds:
        if kind.code == code:
            return kind(message)
        kinds.extend(kind.__subclasses__())
    raise ValueError(f"no PhotoError has the code {code!r}")


class BundleError(TouchstoneError):
    code = "bundle_invalid"


class BundleChecksumMismatch(BundleError):
    code = "bundle_checksum_mismatch"


class BundleFormatUnknown(BundleError):
    code = "bundle_format_unknown"


class ReferenceUnknown(BundleError):
    """The bundle has no such reference to erase."""

    code = "reference_unknown"


class CheckError(TouchstoneError):
    """A check that can't be judged as it was requested."""

    code = "check_invalid"


class NoPhotos(CheckError):
    code = "no_photos"


class TooManyPhotos(CheckError):
    code = "too_many_photos"


class ViewsMismatch(CheckError):
    code = "views_mismatch"


class ProductRequired(CheckError):
    code = "product_required"


class UnknownProduct(CheckError):
    code = "unknown_product"


class NoReadablePhoto(CheckError):
    """Every photo of the check was refused; `errors` holds each photo's index and reason."""

    code = "no_readable_photo"

    def __init__(self, message: str, errors: tuple[tuple[int, PhotoError], ...]) -> None:
        super().__init__(message)
        self.errors = errors
