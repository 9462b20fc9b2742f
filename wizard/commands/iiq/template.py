"""``iiq template``: being built."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq template``."""


def run(args: argparse.Namespace) -> int:
    """Not there yet."""
    raise NotImplementedError
