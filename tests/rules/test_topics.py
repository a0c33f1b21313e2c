"""Topic words, and what a title seems to be about."""

import pytest

from bot.rules.topics import infer_topics

ASKED_FOR_BY_WORD = [
    "opioid-prescribing",
    "controlled-substances",
    "pain-management",
    "substance-use-disorder",
    "end-of-life-care",
    "palliative-care",
    "domestic-violence",
    "human-trafficking",
    "implicit-bias",
    "cultural-competency",
    "health-equity",
    "medical-errors-prevention",
    "patient-safety",
    "risk-management",
    "ethics",
    "professional-boundaries",
    "sexual-misconduct",
    "jurisprudence",
    "infection-control",
    "hiv-aids",
    "child-abuse",
    "elder-abuse",
    "mandated-reporter",
    "suicide-prevention",
    "dementia",
    "geriatrics",
    "lgbtq-health",
    "veterans-health",
    "telehealth",
    "nutrition",
    "maternal-health",
    "public-health",
    "medical-cannabis",
    "mate",
]


@pytest.mark.parametrize("topic", ASKED_FOR_BY_WORD)
def test_every_topic_that_is_asked_for_by_word_has_a_name(rules, topic):
    assert rules.topics[topic].name
    assert rules.topics[topic].synonyms


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Safe Opioid Prescribing in Primary Care", {"opioid-prescribing"}),
        ("Unconscious Bias and Health Disparities", {"implicit-bias", "health-equity"}),
        ("Alzheimer’s Disease: What’s New", {"dementia"}),
        ("Ethics of Human Traficking", {"ethics", "human-trafficking"}),
        ("Suicide Prevention for Veterans", {"suicide-prevention", "veterans-health"}),
        ("DEA 8 Hours: Addiction Medicine", {"substance-use-disorder", "mate"}),
        ("Update in Cardiology", set()),
        ("Plain Films for Medical Professionals", set()),
        ("", set()),
    ],
)
def test_topics_are_guessed_from_a_title(rules, title, expected):
    assert set(infer_topics(title, rules.topics)) == expected


def test_opioids_are_no_part_of_controlled_substances_unless_a_board_says_so(rules):
    assert "opioid-prescribing" not in rules.topics.serving(["controlled-substances"])


def test_narrower_topics_serve_the_wider_one(rules):
    assert {"mate", "sbirt"} <= rules.topics.serving(["substance-use-disorder"])
    assert "substance-use-disorder" not in rules.topics.serving(["mate"])


def test_what_a_topic_takes_in_exists(rules):
    for topic in rules.topics.values():
        assert set(topic.takes_in) <= set(rules.topics)


def test_opioids_serve_for_controlled_substances_only_where_the_board_speaks_of_opioids(rules):
    """Texts read in the boards' files: they name opioids themselves."""
    named = {
        topic.id
        for board in rules.boards.values()
        for topic in board.topics
        if topic.topic == "controlled-substances" and "opioid-prescribing" in topic.accepts
    }
    words = {
        topic.id: f"{topic.title} {topic.note}".lower()
        for board in rules.boards.values()
        for topic in board.topics
    }
    assert named
    assert [name for name in sorted(named) if "opioid" not in words[name]] == []
