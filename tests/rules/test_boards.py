"""The board files: they fit their schema, and every word in them is one that the rest knows."""

import json
from datetime import date

import jsonschema
import pytest
from pydantic import ValidationError

from bot.rules.facts import word_of
from bot.rules.schema import Board, Condition, Equivalent, json_schema
from data import HERE

DOCS = HERE.parent / "docs"
FILES = sorted(HERE.glob("requirements/*.json"))


def conditions(board):
    """Every condition of a board, the inner ones too."""
    waiting = [
        *(c for rule in (*board.topics, *board.category_rules) for c in rule.applies_if),
        *(relief.when for relief in (*board.equivalents, *board.exemptions) if relief.when),
        *(relief.ask_of for relief in (*board.equivalents, *board.exemptions) if relief.ask_of),
        *(other.when for other in board.total_instead),
    ]
    while waiting:
        condition = waiting.pop()
        yield condition
        waiting += [*(condition.any or ()), *(condition.all or ())]
        waiting += [condition.not_] if condition.not_ else []


def test_there_are_sixty_eight_boards_and_all_of_them_load(rules):
    assert len(rules.boards) == len(FILES) == 68
    for board_id, board in rules.boards.items():
        assert board.board_id == board_id


def test_the_exported_schema_is_the_one_in_the_documentation():
    written = json.loads((DOCS / "board.schema.json").read_text())
    assert written == json.loads(json.dumps(json_schema()))


def test_every_file_fits_the_exported_schema():
    validator = jsonschema.Draft202012Validator(json_schema())
    for path in FILES:
        problems = [error.message for error in validator.iter_errors(json.loads(path.read_text()))]
        assert problems == [], path.stem


def test_no_condition_is_left_in_words(rules):
    for board in rules.boards.values():
        for condition in conditions(board):
            assert condition.fact is None or ":" not in condition.fact, board.board_id


def test_every_fact_can_be_asked_for(rules):
    for board in (*rules.boards.values(), rules.federal):
        for condition in conditions(board):
            if condition.fact:
                assert rules.facts[condition.fact].question.endswith("?")


def test_every_specialty_and_credit_type_is_known(rules):
    specialties = {
        item["id"] for item in json.loads((HERE / "specialties.json").read_text())["specialties"]
    }
    types = {
        item["id"] for item in json.loads((HERE / "credit_types.json").read_text())["credit_types"]
    }
    for board in rules.boards.values():
        for condition in conditions(board):
            assert set(condition.specialty or ()) <= specialties, board.board_id
        accepts = [rule.accepts for rule in board.category_rules] + [board.total_accepts]
        for one in accepts:
            assert {*one.types, *one.other_than} <= types, board.board_id
        for topic in board.topics:
            assert set(topic.types) <= types, topic.id


def test_every_topic_has_a_name(rules):
    for board in (*rules.boards.values(), rules.federal):
        for topic in board.topics:
            narrower = topic.of_which.topics if topic.of_which else ()
            words = {topic.topic, *topic.accepts, *topic.may_serve, *narrower}
            assert words <= set(rules.topics), topic.id


def test_rules_that_are_named_exist(rules):
    for board in (*rules.boards.values(), rules.federal):
        ids = {"total", "all", *(topic.id for topic in board.topics)}
        ids |= {f"category-{number}" for number, _ in enumerate(board.category_rules, 1)}
        for topic in board.topics:
            assert set(topic.not_with) <= ids
        for relief in (*board.equivalents, *board.exemptions):
            for effect in relief.effects:
                assert set(effect.rules) <= ids, board.board_id
        assert set(board.carryover.rules) <= ids


def test_topic_ids_are_unique_among_all_boards(rules):
    ids = [topic.id for board in rules.boards.values() for topic in board.topics]
    assert len(ids) == len(set(ids))


def test_a_word_the_schema_does_not_know_is_refused():
    raw = json.loads(FILES[0].read_text())
    with pytest.raises(ValidationError, match="hours_total"):
        Board.model_validate({**raw, "hours_total": 50})


def test_a_condition_holds_exactly_one_test():
    with pytest.raises(ValidationError, match="exactly one test"):
        Condition.model_validate({"fact": "dea", "license_type": "DO"})


def test_a_relief_in_words_only_says_what_else_holds_it(rules):
    whole = Equivalent(kind="moc", satisfies="total", note="", held_by="nothing")
    assert whole.when is None
    with pytest.raises(ValidationError, match="either `when` or `held_by`"):
        Equivalent(kind="moc", satisfies="total", note="")
    words = [
        relief
        for board in rules.boards.values()
        for relief in (*board.equivalents, *board.exemptions)
        if relief.held_by == "nothing"
    ]
    assert len(words) == 13


def test_work_that_lets_off_hours_is_counted_by_a_number(rules):
    for board in rules.boards.values():
        for relief in (*board.equivalents, *board.exemptions):
            for effect in relief.effects:
                if effect.work:
                    assert rules.facts[effect.work.fact].kind == "number"


def test_a_bare_word_is_a_fact_that_must_be_true():
    assert Condition.model_validate({"not": "dea"}).not_ == Condition(fact="dea")


def test_the_missing_facts_of_one_license_or_rule_have_a_question(rules):
    assert word_of("waiver:us-tx", rules.facts).id == "waiver"
    assert word_of("confirmed:us-sc:category-2", rules.facts).id == "confirmed"
    assert word_of("dea", rules.facts).question == "Do you hold a DEA registration?"


def test_boards_of_a_state_come_md_first(rules):
    assert [board.board_id for board in rules.boards.of("FL")] == ["us-fl-md", "us-fl-do"]
    assert [board.board_id for board in rules.boards.of("TX")] == ["us-tx"]


def test_figures_of_the_files_are_read_as_they_stand(rules):
    texas = rules.boards["us-tx"]
    assert texas.total_hours == 48
    trafficking = next(t for t in texas.topics if t.id == "tx-human-trafficking")
    assert (trafficking.hours, trafficking.n) == (1, 3)
    assert trafficking.effective_from == date(2023, 9, 1)
