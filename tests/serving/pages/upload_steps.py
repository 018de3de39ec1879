"""What a person does on the first page, as steps for tests."""

import base64
import io
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Page

from tests.serving.servers.running import Running

_AS_TRANSFER = """([encoded, kind, target]) => {
  const transfer = new DataTransfer();
  for (const { name, type, data } of encoded) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  if (kind === "paste") document.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
  else for (const step of ["dragover", "drop"]) {
    document.querySelector(target).dispatchEvent(new DragEvent(step, { ...options, dataTransfer: transfer }));
  }
}"""


def blurred_jpeg() -> bytes:
    """A photo without a single edge."""
    ramp = np.linspace(60, 160, 320).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(np.broadcast_to(ramp[None, :, None], (240, 320, 3)).copy()).save(stream, "JPEG")
    return stream.getvalue()


def photo_files(*photos: bytes, name: str = "photo") -> list[FilePayload]:
    return [
        {"name": f"{name}{index}.jpg", "mimeType": "image/jpeg", "buffer": data} for index, data in enumerate(photos)
    ]


def choose(page: Page, files: Sequence[FilePayload]) -> None:
    """Pick files in the dialog of the `Choose photos` button."""
    page.set_input_files("#choose-photos", list(files))


def drop(page: Page, files: Sequence[FilePayload]) -> None:
    """Drop files on the slab."""
    transfer(page, files, "drop")


def paste(page: Page, files: Sequence[FilePayload]) -> None:
    transfer(page, files, "paste")


def transfer(page: Page, files: Sequence[FilePayload], kind: str) -> None:
    encoded = [
        {"name": file["name"], "type": file["mimeType"], "data": base64.b64encode(file["buffer"]).decode()}
        for file in files
    ]
    page.evaluate(_AS_TRANSFER, [encoded, kind, "#tray"])


def send(page: Page, *, product: str | None = "toy") -> None:
    """Send what is chosen and wait for the verdict with its photos."""
    if product:
        page.select_option("#product", product)
    page.click("#send")
    page.wait_for_selector(".verdict .stage-photo, .verdict .stage-note")


def shown_check(page: Page, site: Running) -> dict[str, Any]:
    """The check that the page shows, read back from the API."""
    path = page.locator(".facts a").first.get_attribute("href")
    answer = site.http.get(f"/v1{path}")
    assert answer.status_code == 200, answer.text
    return cast(dict[str, Any], answer.json())
