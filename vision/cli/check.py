"""`touchstone check`: verdicts in the terminal, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from vision.check_shape import MAX_PHOTOS
from vision.cli.verdict_output import Format, print_verdict, verdict_table
from vision.tables.table import is_table

if TYPE_CHECKING:
    from vision.cli.listings import Listings  # whose imports --help does without

app = typer.Typer(add_completion=False)


BundleFolder = Annotated[Path, typer.Argument(help="The bundle's folder.", metavar="BUNDLE", show_default=False)]
PhotosOrFolders = Annotated[
    list[Path],
    typer.Argument(
        help=f"1 to {MAX_PHOTOS} photos of one listing; or folders, where each folder with photos is a listing; or a "
        "table (CSV, Parquet) with columns photo and listing.",
        metavar="PHOTO...|FOLDER...|TABLE",
        show_default=False,
    ),
]
ProductOption = Annotated[str | None, typer.Option(help="The product; may be left out when the bundle knows only one.")]
ViewOption = Annotated[
    list[str] | None, typer.Option(help="What a photo shows, once per photo and in their order; - if unknown.")
]
ShareOption = Annotated[
    float | None, typer.Option(help="The share of counterfeits to expect, 0 to 1; moves authenticity only.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the verdict as JSON; of folders, as JSON lines.")]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="A line a listing: table, csv or jsonl (JSON lines). Default: as --output ends."),
]
OutputOption = Annotated[
    Path | None, typer.Option(help="Write the lines to this file, whose suffix may name the format.")
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option(help="Save each photo in this folder under its evidence map, its strongest crop outlined."),
]
EachPhotoOption = Annotated[bool, typer.Option("--each-photo", help="Every photo is a listing of its own.")]
ThreadsOption = Annotated[int, typer.Option(min=0, help="Listings that are judged at once; 0: one a core.")]


@app.command()
def check(
    bundle: BundleFolder,
    photos: PhotosOrFolders,
    product: ProductOption = None,
    view: ViewOption = None,
    counterfeit_share: ShareOption = None,
    as_json: JsonOption = False,
    form: FormatOption = None,
    output: OutputOption = None,
    save_evidence: EvidenceOption = None,
    each_photo: EachPhotoOption = False,
    threads: ThreadsOption = 0,
) -> None:
    """Judge the photos of one listing, or of many in folders or a table, with a bundle.

    Exit code 0: every listing has a verdict, whatever it says. 1: one has none.
    2: wrong usage. 130: interrupted; what was judged is written.
    """
    from vision.bundle.bundle import seen_photos
    from vision.bundle.robustness import beyond_limits
    from vision.cli.check_listings import Destination, check_listings  # here, so that --help answers without loading
    from vision.cli.evidence_files import save_evidence_pictures  # onnxruntime
    from vision.detector import Detector

    if save_evidence:
        _refuse_inside(save_evidence, photos)
    detector = Detector(bundle)
    if mark := beyond_limits(detector.bundle.metadata.robustness):
        typer.echo(mark, err=True)
    listings = _listings(photos, view, each_photo=each_photo, as_lines=bool(form or output))
    by_row = listings is not None and listings.have_products and product is None
    chosen = None if by_row else detector.resolve_product(product)
    if counterfeit_share is not None:
        if chosen is None:
            raise typer.BadParameter("--counterfeit-share is of one product: give --product, too")
        detector = Detector(detector.bundle, counterfeit_share={chosen: counterfeit_share})
    if listings is not None:
        destination = Destination(form=form or ("jsonl" if as_json else None), output=output, evidence=save_evidence)
        all_judged = check_listings(detector, listings, product=chosen, threads=threads, destination=destination)
        raise typer.Exit(0 if all_judged else 1)
    verdict = detector.check(photos, product=chosen, views=_views(view))
    if save_evidence:
        save_evidence_pictures(save_evidence, verdict, photos, limits=detector.limits)
    if as_json:
        typer.echo(json.dumps(verdict_table(verdict, photos), indent=2, ensure_ascii=False))
    else:
        kind, fitted_on = detector.bundle.metadata.label_kind, seen_photos(detector.bundle)
        print_verdict(verdict, photos, kind, Console(), fitted_on=fitted_on)


def _listings(paths: list[Path], view: list[str] | None, *, each_photo: bool, as_lines: bool) -> Listings | None:
    """The listings of folders, of a table or of photos; None where photos are one listing whose verdict is printed."""
    from vision.cli.listings import listings_in_folders, listings_of_photos
    from vision.cli.table_listings import listings_in_table

    kinds = {"folders" if path.is_dir() else "tables" if is_table(path) else "photos" for path in paths}
    if len(kinds) > 1 or (kinds == {"tables"} and len(paths) > 1):
        raise typer.BadParameter("give the photos of one listing, or folders of listings, or one table of them")
    if view and (each_photo or kinds != {"photos"}):
        raise typer.BadParameter("--view is for the photos of one listing")
    if kinds == {"folders"}:
        return listings_in_folders(paths, each_photo=each_photo)
    if kinds == {"tables"}:
        return listings_in_table(paths[0], each_photo=each_photo)
    if each_photo or as_lines:
        return listings_of_photos(paths, views=_views(view), each_photo=each_photo)
    return None


def _views(view: list[str] | None) -> tuple[str | None, ...] | None:
    return tuple(None if name == "-" else name for name in view) if view else None


def _refuse_inside(written: Path, folders: list[Path]) -> None:
    """Pictures among the photos would be judged as photos the next time."""
    for folder in filter(Path.is_dir, folders):
        if written.resolve().is_relative_to(folder.resolve()):
            raise typer.BadParameter(f"--save-evidence {written} is inside {folder}, whose photos are judged")
