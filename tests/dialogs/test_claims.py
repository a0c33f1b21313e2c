"""Words that belong to one dialog alone, and words near them that do not."""

import pytest

from bot.dialogs import credit_list, pace, privacy, transcript


@pytest.mark.parametrize(
    ("dialog", "text"),
    [
        (credit_list, "show my credits"),
        (credit_list, "list all my credits please"),
        (credit_list, "delete the mayo one"),
        (credit_list, "remove my ethics credit"),
        (credit_list, "attach a certificate to the ethics credit"),
        (pace, "chart"),
        (pace, "progress picture texas"),
        (transcript, "calendar of my deadlines"),
        (transcript, "who already has my credits"),
        (privacy, "export my data"),
        (privacy, "download everything you have on me"),
        (privacy, "give me a copy of my personal data"),
    ],
)
def test_what_a_dialog_claims(dialog, text):
    assert dialog.claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "how many credits do i need in texas",
        "show me ethics courses",
        "what credits are required in ohio",
        "update my credits",
        "delete my texas license",
        "delete my account",
        "is the california cycle a calendar year",
        "where is my credit from mayo",
        "which boards have an ethics rule",
        "change my license date to 2/28/2027",
        "find courses on pacemakers",
        "",
    ],
)
def test_what_no_dialog_of_credits_claims(text):
    claiming = [one for one in (credit_list, pace, transcript, privacy) if one.claims(text)]
    assert claiming == []
