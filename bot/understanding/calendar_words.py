"""The words of the calendar, typing errors included: months, days, holidays, units, numbers.

Shy words are everyday words or names as well ("may", "sun") and count only after a word that leads
to a date.
"""

from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.understanding.words import listed

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janaury januray",
            "february feb febuary feburary febr",
            "march mar",
            "april apr apirl",
            "may",
            "june jun",
            "july jul",
            "august aug agust augst",
            "september sep sept setpember septmber",
            "october oct ocotber octber",
            "november nov novmber novemeber",
            "december dec decmber decemeber",
        ),
        start=1,
    )
    for name in names.split()
}
SHY_MONTHS = {"may", "march", "mar", "dec", "jun"}
DAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon mondays",
            "tuesday tue tues teusday tuseday",
            "wednesday wed weds wensday wednsday",
            "thursday thu thur thurs thrusday",
            "friday fri firday",
            "saturday sat saterday",
            "sunday sun",
        )
    )
    for name in names.split()
}
SHY_DAYS = {"sun", "sat", "mon", "wed", "fri"}
LEADS = listed(
    "in on by before after since until til till through thru from of next last this early mid late"
    " end during between to start beginning due expires expire expired expiring for around past"
    " starting exp and or coming is up"
)
UNITS = {
    "day": "days",
    "days": "days",
    "week": "weeks",
    "weeks": "weeks",
    "wk": "weeks",
    "wks": "weeks",
    "month": "months",
    "months": "months",
    "mo": "months",
    "mos": "months",
    "year": "years",
    "years": "years",
    "yr": "years",
    "yrs": "years",
    "d": "days",
}
COUNTS = {
    name: number
    for number, names in enumerate(
        (
            "no",
            "one a an",
            "two couple",
            "three few",
            *["four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        )
    )
    for name in names.split()
}
SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9}
HOLIDAYS = {
    ("christmas",): (12, 25),
    ("xmas",): (12, 25),
    ("christmas", "eve"): (12, 24),
    ("new", "years", "eve"): (12, 31),
    ("new", "years"): (1, 1),
    ("new", "years", "day"): (1, 1),
    ("halloween",): (10, 31),
    ("valentines",): (2, 14),
    ("valentines", "day"): (2, 14),
    ("july", "4th"): (7, 4),
    ("independence", "day"): (7, 4),
}
PARTS = {"early": (1, 10), "mid": (11, 20), "middle": (11, 20), "late": (21, 31)}
WEEKS = {"first": (1, 7), "second": (8, 14), "third": (15, 21), "last": (25, 31)}

LONG_WORDS = (
    *("january", "february", "september", "october", "november", "december"),
    *("tuesday", "wednesday", "thursday", "saturday", "yesterday", "tomorrow"),
)
"""Long enough that a slip or two leaves no doubt; shorter ones are near other words and names."""
_TWO_SLIPS = 8


@lru_cache(maxsize=8192)
def calendar_word(word: str) -> str:
    """The word of the calendar that a misspelt one means, with the same first letter; or itself."""
    for meant in LONG_WORDS:
        slips = 2 if len(meant) >= _TWO_SLIPS else 1
        if word[:1] == meant[0] and OSA.distance(word, meant, score_cutoff=slips) <= slips:
            return meant
    return word
