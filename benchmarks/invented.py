"""Any number of invented activities, and queries for them as people type: always the same ones.

Titles follow a small grammar over the project's own topics and specialties and over medical words
put together from roots and endings, so that the vocabulary grows with the catalog as a real one
does. Every title is there once.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from bot.hub.ids import activity_id
from bot.model import Activity, CreditOffer
from data import HERE

TODAY = date(2026, 11, 23)

LONG_NAMES, MEETINGS, FREE, OPEN = 0.3, 0.25, 0.33, 0.8
"""Shares: of long drug names among all, and among activities of meetings, free ones, open ones."""


def _listed(text: str) -> list[str]:
    return text.split()


ROOTS = _listed("""
    adeno angio arthro broncho carcino cardio cephalo cerebro cholecysto chondro colo cranio cysto
    dermato encephalo endo entero esophago fibro gastro glomerulo hemato hepato hystero kerato
    laryngo leuko lipo lympho mammo meningo myelo myo nephro neuro oculo onco oophoro osteo oto
    pancreato patho phlebo pleuro pneumo procto pyelo retino rhino sarco spleno spondylo
    thoraco thrombo thyro tracheo uretero utero vasculo
""")
ENDINGS = _listed("""
    algia cele dynia ectasia ectomy edema genesis gram graphy itis lysis malacia megaly necrosis
    oma osis pathy pexy plasty plegia ptosis rrhagia rrhea sclerosis scopy spasm stenosis stomy
    tomy trophy
""")
STARTS = _listed(
    "abra beva cabo daru elo flu gali ibru keto lena miri niva oxa pali rami seca tofa uste"
)
MIDDLES = _listed("ci da fe lu mi no pra ri sta ti vo xa zu")
DRUGS = _listed(
    "cept cillin conazole floxacin gliptin lukast mab nib olol parin pril sartan setron vir"
)
KINDS = _listed("""
    Acute Adult Advanced Atypical Autoimmune Chronic Complex Congenital Early Familial Idiopathic
    Inherited Metastatic Mild Neonatal Occult Pediatric Persistent Progressive Recurrent Refractory
    Relapsing Secondary Severe Silent Subacute Unexplained
""")
PEOPLE = """
    Adolescents;Athletes;Caregivers;Children;Expectant Mothers;Frail Patients;Immigrants;Inmates;
    Newborns;Nursing Homes;Older Adults;Refugees;Rural Communities;Smokers;Survivors;Transplant
    Recipients;Uninsured Patients;Veterans;Women;Workers
"""
ANGLES = """
    A Case-Based Approach;A Practical Guide;An Update for the Clinician;Best Practices;Beyond the
    Guidelines;Controversies and Consensus;Current Evidence;Diagnosis and Treatment;Early
    Recognition;Emerging Therapies;From Bench to Bedside;Guidelines in Practice;Imaging
    Pearls;Improving Outcomes;Lessons from Malpractice Claims;Multidisciplinary Care;New
    Frontiers;Office Management;Pitfalls and Pearls;Questions from Primary Care;Referral
    Decisions;Screening Strategies;Shared Decision Making;State of the Art;Team-Based
    Care;What Every Physician Should Know
