"""What a message says beside its intent: the traps of the field, one by one."""

import pytest

from bot.understanding import understand


def slots(text, today, lexicon):
    return dict(understand(text, today, lexicon)[0].slots)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("opiod hrs ohio", ["opioid-prescribing"]),
        ("pain managment course", ["pain-management"]),
        ("controled substanse hours in tn", ["controlled-substances"]),
        ("geriatrics course", ["geriatrics"]),
        ("addiction training online", ["substance-use-disorder"]),
        ("ethics and implicit bias course", ["ethics", "implicit-bias"]),
        ("self paced pain management not opioids", ["pain-management"]),
        ("the dea 8 hour training due when", ["mate"]),
        ("is child abuse training required in pa", ["child-abuse"]),
        ("I don't prescribe controlled substances. Do I need the TN course?", None),
        ("if i dont prescribe opioids do i need ethics in ohio", ["ethics"]),
        ("commercial bias at a lecture, want to report", None),
        ("do telehealth docs owe hours in florida", None),
        ("telehealth course for idaho", ["telehealth"]),
    ],
)
def test_a_topic_counts_when_it_names_education(text, topics, today, lexicon):
    assert slots(text, today, lexicon).get("topics") == topics


@pytest.mark.parametrize(
    ("text", "specialty"),
    [
        ("ENT cme next week", "otolaryngology"),
        ("podcasts for er docs", "emergency-medicine"),
        ("IM board review", "internal-medicine"),
        ("im looking for cardiology talks", "cardiology"),
        ("gen surg updates", "general-surgery"),
        ("surgery boards how many points", "general-surgery"),
        ("EM podcasts", "emergency-medicine"),
        ("im board certified, does ohio waive cme", None),
        ("i know it by heart", None),
        ("lowest cost path for texas", None),
        ("American Board of Pathology points", None),
    ],
)
def test_specialties_and_their_short_names(text, specialty, today, lexicon):
    assert slots(text, today, lexicon).get("specialty") == specialty


@pytest.mark.parametrize(
    ("text", "board"),
    [
        ("what am I missing for the American Board of Ophthalmology", "ABO"),
        ("amercian board of surgry deadline", "ABS"),
        ("moca points left", "ABA"),
        ("is lka mandatory", "ABIM"),
        ("abim due date", "ABIM"),
        ("surgery boards how many points", None),
        ("abms says 25 a year", None),
    ],
)
def test_boards_by_abbreviation_programme_and_name(text, board, today, lexicon):
    assert slots(text, today, lexicon).get("certifying_board") == board


@pytest.mark.parametrize(
    ("text", "credit_type"),
    [
        ("how many cat 1 do i have", "ama-pra-1"),
        ("is category 2 accepted in nebraska", "ama-pra-2"),
        ("aoa 1-a courses", "aoa-1a"),
        ("aoa 1-b for preceptors", "aoa-1b"),
        ("cardiology courses w moc", "moc"),
        ("what is AAFP prescribed credit", "aafp-prescribed"),
        ("diff between category 1 and 2", None),
        ("difference between aoa 1-a and 1-b", None),
        ("ABS points tally", None),
        ("dont bug me about moc", None),
    ],
)
def test_credit_types(text, credit_type, today, lexicon):
    assert slots(text, today, lexicon).get("credit_type") == credit_type


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("ethics webinar", "format", "online"),
        ("ethics on demand", "format", "enduring"),
        ("audio cme on ethics", "format", "podcast"),
        ("ethics conference in boston", "format", None),
        ("i live in ohio and need an ethics course", "format", None),
        ("enduring material meaning", "format", None),
        ("free ethics course", "free", True),
        ("ethics course at no cost", "free", True),
        ("cheap ethics course", "free", None),
        ("feel free to find me an ethics course", "free", None),
        ("ethics course 2 hrs", "min_credits", 2),
        ("at least 1.5 credits of ethics", "min_credits", 1.5),
        ("ethics course under 3 hours", "min_credits", None),
        ("log 2 credits of ethics from mayo yesterday", "credits", 2),
        ("log 2 credits of ethics from mayo yesterday", "completed_on", "2026-11-22"),
        ("log 2 credits of ethics from mayo yesterday", "provider", "mayo"),
        ("lodge a complaint against HealthStream", "provider", "HealthStream"),
        ("log 3 credits from Acme Learning today", "provider", "Acme Learning"),
        ("derm meetings in scottsdale", "city", "scottsdale"),
        ("derm meetings in Gatlinburg", "city", "Gatlinburg"),
        ("remind me 2 weeks before texas", "days_before", 14),
        ("remind me at 90 and 30 days before", "days_before", 90),
        ("snooze 2 weeks", "days_before", None),
        ("ohio license expires 10/1/27", "expires_on", "2027-10-01"),
        ("my pa license renews in december", "expires_on", None),
        ("im an osteopath", "license_type", "DO"),
        ("do i need ethics", "license_type", None),
        ("what about the DO board in nevada", "license_type", "DO"),
        ("rules for DOs and MDs in ohio", "license_type", None),
    ],
)
def test_formats_amounts_names_and_dates(text, name, value, today, lexicon):
    assert slots(text, today, lexicon).get(name) == value


@pytest.mark.behaviour(31)
@pytest.mark.parametrize(
    "text",
    [
        "how much amoxicillin for otitis in a 2 year old",
        "can i be sued for prescribing opioids in ohio",
        "pharmacist ce hours georgia",
        "should i start a statin in this 42 yo",
        "nursing ceu florida",
    ],
)
def test_what_is_out_of_scope_carries_no_slots(text, today, lexicon):
    (question,) = understand(text, today, lexicon)
    assert question.intent == "out_of_scope"
    assert question.slots == {}


def test_each_slot_says_from_which_words_it_was_read(today, lexicon):
    (question,) = understand("Free opiod course in texs by March 1, 2 hrs", today, lexicon)
    assert question.slots == {
        "jurisdictions": ["TX"],
        "topics": ["opioid-prescribing"],
        "free": True,
        "min_credits": 2,
        "date_to": "2027-03-01",
    }
    assert question.evidence["jurisdictions"] == "texs"
    assert question.evidence["topics"] == "opiod"
    assert question.evidence["date_to"] == "by March 1"
    assert question.evidence["min_credits"] == "2 hrs"
