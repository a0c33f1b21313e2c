"""The letter to a provider that has not reported a credit: all that they need, blanks marked.

License numbers, the NPI and the day of birth are never written into a chat: the physician fills
them in where the letter is sent from.
"""

from typing import Any

from bot.dialogs.context import Context
from bot.dialogs.holdings import license_name
from bot.model import Watch


def letter(watch: Watch, context: Context) -> dict[str, Any]:
    """The values of the letter's text."""
    person = context.physician
    activity = context.catalog.get(watch.activity_id) if watch.activity_id else None
    boards = context.knowledge.boards
    offers = activity.credits if activity else ()
    types = context.knowledge.credit_types
    return {
        "title": watch.title,
        "provider": watch.provider,
        "day": watch.completed_on,
        "about": watch.about,
        "activity_id": watch.activity_id,
        "name": (person.hub.name if person.hub else None) or person.profile.name,
        "states": list(
            dict.fromkeys(boards[one.board].jurisdiction_name for one in person.licenses)
        ),
        "endings": [
            {"name": license_name(one, context), "ending": one.number[-3:]}
            for one in person.licenses
            if one.number
        ],
        "boards": [one.board for one in person.certifications],
        "credits": [
            {"name": types.get(one.type, one.type), "amount": one.amount, "board": one.board}
            for one in offers
        ],
        "page": activity.url if activity else None,
    }