"""
PLACES = (
    ("Boston", "MA"),
    ("Chicago", "IL"),
    ("Columbus", "OH"),
    ("Denver", "CO"),
    ("Houston", "TX"),
    ("Miami", "FL"),
    ("New York", "NY"),
    ("Phoenix", "AZ"),
    ("San Diego", "CA"),
    ("Seattle", "WA"),
)
BODIES = ("Academy", "College", "Foundation", "Institute", "Society", "University School")


def _phrases(text: str) -> list[str]:
    return " ".join(text.split()).replace("; ", ";").split(";")


@cache
def _subjects() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    topics = json.loads((HERE / "topics.json").read_text(encoding="utf-8"))["topics"]
    fields = json.loads((HERE / "specialties.json").read_text(encoding="utf-8"))["specialties"]
    return (
        [(one["id"], one["name"].title()) for one in topics],
        [(one["id"], one["name"]) for one in fields],
    )


class _Grammar:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.topics, self.fields = _subjects()
        self.people, self.angles = _phrases(PEOPLE), _phrases(ANGLES)

    def one(self, words: list[str]) -> str:
        return self.random.choice(words)

    def condition(self) -> str:
        return (self.one(ROOTS) + self.one(ENDINGS)).capitalize()

    def drug(self) -> str:
        middle = self.one(MIDDLES) + (
            self.one(MIDDLES) if self.random.random() < LONG_NAMES else ""
        )
        return (self.one(STARTS) + middle + self.one(DRUGS)).capitalize()

    def title(self, topic: str, field: str) -> str:
        form = self.random.randrange(6)
        if form == 0:
            return f"{self.one(KINDS)} {self.condition()} in {self.one(self.people)}"
        if form == 1:
            return f"{self.drug()} for {self.one(KINDS)} {self.condition()}"
        if form == 2:  # noqa: PLR2004, the third form
            return f"{topic}: {self.one(self.angles)} for {self.condition()} in {field}"
        if form == 3:  # noqa: PLR2004, the fourth form
            return f"{field} Update: {self.condition()} and {self.condition()}"
        if form == 4:  # noqa: PLR2004, the fifth form
            return f"{self.drug()} versus {self.drug()} in {self.condition()}"
        return f"{self.condition()} in {self.one(self.people)}: {self.one(self.angles)}"


def activities(count: int, seed: int = 1) -> Iterator[Activity]:
    """So many activities: a third are over, a third are free, a quarter are meetings."""
    grammar = _Grammar(seed)
    random = grammar.random
    seen: set[int] = set()
    number = 0
    while number < count:
        topic, topic_name = random.choice(grammar.topics)
        field, field_name = random.choice(grammar.fields)
        title = grammar.title(topic_name, field_name)
        if hash(title) in seen:
            continue
        seen.add(hash(title))
        number += 1
        meeting = random.random() < MEETINGS
        start = TODAY + timedelta(days=random.randrange(-500, 300))
        city, state = random.choice(PLACES) if meeting else (None, None)
        provider = f"{random.choice(PLACES)[0]} {random.choice(BODIES)} of {field_name}"
        yield Activity(
            id=f"{number:09d}",
            title=title,
            provider=provider,
            activity_type="course" if meeting else "internet-enduring-material",
            format="in-person" if meeting else "on-demand",
            start_date=start,
            end_date=start + timedelta(days=2 if meeting else 400),
            city=city,
            state=state,
            credits=(CreditOffer("ama-pra-1", Decimal(random.randrange(2, 40)) / 4),),
            topics=(topic,),
            specialties=(field,),
            fee_usd=Decimal(0 if random.random() < FREE else random.randrange(20, 900)),
            open_to_all=random.random() < OPEN,
            url=f"https://cme.example/{activity_id(title, provider)}",
            summary=f"{topic_name} for {field_name}.",
        )


# ── queries ─────────────────────────────────────────────────────────────────────────────────

BESIDE = dict(zip("abcdefghijklmnopqrstuvwxyz", "snfrdgjhkjlknmiiqtdryvsxts"[:26], strict=True)) | {
    "a": "s",
    "b": "v",
    "c": "x",
    "e": "r",
    "o": "p",
    "p": "o",
    "u": "y",
    "w": "q",
    "z": "x",
}
"""For each letter one beside it on the keyboard."""


def slip(word: str, random: Random) -> str:
    """The word with one slip: a letter swapped, dropped, doubled or missed; the first one too."""
    place = random.randrange(len(word) - 1)
    kind = random.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:  # noqa: PLR2004, the third kind
        return word[:place] + word[place] + word[place:]
    return word[:place] + BESIDE.get(word[place], "e") + word[place + 1 :]


def query(title: str, random: Random) -> str:
    """Some words of a title in their order, every second one misspelt."""
    plain = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    telling = [word for word in plain.split() if len(word) > 3]  # noqa: PLR2004, the short ones say little
    kept = sorted(random.sample(range(len(telling)), min(len(telling), random.randrange(4, 7))))
    return " ".join(
        slip(telling[at], random) if place % 2 == 0 else telling[at]
        for place, at in enumerate(kept)
    )
