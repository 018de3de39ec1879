"""What bytes are that a host sent as a photo: its Content-Type is not read, since hosts guess it."""

from __future__ import annotations

import re
from typing import Final

_HEAD_BYTES: Final = 4096
# The signatures of HTML in the WHATWG's MIME Sniffing Standard (7.1), after what may stand before them.
_BEFORE: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<!--.*?-->|<\?xml[^>]*>)*", re.DOTALL)
_HTML: Final = re.compile(
    rb"<(?:!doctype html|html|head|body|script|iframe|title|style|table|meta|div|font|h1|img|a|b|p|br)[\s>/]",
    re.IGNORECASE,
)


def is_web_page(data: bytes) -> bool:
    """Whether bytes begin as HTML does."""
    head = data[:_HEAD_BYTES]
    before = _BEFORE.match(head)
    return _HTML.match(head, before.end() if before else 0) is not None
