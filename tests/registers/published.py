"""Where the published files are: beside the repository, or where $CASECOORD_DATA says."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("CASECOORD_DATA") or Path(__file__).parents[3] / "shared" / "data")

published = pytest.mark.skipif(
    not (DATA / "brp").is_dir(),
    reason="the published files are not here: set CASECOORD_DATA to the folder that holds brp, cbs, duo and standards",
)

PERSONS = DATA / "brp" / "brp-test-data-2024-06-11.json"
PLACES = DATA / "cbs" / "wijken-buurten-2014-19-gemeenten.csv"
FOCUS_AREAS = DATA / "cbs" / "nplv-20-focus-areas.csv"
SCHOOLS = DATA / "duo" / "02.-alle-schoolvestigingen-basisonderwijs.csv"
ROTTERDAM_SCHOOLS = DATA / "duo" / "rotterdam-basisscholen-utf8.csv"
ZUID = ("WK059910", "WK059912", "WK059915")
