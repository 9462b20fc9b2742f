"""Tables packaged with the program as TOML, read one entry at a time. Must not know what any of them says.

An entry is found in the text before it is parsed: a check whose host nobody knows reads a file and parses nothing.
"""

from functools import cache
from pathlib import Path
from typing import Any


@cache
def entries(table: str, header: str) -> tuple[str, ...]:
    """Return the text of every ``[[header]]`` entry of ``wizard/<table>.toml``, in order, without its header line.

    Entries of these files have no tables of their own below them; a test holds that. Raises OSError when the file is gone.
    """
    text = Path(__file__).with_name(f"{table}.toml").read_text("utf-8")
    return tuple(text.split(f"\n[[{header}]]\n")[1:])


def naming(table: str, header: str, name: str) -> tuple[str, ...]:
    """Return the entries in which a host name (lower case) or a domain it lies below is written, between quotes."""
    labels = name.split(".")
    ends = [f'"{".".join(labels[at:])}"' for at in range(len(labels) - 1)]
    return tuple(entry for entry in entries(table, header) if any(end in entry for end in ends))


@cache
def parsed(entry: str) -> dict[str, Any]:
    """Return the keys of one entry. Raises tomllib.TOMLDecodeError when the packaged table is broken."""
    import tomllib  # only a failure, or a host that is known, needs it

    return tomllib.loads(entry)
