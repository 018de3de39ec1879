"""Writes `files.zip`, of files that Pillow can't write, by the encoders of libavif and libjpeg-turbo:

python -m tests.vision.photo.differential.make_files AVIFENC CJPEG

The committed files are of avifenc 0.11.1 and cjpeg 2.1.5. A file's name says what is in it, such as
`avif-2020-pq-10-444-9-full` (primaries, transfer, bits, chroma, matrix and range) or `jpeg-4x1,1x1,1x1-arithmetic`.
"""

import subprocess
import sys
import tempfile
import zipfile
from itertools import product
from pathlib import Path
from typing import Final

from PIL import Image

from tests.builders.png import RGB, write_png
from tests.vision.photo.differential.colour_truth import PRIMARIES_CODES, TRANSFER_CODES, in_bits, to_signal
from tests.vision.photo.differential.picture import make_picture

ARCHIVE: Final = Path(__file__).with_name("files.zip")
RANGES: Final = ("full", "limited")
AVIF: Final = (
    *(("srgb", "srgb", *rest) for rest in product(("10", "12"), ("444", "422", "420", "400"), ("6",), RANGES)),
    *(("srgb", "srgb", *rest) for rest in product(("8", "10"), ("444",), ("0", "1", "5", "7", "9", "12"), RANGES)),
    *(("srgb", "srgb", depth, "444", "8", "full") for depth in ("8", "10")),
    *(
        (*colour, depth, "444", "9", "full")
        for colour in (("2020", "pq"), ("2020", "hlg"), ("p3", "pq"), ("p3", "srgb"), ("2020", "srgb"))
        for depth in ("10", "12")
    ),
)
SAMPLINGS: Final = (
    "1x1,1x1,1x1",
    "4x1,1x1,1x1",
    "1x2,1x1,1x1",
    "2x2,1x1,1x1",
    "2x2,2x1,1x2",
    "4x2,1x1,1x1",
    "2x1,1x2,1x2",
)
CODINGS: Final = {
    "baseline": [],
    "progressive": ["-progressive"],
    "arithmetic": ["-arithmetic"],
    "arithmetic progressive": ["-arithmetic", "-progressive"],
    "restarts": ["-restart", "1"],
    "grey": ["-grayscale"],
    "rgb": ["-rgb"],
}


def main(avifenc: str, cjpeg: str) -> None:
    with zipfile.ZipFile(ARCHIVE, "w") as archive, tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "picture.png", Path(folder) / "picture.avif"
        for primaries, transfer, depth, chroma, matrix, text in AVIF:
            signal = to_signal(make_picture(), primaries, transfer)
            source.write_bytes(write_png(in_bits(signal, 16), RGB, 16))
            points = f"{PRIMARIES_CODES[primaries]}/{TRANSFER_CODES[transfer]}/{matrix}"
            options = ["--cicp", points, "-d", depth, "-y", chroma, "-r", text]
            quality = ["--min", "0", "--max", "8", "-s", "2"]
            subprocess.run([avifenc, *options, *quality, str(source), str(target)], check=True)
            archive.write(target, "-".join(("avif", primaries, transfer, depth, chroma, matrix, text)))
        source = Path(folder) / "picture.ppm"
        Image.fromarray(make_picture()).save(source)
        for sampling, (coding, options) in product(SAMPLINGS, CODINGS.items()):
            if coding in ("grey", "rgb") and sampling != SAMPLINGS[0]:
                continue
            command = [cjpeg, "-quality", "92", "-sample", sampling, *options, str(source)]
            done = subprocess.run(command, check=True, capture_output=True)
            archive.writestr(f"jpeg-{sampling}-{coding}", done.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
