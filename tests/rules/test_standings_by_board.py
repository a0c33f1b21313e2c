"""What each board demands, as examples: `standings/<board>.toml`, written from the board's source.

Credits read `amount [type] [topic ...] [fmt:kind] [@day]`; without a type they are AMA Category 1,
without a day they were completed on November 10, 2026. `need`, `have` and `left` may be given too.
"""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.model import Credit, License, Physician, Profile
from bot.rules.person import standings
from data import HERE

FOLDER = Path(__file__).parent / "standings"
TODAY = date(2026, 11, 23)
TYPES = {
    "ama-pra-1",
    "ama-pra-2",
    "aafp-prescribed",
    "rcpsc",
    "aoa-1a",
    "aoa-1b",
    "aoa-2a",
    "aoa-2b",
}
NOTHING_DUE = {"us-mt", "us-sd"}
NO_FIGURE = {"us-as"}

FILES = {path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))}
CASES = [
    pytest.param(board, case, id=f"{board}: {case['says']}")
    for board, examples in FILES.items()
    for case in examples["case"]
]


def credit(text: str, number: int) -> Credit:
    amount, *words = text.split()
    kind, day, form = "ama-pra-1", date(2026, 11, 10), None
    topics = []
    for word in words:
        if word in TYPES:
            kind = word
        elif word.startswith("@"):
            day = date.fromisoformat(word[1:])
        elif word.startswith("fmt:"):
            form = word[4:]
        else:
            topics.append(word)
    return Credit(
        f"Example {number}", day, Decimal(amount), kind, topics=tuple(topics), format=form
    )


@pytest.mark.parametrize(("board", "case"), CASES)
def test_the_board_s_rules_judge_the_example(board, case, rules):
    default = rules.boards[board].license_types[0]
    held = License(board, **{"type": default, **case["license"]})
    physician = Physician(
        1,
        Profile(
            license_type=held.type, specialty=case.get("specialty"), facts=case.get("facts", {})
        ),
        (held,),
        credits=tuple(credit(text, number) for number, text in enumerate(case["credits"])),
    )
    (standing,) = standings(physician, rules, case.get("today", TODAY)).licenses
    found = {rule.id: rule for rule in standing.rules}
    states = {name: found[name].state.value for name in case["expect"]}
    assert states == case["expect"]
    missing = {name: found[name].missing_fact for name in case.get("missing", {})}
    assert missing == case.get("missing", {})
    for figure in ("have", "need", "left"):
        told = {name: getattr(found[name], figure) for name in case.get(figure, {})}
        assert told == {name: Decimal(str(one)) for name, one in case.get(figure, {}).items()}


@pytest.mark.parametrize("board", sorted(path.stem for path in HERE.glob("requirements/*.json")))
def test_every_board_has_examples_of_each_state(board):
    states = {state for case in FILES[board]["case"] for state in case["expect"].values()}
    if board in NOTHING_DUE:
        assert states == {"does_not_apply"}
    elif board in NO_FIGURE:
        assert states == {"not_yet_known"}
    else:
        assert {"met", "not_met", "not_yet_known"} <= states


@pytest.mark.parametrize("board", sorted(FILES))
def test_every_unknown_of_an_example_names_its_fact(board):
    for case in FILES[board]["case"]:
        unknown = {name for name, state in case["expect"].items() if state == "not_yet_known"}
        assert unknown == set(case.get("missing", {})), case["says"]
