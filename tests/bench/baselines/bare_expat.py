"""What reading a large export costs at the least: the standard library's own parser, with handlers that do nothing."""

from __future__ import annotations

import sys
from xml.parsers import expat

parser = expat.ParserCreate()
parser.buffer_text = True
parser.StartElementHandler = lambda name, attributes: None
parser.EndElementHandler = lambda name: None
parser.CharacterDataHandler = lambda text: None
with open(sys.argv[1], "rb") as export:
    parser.ParseFile(export)
