"""Every jurisdiction is answered by its name, its code and its common misspellings."""

import json

import pytest

from data import HERE

LISTED = json.loads((HERE / "jurisdictions.json").read_text(encoding="utf-8"))["jurisdictions"]
WAYS = [
    (entry["name"], said)
    for entry in LISTED
    for said in (entry["name"], entry["code"], *entry["misspellings"])
]


@pytest.mark.parametrize(("name", "said"), WAYS, ids=[said for _, said in WAYS])
def test_requirements_of_a_jurisdiction(stranger, name, said):
    stranger.says(f"cme requirements in {said}")
    assert name in stranger.first_line
    assert stranger.turns[-1].intent == "requirement"
