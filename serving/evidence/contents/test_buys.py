"""What test buys of a check's listing found: the strongest label that there is."""

from __future__ import annotations

import dataclasses
import json

from serving.errors import PhotoNotFound
from serving.evidence.contents.photos import COPY_SIDE_PX
from serving.evidence.contents.sections import Block, Facts, Gathering, Grid, Picture, Pictures, Text
from serving.evidence.contents.sources import Sources
from serving.principal import Principal
from serving.schemas.enforcement.buys import Buy, BuyPhoto
from serving.store.test_buys.buy_rows import BuyFilter
from vision.errors import PhotoError
from vision.photo.decode import PhotoLimits
from vision.photo.format import PHOTO_FORMATS, sniff_format
from vision.photo.rendition import upright_jpeg

MAX_BUYS = 20


async def add_buys(
    gathering: Gathering, sources: Sources, principal: Principal, check_id: str, folder: str
) -> list[Block]:
    """Add the test buys of a check to the file, and give what the report shows of them."""
    rows = sources.store.test_buys.rows
    blocks: list[Block] = []
    for summary in await rows.find_page(principal, BuyFilter(check_id=check_id), MAX_BUYS):
        buy = await rows.find(principal, summary.buy_id, lambda *_: ())
        gathering.objects.append(("test_buy", buy.buy_id))
        prefix = f"{folder}/test-buy-{buy.buy_id}"
        gathering.write_json(f"{prefix}.json", json.loads(buy.model_dump_json(exclude={"allowed_moves"})))
        pictures = [await _photo(gathering, sources, buy, photo, prefix) for photo in buy.photos]
        blocks += _blocks(buy, tuple(one for one in pictures if one is not None))
    return blocks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    gathering: Gathering
    prefix: str
    limits: PhotoLimits

    def make(self, data: bytes) -> str:
        """Write a photo as received and an upright copy; gives the copy's name. Raises PhotoError."""
        self.gathering.write(f"{self.prefix}-received{PHOTO_FORMATS[sniff_format(data)].suffixes[0]}", data)
        name = f"{self.prefix}-upright.jpg"
        self.gathering.write(name, upright_jpeg(data, max_side_px=COPY_SIDE_PX, limits=self.limits))
        return name


async def _photo(gathering: Gathering, sources: Sources, buy: Buy, photo: BuyPhoto, prefix: str) -> Picture | None:
    """Write a photo of a purchase; None where it is gone, or was never one."""
    copy = _Copy(gathering=gathering, prefix=f"{prefix}-photo-{photo.index:03d}", limits=sources.limits)
    try:
        name = await sources.draw(photo.sha256, copy.make)
    except (PhotoNotFound, PhotoError):
        return None
    of_point = "" if photo.point_id is None else f", of the point {photo.point_id}"
    return Picture(name=name, caption=f"Photo {photo.index + 1} of the purchase{of_point}; SHA-256 {photo.sha256}")


def _blocks(buy: Buy, pictures: tuple[Picture, ...]) -> list[Block]:
    how = "drawn at random" if buy.selection == "random" else "chosen for its worth"
    blocks: list[Block] = [
        Text(text=f"Test buy {buy.buy_id}", style="strong"),
        Facts(
            rows=(
                ("State", buy.state),
                ("How it was selected", f"{how}, with probability {buy.probability:.4f}"),
                ("Last moved", buy.moved_at),
            )
        ),
    ]
    if buy.findings:
        findings = tuple((one.point_id, one.result, one.note) for one in buy.findings)
        blocks.append(Grid(header=("Point", "Result", "What was seen"), rows=findings, widths=(0.25, 0.2, 0.55)))
    moves = tuple((one.at, one.to_state, one.actor_name, one.reason) for one in buy.moves)
    blocks.append(Grid(header=("When", "To", "By", "Why"), rows=moves, widths=(0.25, 0.2, 0.2, 0.35)))
    return [*blocks, Pictures(pictures=pictures)] if pictures else blocks
