"""What a message says of its writer."""

import pytest

from bot.dialogs.said_facts import said_facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I don't prescribe", {"prescribes_any": False, "prescribes_controlled": False}),
        ("i prescribe", {"prescribes_any": True}),
        ("I do not prescribe controlled substances anymore", {"prescribes_controlled": False}),
        ("never prescribe opioids", {"prescribes_opioids": False}),
        ("i prescribe suboxone", {"prescribes_buprenorphine": True}),
        ("i have no dea", {"dea": False}),
        ("I have a DEA", {"dea": True}),
        ("i don't see patients", {"direct_patient_care": False}),
        ("im a resident", {"resident": True}),
        ("im not a resident", {"resident": False}),
        ("licensed in ohio", {}),
        ("", {}),
    ],
)
def test_a_fact_is_read_with_its_yes_or_no(text, facts):
    assert said_facts(text) == facts
