"""What the bot will not do: treatment, law and all that is not continuing education."""

from collections.abc import Sequence

from bot.dialogs import menu, offers
from bot.dialogs.context import Context, Dialog
from bot.dialogs.faq_index import words_of
from bot.model import Effect, Question, Say
from bot.understanding import Lexicon
from bot.understanding.reading import read

_TREATED = frozenset({"DRUG", "DISEASE"})


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """One sentence, and what can be done instead: courses on the subject, where one is named."""
    lexicon = context.knowledge.lexicon
    finds = read(question.text, lexicon).finds
    slots = {
        "topics": list(dict.fromkeys(find.value for find in finds.get("topics", ()))),
        "specialty": next((find.value for find in finds.get("specialty", ())), None),
    }
    find = offers.ask("activity_search", "activity_search.button.open", slots)
    return [Say(f"clinical.{kind_of(question.text, lexicon)}", {}, ((find, menu.button()),))]


def kind_of(text: str, lexicon: Lexicon) -> str:
    """What is declined: another `profession`, another `country`, `law`, `treatment`, `other`."""
    words = words_of(text, lexicon)
    for kind, listed in lexicon.declined.items():
        if words & listed:
            return kind
    classes = {lexicon.scorer.classes.get(word) for word in words}
    return "treatment" if classes & _TREATED else "other"


DIALOG = Dialog("clinical", answer, intents=("out_of_scope",), listed=False)
