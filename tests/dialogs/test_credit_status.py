"""Where the physician stands in the chat: verdict, rules, reckoning, the missing fact, topics."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.dialogs.knowledge import Knowledge
from bot.handlers.splitting import visible_length
from bot.model import Credit, License, Physician, Profile
from bot.texts import plain
from data import HERE
from tests.conftest import NOON
from tests.talking import Chat

FOLDED = re.compile(r"<blockquote expandable>.*?</blockquote>", re.DOTALL)


def opened(chat) -> str:
    """The words that are seen without a tap."""
    return plain(FOLDED.sub("", chat.html))


def chat_of(sources, board, license_type="MD", *, credits=(), facts=None, expires=None, **more):  # noqa: A002
    """A physician with one license, written out in the test."""
    chat = Chat(sources, NOON)
    held = License(board, license_type, expires or date(2027, 6, 30), id=1, **more)
    numbered = tuple(replace(one, id=place) for place, one in enumerate(credits, 1))
    profile = Profile(license_type=license_type, facts=facts or {})
    chat.physician = Physician(1, profile, (held,), (), numbered)
    return chat


def credit(title, day, amount=1, **more):
    return Credit(title, date.fromisoformat(day), Decimal(str(amount)), **more)


@pytest.fixture
def okafor(sources):
    return Chat(sources, NOON, person="demo-florida")


# ── the answer ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(34)
def test_total_and_topics_with_have_need_left_period_and_sync(rivera):
    rivera.physician = replace(
        rivera.physician, synced_at=datetime(2026, 11, 23, 7, 12, tzinfo=UTC)
    )
    rivera.says("am i on track in texas?")
    assert "Texas MD · March 1, 2025 to February 28, 2027" in rivera.text
    assert "✗ Total: 42 of 48\u00a0h, 6\u00a0h left" in rivera.text
    assert "✗ Medical ethics or professional responsibility: 0 of 2\u00a0h" in rivera.text
    assert "hub read today, 7:12 a.m." in rivera.text


def test_an_older_copy_of_the_hub_says_its_day(rivera):
    rivera.physician = replace(
        rivera.physician, synced_at=datetime(2026, 11, 21, 7, 12, tzinfo=UTC)
    )
    rivera.says("am i on track in texas?")
    assert "hub read Saturday, November 21, 2026, 7:12 a.m." in rivera.text


def test_the_verdict_says_how_many_rules_wait_for_an_answer(rivera):
    rivera.says("am i on track")
    assert rivera.first_line.startswith(
        "Texas MD: 6\u00a0h short, 2 rules wait for an answer, 1 has no published figure;"
    )
    assert "due Sunday, February 28, 2027 (97 days)." in rivera.first_line


def test_what_is_known_is_met_and_something_is_unknown(sources):
    done = credit("Everything", "2026-05-01", 60, topics=("implicit-bias",))
    chat = chat_of(sources, "us-mi-md", credits=[done], first_cycle=False)
    chat.says("am i good in michigan")
    assert "meets the rules I know" not in chat.text
    assert "wait" in chat.first_line


@pytest.mark.behaviour(35)
def test_not_yet_known_names_the_fact_and_has_a_button_in_its_words(rivera):
    rivera.says("am i on track in texas?")
    assert "not yet known; Do you treat patients directly?" in rivera.text
    assert rivera.labels[0] == "Do you treat patients?"
    rivera.presses("Do you treat patients?")
    assert rivera.shown[0].kind == "edit"
    assert rivera.labels == ["Yes", "No", "Sometimes", "Not sure", "Back"]


@pytest.mark.behaviour(42)
def test_licenses_in_one_message_by_deadline_and_a_shared_credit_in_each(rivera):
    rivera.says("am i on track")
    assert len(rivera.shown) == 1
    assert rivera.text.index("Texas MD:") < rivera.text.index("California MD:")
    rivera.presses("How did you work this out?")
    assert "20 · PennCME" in rivera.text
    rivera.presses("Next")
    rivera.presses("Next: California MD")
    assert rivera.text.startswith("California MD: 18")
    assert rivera.text.count("20 · PennCME") == 2


@pytest.mark.behaviour(41)
@pytest.mark.parametrize("person", ["demo-texas", "demo-florida", "demo-done", "demo-overdue"])
def test_the_word_compliant_never_appears_and_the_board_decides(sources, person):
    chat = Chat(sources, NOON, person=person)
    chat.says("so am i compliant?")
    assert "complian" not in chat.text.casefold()
    assert "The board decides" in chat.text
    assert re.match(r"You meet \d of the \d rules I know for ", chat.first_line)


@pytest.mark.behaviour(41)
def test_met_is_said_with_its_month(sources):
    chat = Chat(sources, NOON, person="demo-done")
    chat.says("am i good in ohio")
    assert "meets the rules I know, as of September 2026" in chat.first_line
    assert chat.first_line.endswith("The board decides.")


@pytest.mark.behaviour(40)
@pytest.mark.parametrize(
    ("now", "board", "words"),
    [
        (datetime(2028, 2, 1, 12, tzinfo=UTC), "us-oh", "(please check, my source is from "),
        (NOON, "us-gu", "(please check, my sources are weak)"),
        (NOON, "us-oh", ""),
    ],
)
def test_old_and_weak_sources_say_so_before_the_figure(sources, now, board, words):
    chat = chat_of(sources, board, expires=date(2028, 6, 30))
    chat.now = now
    chat.says("/credits")
    before_figure = chat.first_line.split(":", 1)[0]
    assert (words in before_figure) if words else ("check" not in before_figure)
    assert "as of " in chat.text
    assert 'href="http' in chat.html


@pytest.mark.behaviour(38)
def test_reported_and_typed_in_hours_have_their_own_sums(rivera, okafor):
    rivera.says("am i on track in texas?")
    assert (
        "36 h reported by providers (verified), 4 from your files (not verified), "
        "2 typed in by you (not verified)" in rivera.text
    )
    okafor.says("am i on track")
    assert (
        "6.5 h reported by providers (verified), 12 typed in by you (not verified)" in okafor.text
    )


def test_no_answer_has_more_than_four_buttons_or_700_open_characters(sources):
    boards = sorted(Knowledge(HERE).boards)
    for board in boards:
        kind = "DO" if board.endswith("-do") else "MD"
        chat = chat_of(sources, board, kind, credits=[credit("Rounds", "2026-05-01", 8)])
        chat.says("/credits")
        assert len(chat.keys) <= 4, board
        assert len(opened(chat)) <= 700, (board, len(opened(chat)))
        assert visible_length(chat.html) <= 4096, board


def test_many_licenses_fit_one_message(sources):
    boards = [name for name in sorted(Knowledge(HERE).boards) if not name.endswith("-do")]
    chat = chat_of(sources, boards[0])
    held = tuple(
        License(board, "MD", date(2027, 1 + place % 12, 28), id=place + 1)
        for place, board in enumerate(boards)
    )
    chat.physician = replace(chat.physician, licenses=held)
    chat.says("am i on track")
    assert len(chat.shown) == 1
    assert visible_length(chat.html) <= 4096
    assert len(opened(chat)) <= 900


# ── a topic only, another board, several holdings ───────────────────────────────────────────


def test_one_topic_is_never_told_as_the_whole_license(okafor):
    okafor.says("am i good on human trafficking")
    assert okafor.first_line.startswith("Florida DO, human trafficking: met, as of August 2026")
    assert "meets the rules" not in okafor.text


def test_whats_left_for_one_topic(rivera):
    rivera.says("what's left for ethics")
    assert rivera.first_line.startswith(
        "Texas MD, medical ethics or professional responsibility: 2\u00a0h short"
    )


def test_overall_takes_in_certificates_and_federal_duties(rivera):
    rivera.says("where do I stand overall")
    heads = rivera.text.split("\n\n")[0]
    assert [line.split(":")[0] for line in heads.split("\n")[:4]] == [
        "Texas MD",
        "California MD",
        "ABIM",
        "MATE Act",
    ]
    rivera.says("what about the dea")
    assert "DEA registration: in force" in rivera.text


def test_a_follow_up_goes_on_with_another_state_board_and_back(rivera):
    rivera.says("am i on track in texas")
    assert rivera.says("and california?").startswith("California MD: 18\u00a0h short")
    assert rivera.says("what about the DO board").startswith("I know no California DO license")
    assert rivera.says("which ones count").startswith("California MD: 18\u00a0h short")
    assert "2.5 · Introduction to Food and Health" in rivera.text


# ── how it was worked out ───────────────────────────────────────────────────────────────────


def pages_of(chat):
    """Every page of a reckoning, by its Next button."""
    texts = [chat.text]
    while "Next" in chat.labels:
        chat.presses("Next")
        assert chat.shown[0].kind == "edit"
        texts.append(chat.text)
    return "\n".join(texts)


@pytest.mark.behaviour(43)
def test_the_credits_of_each_rule_are_listed_and_add_up(rivera):
    rivera.says("am i on track in texas")
    rivera.presses("How did you work this out?")
    whole = pages_of(rivera)
    section = whole.split("✗ Total")[1].split("Sum ")[0]
    amounts = [Decimal(found) for found in re.findall(r"^([\d.]+) · ", section, re.MULTILINE)]
    assert sum(amounts) == 42
    assert "42 of 48\u00a0h = the credits below." in whole
    assert "Sum 42" in whole
    assert "Journal reading, internal medicine, October 12, 2026 (typed in)" in whole


@pytest.mark.behaviour(43)
def test_a_hundred_credits_take_pages_and_still_add_up(sources):
    many = [credit(f"Course {n}", "2026-05-01", "0.25") for n in range(100)]
    chat = chat_of(sources, "us-tx", credits=many, expires=date(2027, 2, 28))
    chat.says("/credits")
    chat.presses("How did you work this out?")
    assert visible_length(chat.html) <= 4096
    whole = pages_of(chat)
    total = whole.split("✗ Total")[1]
    section = whole[whole.index("✗ Total") : whole.index("Sum 25")]
    assert len(re.findall(r"^0.25 · ", section, re.MULTILINE)) == 100
    assert "Total (continued)" in whole
    assert total


@pytest.mark.behaviour(37)
def test_every_credit_left_out_has_its_reason_in_words(rivera):
    rivera.says("am i on track in california")
    rivera.presses("How did you work this out?")
    rivera.presses("All credits left out")
    assert "4 · Medicine Grand Rounds, March 20, 2025: before the period" in rivera.text
    assert (
        "Journal reading, internal medicine, October 12, 2026: this type of credit" in rivera.text
    )
    assert "May 14, 2026: ABIM points, no hours" in rivera.text
    lines = [line for line in rivera.text.split("\n") if " · " in line]
    assert all(re.search(r", \w+ \d+, \d{4}: \w", line) for line in lines)


@pytest.mark.behaviour(37)
@pytest.mark.parametrize(
    ("credits_", "words"),
    [
        (["2024-01-01", "2026-05-01"], "before the period"),
        (["2026-05-01", "2026-05-01"], "the same completion is counted already"),
    ],
)
def test_reasons_in_words(sources, credits_, words):
    same = [
        credit("Rounds", day, 2, origin=origin, activity_id="1")
        for day, origin in zip(credits_, ("typed", "hub"), strict=True)
    ]
    chat = chat_of(sources, "us-tx", credits=same, expires=date(2027, 2, 28))
    chat.says("/credits")
    chat.says("which credits are left out")
    assert words in chat.text


def test_did_it_count(rivera):
    said = rivera.says("did my grand rounds count")
    assert rivera.first_line == (
        "Texas MD: all of it counts; California MD: 1.5\u00a0h of 5.5\u00a0h count."
    )
    assert "California MD: not counted; it lies before your period" in said
    rivera.says("why not that one?")
    assert "Medicine Grand Rounds" in rivera.text


def test_counting_for_a_topic_alone_is_not_told_as_not_counting(okafor):
    okafor.says("did my human trafficking course count?")
    assert okafor.first_line == "Florida DO: it counts for Human trafficking, not in the total."


# ── the missing fact ────────────────────────────────────────────────────────────────────────


def test_an_answer_shows_its_effect_at_once_and_is_undone(rivera):
    rivera.says("am i on track in texas")
    rivera.presses("Do you treat patients?")
    rivera.says("sometimes")
    assert rivera.first_line == ("Texas MD: still 6\u00a0h short, and 3 of them now have a topic.")
    assert "Pain management and opioid prescribing (later): now due, 2\u00a0h open" in rivera.text
    assert rivera.physician.profile.facts["direct_patient_care"] is True
    rivera.presses("Undo")
    assert "direct_patient_care" not in rivera.physician.profile.facts
    assert rivera.labels[0] == "Do you treat patients?"


@pytest.mark.behaviour(29)
@pytest.mark.parametrize(("typed", "value"), [("no", False), ("yes", True), ("rarely", True)])
def test_a_bare_word_under_the_question_answers_it(rivera, typed, value):
    rivera.says("am i on track in texas")
    rivera.says(typed)
    assert rivera.physician.profile.facts["direct_patient_care"] is value


def test_not_sure_and_back_store_nothing(rivera):
    rivera.says("am i on track in texas")
    rivera.presses("Do you treat patients?")
    rivera.says("not sure")
    assert rivera.turns[-1].changes == ()
    assert rivera.conversation.dialog is None
    rivera.presses("Do you treat patients?")
    rivera.presses("Back")
    assert rivera.conversation.dialog is None
    assert rivera.first_line.startswith("Texas MD: 6")


@pytest.mark.parametrize(
    ("board", "label", "typed", "kept"),
    [
        ("us-ca-do", "When was it issued?", "june 2020", ("issued", date(2020, 6, 1))),
        ("us-mi-md", "Is this your first renewal?", "nope", ("first_cycle", False)),
    ],
)
def test_facts_that_stand_on_the_license(sources, board, label, typed, kept):
    kind = "DO" if board.endswith("-do") else "MD"
    chat = chat_of(sources, board, kind, expires=date(2027, 3, 31))
    chat.physician = (
        replace(chat.physician, licenses=(replace(chat.physician.licenses[0], expires=None),))
        if kept[0] == "issued"
        else chat.physician
    )
    chat.says("/credits")
    chat.presses(label)
    chat.says(typed)
    assert getattr(chat.physician.licenses[0], kept[0]) == kept[1]
    chat.presses("Undo")
    assert getattr(chat.physician.licenses[0], kept[0]) is None


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("birth_month", "march", 3),
        ("birth_month", "3", 3),
        ("birth_day", "the 14th", 14),
        ("birth_year_parity", "1975", "odd"),
        ("last_name_initial", "Rivera", "R"),
        ("certified_on", "2018", date(2018, 1, 1)),
        ("have:ABPN:self-assessment", "12", 12),
    ],
)
def test_facts_that_are_no_yes_or_no(rivera, name, typed, value):
    rivera.presses_data(f"fact:ask:0:{name}")
    rivera.says(typed)
    assert rivera.physician.profile.facts[name] == value
    rivera.presses("Undo")
    assert rivera.physician.profile.facts.get(name) != value


def test_a_specialty_is_kept_in_the_profile(rivera):
    rivera.presses_data("fact:ask:0:specialty")
    rivera.says("family medicine")
    assert rivera.physician.profile.specialty == "family-medicine"
    rivera.presses("Undo")
    assert rivera.physician.profile.specialty == "internal-medicine"


def test_a_day_to_come_is_no_issue_date(rivera):
    rivera.presses_data("fact:ask:0:issued@us-tx")
    assert "still to come" in rivera.says("6/1/2030")
    assert rivera.turns[-1].changes == ()


# ── does not apply ──────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(36)
def test_does_not_apply_names_the_fact_and_changes_it_there(sources):
    chat = Chat(sources, NOON, person="demo-done")
    chat.says("am i good")
    assert "does not apply (you said no to “Do you own, or treat patients in, a pain" in chat.text
    chat.presses("Change an answer")
    assert "1. Do you own, or treat patients in, a pain management clinic? No." in chat.text
    chat.presses("Change 1")
    chat.presses("Yes")
    assert chat.physician.profile.facts["pain_clinic"] is True
    assert chat.first_line == "Ohio MD: 1 rule open."
    assert "now due, 19.25\u00a0h open" in chat.text
    chat.presses("Undo")
    assert chat.physician.profile.facts["pain_clinic"] is False


@pytest.mark.behaviour(36)
def test_an_implied_answer_leads_to_the_one_that_was_given(sources):
    facts = {"prescribes_controlled": False, "dea": False, "direct_patient_care": True}
    chat = chat_of(sources, "us-wa-md", facts=facts)
    chat.says("/credits")
    chat.presses("How did you work this out?")
    assert "you said no to “Do you prescribe, give or dispense controlled" in pages_of(chat)


def test_a_rule_of_another_time_says_so(sources):
    chat = chat_of(sources, "us-tn-md")
    chat.says("/credits")
    chat.presses("How did you work this out?")
    assert "Does not apply (not in force in this period)." in pages_of(chat)


# ── topics guessed from titles ──────────────────────────────────────────────────────────────


@pytest.fixture
def guessing(sources):
    rounds = credit("Medical Ethics Rounds", "2026-05-03", 2)
    facts = {"direct_patient_care": False, "pain_clinic": False}
    return chat_of(
        sources, "us-tx", credits=[rounds], facts=facts, expires=date(2027, 2, 28),
        issued=date(2013, 2, 20), first_cycle=False,
    )  # fmt: skip


def test_a_guessed_topic_is_not_counted_and_is_offered(guessing):
    guessing.says("/credits")
    assert "0 of 2\u00a0h, 2\u00a0h left; 2\u00a0h more if you confirm a topic" in guessing.text
    guessing.presses("Is one about medical ethics?")
    assert guessing.first_line.startswith("Is “Medical Ethics Rounds” about medical ethics?")
    assert "With a yes: Texas MD" in guessing.text
    guessing.presses("Yes")
    assert guessing.physician.credits[0].topics == ("ethics",)
    assert "✓ Medical ethics or professional responsibility: met" in guessing.text
    guessing.presses("Undo")
    assert guessing.physician.credits[0].topics == ()
    guessing.says("/credits")
    assert "Is one about medical ethics?" in guessing.labels


def test_a_refused_topic_is_not_offered_again(guessing):
    guessing.says("/credits")
    guessing.presses("Is one about medical ethics?")
    guessing.presses("No")
    assert "won't ask again" in guessing.text
    guessing.says("/credits")
    assert "Is one about medical ethics?" not in guessing.labels
    assert guessing.physician.credits[0].topics == ()


# ── the picture ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(17)
def test_a_chart_has_the_same_figures_in_words(rivera):
    rivera.says("am i on track in texas")
    rivera.presses("Chart")
    picture = rivera.shown[0].attachment
    assert picture is not None
    assert picture.content.startswith(b"\x89PNG")
    assert "✗ Total: 42 of 48\u00a0h" in rivera.text
    assert "? Nutrition and metabolic health: not yet known" in rivera.text
    assert visible_length(rivera.html) <= 1024


def test_a_chart_is_asked_for_in_words(rivera):
    rivera.says("am i on track")
    rivera.says("show me a chart of california")
    assert rivera.shown[0].attachment is not None
    assert rivera.first_line.startswith("California MD: 18")


# ── mended ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_left_out_is_never_cut_down_to_an_earlier_topic(rivera):
    rivera.says("is the stanford nutrition thing counted")
    rivera.says("which credits are you not counting and why")
    assert rivera.first_line.startswith("Texas MD: 7 credits are left out of a rule.")


def test_points_and_hours_of_one_completion_are_told_once(rivera):
    rivera.says("does my diabetes PI module count for ABIM")
    assert rivera.first_line == "ABIM: it counts."
    assert rivera.text.count("PennCME") == 1
    assert "ABIM: 20\u00a0points count" in rivera.text


def test_a_rule_that_falls_away_is_not_told_as_met(rivera):
    rivera.says("what if i let my DEA lapse")
    assert rivera.first_line == "Nothing is stored. Then: MATE Act: nothing is asked of you."


def test_rules_that_do_not_apply_are_asked_for_in_words(rivera):
    rivera.says("which rules dont apply to me in texas")
    assert "Texas MD rests on what you said here." in rivera.first_line
    assert "Do you give obstetric care? No." in rivera.text


def test_a_question_left_by_another_button_takes_no_later_word_as_its_answer(rivera):
    rivera.says("am i on track in texas")
    chart = next(key.data for key in rivera.keys if key.label == "Chart")
    rivera.presses("Do you treat patients?")
    rivera.presses_data(chart)
    rivera.says("no")
    assert rivera.turns[-1].changes == ()
    assert rivera.conversation.dialog is None


def test_a_no_to_a_plan_is_no_answer_about_oneself(rivera):
    rivera.says("fastest way to finish texas")
    assert "Do you treat patients?" in rivera.labels
    rivera.says("no")
    assert rivera.turns[-1].changes == ()


@pytest.mark.behaviour(30)
def test_a_question_in_the_middle_of_the_fact_is_answered_and_it_goes_on(rivera):
    rivera.says("am i on track in texas")
    rivera.presses("Do you treat patients?")
    said = rivera.says("how many ethics hours do i need in texas?")
    assert "Back to your open question" in said
    rivera.says("yes")
    assert rivera.physician.profile.facts["direct_patient_care"] is True


def test_a_credit_that_is_not_there_is_not_answered_by_another(rivera):
    assert rivera.says("did my human trafficking course count").startswith(
        "I found no credit of yours by that name."
    )


def test_whether_a_credit_counts_for_a_topic(rivera):
    rivera.says("does the pennCME one count for ethics")
    assert rivera.first_line == (
        "Texas MD: it does not count for medical ethics; California MD: no rule on medical ethics."
    )


@pytest.mark.behaviour(38)
def test_what_is_verified_is_told_when_asked(rivera):
    rivera.says("am i on track in texas")
    rivera.says("are these numbers verified")
    assert rivera.first_line.startswith("Texas MD: 36 h reported by providers (verified), 4 from")
    assert "2 · Journal reading, internal medicine, October 12, 2026 (typed in)" in rivera.text


@pytest.mark.behaviour(40)
def test_the_source_stands_under_the_reckoning(rivera):
    rivera.says("am i on track in texas")
    rivera.says("how old is this info")
    assert "Rules: Texas Medical Board, as of September 2026, confidence medium" in rivera.text
    assert 'href="http' in rivera.html


def test_no_page_of_the_reckoning_has_more_than_four_buttons(rivera):
    rivera.says("am i on track")
    rivera.presses("How did you work this out?")
    for _ in range(6):
        assert len(rivera.keys) <= 4
        onward = [label for label in rivera.labels if label.startswith("Next")]
        if not onward:
            break
        rivera.presses(onward[0])
    assert rivera.first_line.startswith("California MD")


@pytest.mark.parametrize(
    "text", ["are online courses accepted in ohio", "does ohio take online hours"]
)
def test_a_general_question_is_not_taken_for_one_about_a_credit(sources, text):
    chat = Chat(sources, NOON, person="demo-done")
    assert "Online 8-Hour SUD" not in chat.says(text)


def test_am_i_up_to_date_asks_for_the_standing(rivera):
    rivera.says("am i on track in texas")
    rivera.says("am i up to date in california")
    assert (
        rivera.first_line
        == "California MD: 18\u00a0h short; due Wednesday, March 31, 2027 (128 days)."
    )


@pytest.mark.behaviour(34)
def test_what_is_left_of_a_topic_is_said_too(rivera):
    rivera.says("am i on track in texas")
    assert (
        "Medical ethics or professional responsibility: 0 of 2\u00a0h, 2\u00a0h left" in rivera.text
    )
