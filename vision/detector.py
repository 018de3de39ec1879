"""The library's main class: photos in, verdict out, without a server."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from vision.bundle.bundle import Bundle, read_bundle
from vision.bundle.metadata import INPUT_QUALITY_FORMAT, Precision
from vision.check_shape import require_shape, resolve_product
from vision.copies.pdq import hash_photo
from vision.errors import (
    ConfigError,
    NoReadablePhoto,
    PhotoError,
    PhotoMissing,
    photo_error,
)
from vision.inference.scorer import CPU, Scorer, TileScorer
from vision.inputs import open_for_input, to_input
from vision.photo.decode import DEFAULT_LIMITS, PhotoLimits
from vision.photo.quality import measure_input, measure_quality, quality_issues
from vision.timings import StepTimer, Timing
from vision.verdict import Evidence, PhotoFault, PhotoJudgement, Verdict, decide


class Detector:
    """Judges listings with one bundle. Any number of threads may share it; each call keeps one core busy.

    `counterfeit_share` is the base rate per product for which authenticity is stated; without one it is the
    validation's. `precision` asks for one of the bundle's graphs, which is else the best for this processor. A `scorer`
    of the bundle takes the place of the one that `providers`, `threads` and `precision` open. Raises BundleError for a
    broken bundle and ConfigError for a setting.
    """

    def __init__(
        self,
        bundle: Path | str | Bundle,
        *,
        providers: Sequence[str] = (CPU,),
        counterfeit_share: Mapping[str, float] = MappingProxyType({}),
        limits: PhotoLimits = DEFAULT_LIMITS,
        threads: int = 1,
        precision: Precision | None = None,
        scorer: TileScorer | None = None,
    ) -> None:
        for product, share in counterfeit_share.items():
            if not 0 < share < 1:
                raise ConfigError(f"counterfeit_share of {product!r} is {share}: give a share between 0 and 1.")
        self.bundle = bundle if isinstance(bundle, Bundle) else read_bundle(Path(bundle))
        self.counterfeit_share = dict(counterfeit_share)
        self.limits = limits
        if scorer is None:
            scorer = Scorer(self.bundle, providers=providers, threads=threads, precision=precision)
        elif scorer.graph not in self.bundle.metadata.graphs:
            raise ConfigError(
                f"the scorer is of another bundle than {self.bundle.folder}: give one of the same bundle."
            )
        self.scorer: TileScorer = scorer
        self._measures_input = self.bundle.metadata.format_version >= INPUT_QUALITY_FORMAT

    def check(
        self,
        photos: Sequence[bytes | str | Path],
        *,
        product: str | None = None,
        views: Sequence[str | None] | None = None,
    ) -> Verdict:
        """The verdict on one listing of 1 to 12 photos, as bytes or paths.

        `views` runs parallel to `photos`, None where unknown. One bad photo among several is reported in its own
        PhotoVerdict. Raises a CheckError when the check can't be answered as asked.
        """
        product = self.resolve_product(product)
        require_shape(len(photos), views)
        judgements = [self._judge(photo, index, with_hash=len(photos) > 1) for index, photo in enumerate(photos)]
        return self.decide_listing(judgements, product=product, views=views)

    def judge_photo(self, data: bytes, index: int, *, with_hash: bool = False) -> PhotoJudgement:
        """One photo's logit and what belongs to it; a photo that can't be read gives a judgement with its error.

        `with_hash` adds the perceptual hash, by which copies among a listing's photos are found.
        """
        geometry = self.bundle.metadata.geometry
        timer = StepTimer()
        try:
            photo = open_for_input(data, geometry, self.limits)
        except PhotoError as error:
            timer.end_step("decode")
            return _faulty(index, hashlib.sha256(data).hexdigest(), error, tuple(timer.timings))
        timer.end_step("decode")
        tiles = to_input(photo, geometry)
        timer.end_step("resize")
        scores = self.scorer.score(tiles.pixels)
        timer.end_step("infer")
        x0, y0, x1, y1 = tiles.boxes[0].tolist()
        box, foreground = (x0, y0, x1, y1), None if scores.foreground is None else scores.foreground[0]
        if self._measures_input:
            measures = measure_input(photo, tiles.pixels[0], box, foreground)
        else:
            measures = measure_quality(photo)
        photo_hash = hash_photo(photo) if with_hash else None
        timer.end_step("measure")
        return PhotoJudgement(
            index=index,
            sha256=photo.sha256,
            logit=float(scores.logit[0]),
            quality=quality_issues(measures),
            product_logit=None if scores.product_logit is None else tuple(scores.product_logit[0].tolist()),
            novelty=None if scores.novelty is None else float(scores.novelty[0]),
            evidence=Evidence(values=scores.evidence[0], box=box, foreground=foreground),
            hash=photo_hash,
            embedding=scores.embedding[0],
            measures=measures,
            bits_per_px=8 * len(data) / (photo.width_px * photo.height_px),
            timings=tuple(timer.timings),
            judged_together=scores.together,
        )

    def decide_listing(
        self,
        judgements: Sequence[PhotoJudgement],
        *,
        product: str | None = None,
        views: Sequence[str | None] | None = None,
    ) -> Verdict:
        """The verdict on judged photos, in their order. Raises NoReadablePhoto when none has a logit."""
        product = self.resolve_product(product)
        require_shape(len(judgements), views)
        if all(judgement.logit is None for judgement in judgements):
            raise _no_readable(judgements)
        return decide(
            judgements,
            bundle=self.bundle,
            graph=self.scorer.graph,
            product=product,
            counterfeit_share=self.counterfeit_share.get(product),
            views=views,
        )

    def resolve_product(self, product: str | None) -> str:
        """The product to judge: the given one if the bundle knows it, or the bundle's only one."""
        return resolve_product(product, self.bundle.metadata.products)

    def _judge(self, photo: bytes | str | Path, index: int, *, with_hash: bool) -> PhotoJudgement:
        if isinstance(photo, bytes):
            return self.judge_photo(photo, index, with_hash=with_hash)
        try:
            data = Path(photo).read_bytes()
        except OSError as error:
            missing = PhotoMissing(f"{photo} can't be read ({error.strerror}): give the path of a photo.")
            return _faulty(index, hashlib.sha256(b"").hexdigest(), missing)
        return self.judge_photo(data, index, with_hash=with_hash)


def _faulty(index: int, sha256: str, error: PhotoError, timings: tuple[Timing, ...] = ()) -> PhotoJudgement:
    fault = PhotoFault(code=error.code, message=error.message)
    return PhotoJudgement(index=index, sha256=sha256, error=fault, timings=timings)


def _no_readable(judgements: Sequence[PhotoJudgement]) -> NoReadablePhoto:
    faults = [(judgement.index, judgement.error) for judgement in judgements if judgement.error]
    errors = tuple((index, photo_error(fault.code, fault.message)) for index, fault in faults)
    shown = "; ".join(f"photo {index}: {error.message}" for index, error in errors[:3])
    return NoReadablePhoto(f"none of the {len(judgements)} photos can be read. {shown}", errors)
