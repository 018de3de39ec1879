"""Command-line options that several detection benchmarks share."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path


def make_parser(description: str | None) -> ArgumentParser:
    """A parser that prints the script's docstring as it is."""
    return ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)


def add_bundle_options(parser: ArgumentParser) -> None:
    """A bundle, and the rows of a manifest that it is measured on."""
    parser.add_argument("bundle", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--where", action="append", default=[], help="keep only rows that meet this; repeatable")
    parser.add_argument("--threads", type=int, default=2)


def add_run_options(parser: ArgumentParser) -> None:
    """A run with held-out predictions."""
    parser.add_argument("run", type=Path)
    parser.add_argument("--manifest", type=Path, help="the run's manifest, where it has moved")


def add_config_options(parser: ArgumentParser) -> None:
    """A run's TOML file, whose recipe is fitted anew."""
    parser.add_argument("config", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="overrides", help="override one key; repeatable")


def add_cross_fit_options(parser: ArgumentParser) -> None:
    """How many listings each fit gets, and the seed of the draw."""
    parser.add_argument("--fit-listings", type=int, help="fit on this number of listings; default: all other folds'")
    parser.add_argument("--seed", type=int, default=0, help="of the draw of --fit-listings, and of folds dealt")


def add_random_network_options(parser: ArgumentParser, *, listings: int, drawn: str) -> None:
    """The listings drawn, and the networks of random weights that the bundle is compared with."""
    parser.add_argument("--listings", type=int, default=listings, help=drawn)
    parser.add_argument("--networks", type=int, default=5, help="networks of random weights, each on its own listings")
    parser.add_argument("--seed", type=int, default=0)
