"""The 56 jurisdictions by name, code and misspelling; the field's traps; and none ever invented."""

import json

import pytest

import data
from bot.understanding import understand
from bot.understanding.reading import read_jurisdictions

FACTS = json.loads((data.HERE / "jurisdictions.json").read_text("utf-8"))["jurisdictions"]
MISSPELT = [(entry["code"], word) for entry in FACTS for word in entry["misspellings"]]


def stated(text, today, lexicon):
    return understand(text, today, lexicon)[0].slots.get("jurisdictions", [])


def test_there_are_fifty_six():
    assert len(FACTS) == 56


@pytest.mark.parametrize("entry", FACTS, ids=lambda entry: entry["code"])
def test_every_jurisdiction_is_read_by_name_and_by_code(entry, today, lexicon):
    for name in (entry["name"], entry["name"].lower(), entry["name"].upper(), entry["code"]):
        assert stated(f"cme requirements in {name}", today, lexicon) == [entry["code"]], name
    assert stated(f"{entry['name']} cme requirements", today, lexicon) == [entry["code"]]
    assert stated(f"what are {entry['name']}'s cme rules", today, lexicon) == [entry["code"]]


@pytest.mark.behaviour(24)
@pytest.mark.parametrize(("code", "word"), MISSPELT, ids=lambda value: value.replace(" ", "-"))
def test_common_misspellings_are_read(code, word, today, lexicon):
    assert stated(f"cme requirements in {word}", today, lexicon) == [code]


@pytest.mark.behaviour(24)
@pytest.mark.parametrize(
    ("typo", "code"),
    [
        ("colorodo", "CO"),
        ("massachussets", "MA"),
        ("pensilvania", "PA"),
        ("conneticutt", "CT"),
        ("tennesee", "TN"),
        ("minnisota", "MN"),
        ("wiscosin", "WI"),
        ("noth carolina", "NC"),
        ("newyork", "NY"),
        ("new hampshir", "NH"),
        ("west virgnia", "WV"),
        ("louisana", "LA"),
        ("oklahama", "OK"),
        ("lorida", "FL"),
        ("arizna", "AZ"),
        ("geogia", "GA"),
        ("virgina", "VA"),
        ("missisipi", "MS"),
    ],
)
def test_other_typing_errors_are_read_too(typo, code, today, lexicon):
    assert stated(f"opioid cme hours required in {typo}", today, lexicon) == [code]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        # codes that are words
        ("do i need cme in OR", ["OR"]),
        ("OR or WA cme hours", ["OR", "WA"]),
        ("hours for IN renewal", ["IN"]),
        ("does ME require live credit", ["ME"]),
        ("OK license renewal", ["OK"]),
        ("is category 2 ok in ok", ["OK"]),
        ("HI license due date", ["HI"]),
        ("DE cme rules", ["DE"]),
        ("LA medical board ethics hours", ["LA"]),
        ("MA risk management hours", ["MA"]),
        ("pa child abuse hours", ["PA"]),
        ("ID license cme", ["ID"]),
        ("AL and GA hours", ["AL", "GA"]),
        ("licensed in wa and or", ["WA", "OR"]),
        ("tx and ok renewal dates", ["TX", "OK"]),
        ("cme hours ca, or, wa", ["CA", "OR", "WA"]),
        # neighbours by name
        ("west virginia cme", ["WV"]),
        ("virgin islands cme", ["VI"]),
        ("us virgin islands license", ["VI"]),
        ("arkansas cme", ["AR"]),
        ("kansas cme", ["KS"]),
        ("washington dc cme", ["DC"]),
        ("washington state cme", ["WA"]),
        ("d.c. hours", ["DC"]),
        ("i work in DC but live in washington state", ["DC", "WA"]),
        ("n. carolina hours", ["NC"]),
        ("s dakota cme", ["SD"]),
        # the degree and the state
        ("MD in MD how many hours", ["MD"]),
        ("cme for MD in texas", ["TX"]),
        ("are DO and MD rules the same in idaho", ["ID"]),
        ("fl md renewal which month", ["FL"]),
        # what is excepted is left out
        ("west virginia not virginia how many hours", ["WV"]),
        ("all states except ohio that require ethics", []),
        ("texas hours, not oklahoma", ["TX"]),
        ("hours in any state but california", []),
        ("michigan instead of ohio hours", ["MI"]),
        # a state board's name gives its state
        ("what does the texas medical board want", ["TX"]),
        ("medical board of california cme", ["CA"]),
        ("ncmb controlled substance rule", ["NC"]),
        # the veterans' hospital is no state
        ("is VA mine to renew soon? the state not the hospital", ["VA"]),
        ("i work at the VA hospital do i need ethics in ohio", ["OH"]),
    ],
)
def test_traps_of_the_field(text, codes, today, lexicon):
    assert sorted(stated(text, today, lexicon)) == sorted(codes)


@pytest.mark.parametrize(
    "text",
    [
        "remind me tomorrow",
        "tell me more or less what is left",
        "hi, how many hours do i need",
        "ok so am i on track",
        "oh no did i miss the deadline",
        "find me something in boston or chicago",
        "as a do do i need ethics",
        "washington university opioid course",
        "university of michigan ethics course",
        "kansas city pain conference",
        "new york city conferences",
        "ohio state course on ethics",
        "penn state cme",
        "mass general webinar",
        "texas medical association ethics course",
        "new england journal of medicine credits",
        "log 2 hours from university of washington yesterday",
        "text me at 7am",
        "stop the texts",
        "is the main requirement ethics",
        "maine thing i need is ethics hours",
        "ct surgery conference",
        "find id docs conference",
        "mi management course",
        "co management of pain course",
        "i want to complain about my idea being copied in a talk",
        "cme for a pa",
        "email me the transcript",
        "what is the organ donation course",
        "indian food near me",
        "i miss my old course list",
        "wash my hands course infection control",
        "send me my transcript in pdf",
        "conference in philadelphia",
        "dallas opioid talks",
        "american board of pathology points",
        "what do you do with my data",
        "remind ME not my partner",
        "credits or hours, same thing?",
        "does it matter who teaches",
        "all in all am i done",
        "de novo course",
        "whats the region of the conference",
        "i need an ethics course in person",
        "la jolla conference",
        "show only mine",
        "will it be in or out",
        "virginia mason grand rounds 1 hour today",
        "georgia the country cme",
        "meeting in georgia the country",
    ],
)
def test_no_jurisdiction_is_invented(text, today, lexicon):
    assert stated(text, today, lexicon) == []


def test_forms_read_a_state_by_itself(lexicon):
    assert read_jurisdictions("ok", lexicon) == ("OK",)
    assert read_jurisdictions("tx and me", lexicon) == ("TX", "ME")
    assert read_jurisdictions("Massachussets", lexicon) == ("MA",)
    assert read_jurisdictions("not sure", lexicon) == ()
