"""`touchstone check`: verdicts in the terminal, without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from vision.check_shape import MAX_PHOTOS
from vision.cli.verdict_output import Format, print_verdict, verdict_table

app = typer.Typer(add_completion=False)


BundleFolder = Annotated[Path, typer.Argument(help="The bundle's folder.", metavar="BUNDLE", show_default=False)]
PhotosOrFolders = Annotated[
    list[Path],
    typer.Argument(
        help=f"1 to {MAX_PHOTOS} photos of one listing, or folders: each folder with photos in them is a listing.",
        metavar="PHOTO...|FOLDER...",
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
    """Judge the photos of one listing, or of many in folders, with a bundle.

    Exit code 0: every listing has a verdict, whatever it says. 1: one has none.
    2: wrong usage. 130: interrupted; what was judged is written.
    """
    from vision.bundle.bundle import seen_photos
    from vision.cli.check_listings import Destination, check_listings  # here, so that --help answers without loading
    from vision.cli.evidence_files import save_evidence_pictures  # onnxruntime
    from vision.cli.listings import listings_in_folders, listings_of_photos
    from vision.detector import Detector

    in_folders = _are_folders(photos)
    if view and (in_folders or each_photo):
        raise typer.BadParameter("--view is for the photos of one listing")
    if in_folders and save_evidence:
        _refuse_inside(save_evidence, photos)
    detector = Detector(bundle)
    chosen = detector.resolve_product(product)
    if counterfeit_share is not None:
        detector = Detector(detector.bundle, counterfeit_share={chosen: counterfeit_share})
    views = tuple(None if name == "-" else name for name in view) if view else None
    if in_folders or each_photo or form or output:
        if in_folders:
            listings = listings_in_folders(photos, each_photo=each_photo)
        else:
            listings = listings_of_photos(photos, views=views, each_photo=each_photo)
        destination = Destination(form=form or ("jsonl" if as_json else None), output=output, evidence=save_evidence)
        all_judged = check_listings(detector, listings, product=chosen, threads=threads, destination=destination)
        raise typer.Exit(0 if all_judged else 1)
    verdict = detector.check(photos, product=chosen, views=views)
    if save_evidence:
        save_evidence_pictures(save_evidence, verdict, photos, limits=detector.limits)
    if as_json:
        typer.echo(json.dumps(verdict_table(verdict, photos), indent=2, ensure_ascii=False))
    else:
        kind, fitted_on = detector.bundle.metadata.label_kind, seen_photos(detector.bundle)
        print_verdict(verdict, photos, kind, Console(), fitted_on=fitted_on)


def _are_folders(paths: list[Path]) -> bool:
    folders = [path for path in paths if path.is_dir()]
    if folders and len(folders) < len(paths):
        raise typer.BadParameter("give the photos of one listing, or folders of listings, but not both")
    return bool(folders)


def _refuse_inside(written: Path, folders: list[Path]) -> None:
    """Pictures among the photos would be judged as photos the next time."""
    for folder in folders:
        if written.resolve().is_relative_to(folder.resolve()):
            raise typer.BadParameter(f"--save-evidence {written} is inside {folder}, whose photos are judged")
