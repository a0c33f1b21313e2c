"""A transcript to hand in: who, which days, where each license stands, and every credit."""

import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bot.documents import wording
from bot.documents.period import Period, credits_in
from bot.documents.transcripts.credit_names import MOC
from bot.model import Credit, License, Physician, RuleStanding, Standing, State

INK, GREY, LINE, TINT = "#1b2430", "#5d6875", "#c9d1da", "#f3f6f9"
COLORS = {
    State.MET: "#1a7f4b",
    State.NOT_MET: "#b3261e",
    State.NOT_YET_KNOWN: "#8a5a00",
    State.DOES_NOT_APPLY: GREY,
}
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
WIDE, WIDE_BOLD = "DejaVuSans", "DejaVuSans-Bold"
"""Have the letters and signs that the first two lack."""

FRAME = 6
"""Points that the page's frame keeps free at each side."""

_TYPOGRAPHIC = "–—‘’“”•…™€"

ENDING = 3
"""Of a license number no more characters than these are shown."""

NOTE = (
    "<b>Reported</b> credits were reported to the central database by the accredited provider and"
    " are the only ones called verified. <b>From a file</b> and <b>Self-entered</b> credits rest on"
    " the physician’s own documents; ● marks those with a certificate kept as proof. This is the"
    " physician’s own record, not an official transcript of a provider or a board. The board"
    " decides what counts."
)
CREDIT_WIDTHS = (0.105, 0.54, 0.165, 0.08, 0.11)
RULE_WIDTHS = (0.025, 0.26, 0.105, 0.11)
LONE_RULE_WIDTHS = (0.025, 0.76, 0.105, 0.11)


@dataclass(frozen=True, slots=True)
class Density:
    """How tightly a page is set: text size, space around a table's cells, margins, in points;
    and how many characters of a title are shown.
    """

    size: float
    padding: float
    margin: float
    longest_title: int = 180


DENSITIES = (
    Density(8.2, 2.4, 50),
    Density(7.8, 1.6, 46),
    Density(7.3, 1.0, 42),
    Density(6.8, 0.5, 36),
    Density(6.4, 0.2, 30, 90),
)
"""From comfortable to tight; the first that takes one page is used, or else the first."""


MOST_ON_A_PAGE = 70
"""More credits than this do not fit one page however tightly they are set."""


@dataclass(frozen=True, slots=True)
class _Content:
    physician: Physician
    standings: Sequence[Standing]
    period: Period
    generated_on: date
    proofs: Collection[int]
    credits: tuple[Credit, ...]


def transcript_pdf(
    physician: Physician,
    standings: Sequence[Standing],
    period: Period,
    generated_on: date,
    proofs: Collection[int] = (),
) -> bytes:
    """The transcript as PDF, US letter. `proofs` are the ids of credits with a kept certificate.

    The same arguments give the same bytes.
    """
    listed = credits_in(period, physician.credits)
    content = _Content(physician, standings, period, generated_on, proofs, listed)
    counted = {}
    for density in DENSITIES if len(listed) <= MOST_ON_A_PAGE else DENSITIES[:1]:
        counted[density] = _built(content, density, None)[1]
        if counted[density] == 1:
            break
    best = min(counted, key=lambda density: (counted[density] > 1, DENSITIES.index(density)))
    return _built(content, best, counted[best])[0]


# ── the page ────────────────────────────────────────────────────────────────────────────────


def _built(content: _Content, density: Density, total: int | None) -> tuple[bytes, int]:
    """The document and its number of pages; `total` is what its feet say."""
    from reportlab.lib.pagesizes import letter
    from reportlab.platypus import SimpleDocTemplate

    register_fonts()
    out = io.BytesIO()
    name = content.physician.profile.name
    document = SimpleDocTemplate(
        out,
        pagesize=letter,
        leftMargin=density.margin,
        rightMargin=density.margin,
        topMargin=density.margin - 4,
        bottomMargin=density.margin + 6,
        title="Continuing Medical Education Transcript",
        author=name or "",
        subject=_period(content.period),
        lang="en-US",
        invariant=1,
    )

    left, right, foot_line = (
        density.margin + FRAME,
        letter[0] - density.margin - FRAME,
        density.margin,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.saveState()
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(left, foot_line, right, foot_line)
        canvas.setFillColor(GREY)
        canvas.setFont(PLAIN, 7)
        generated = f"Generated {wording.day(content.generated_on)}"
        canvas.drawString(left, foot_line - 10, generated)
        canvas.drawRightString(right, foot_line - 10, f"Page {canvas.getPageNumber()} of {total}")
        canvas.restoreState()

    width = letter[0] - 2 * density.margin - 2 * FRAME
    parts = [
        *_head(content, density),
        *_standings(content, density, width),
        *_credits(content, density, width),
    ]
    document.build(parts, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue(), document.page


def _head(content: _Content, density: Density) -> list[Any]:
    physician = content.physician
    licenses = "; ".join(map(_license, physician.licenses))
    boards = ", ".join(certification.board for certification in physician.certifications)
    facts = [
        ("Period", _period(content.period)),
        ("Licenses", licenses),
        ("Certifications", boards),
    ]
    lines = [f"<font color='{GREY}'>{label}</font>  {_text(said)}" for label, said in facts if said]
    name = physician.profile.name or "Name not given"
    degree = f", {physician.profile.license_type}" if physician.profile.license_type else ""
    return [
        _p("Continuing Medical Education Transcript", size=9, color=GREY),
        _p(_text(name + degree, WIDE_BOLD), size=17, font=BOLD, after=4),
        *[_p(line, size=density.size + 0.4) for line in lines],
        _space(density.padding * 4),
    ]


def _license(held: License) -> str:
    state = held.board.split("-")[1].upper()
    number = f", number ending {held.number[-ENDING:]}" if held.number else ""
    return f"{state} {held.type}{number}"


def _period(period: Period) -> str:
    if period.first and period.last:
        return f"{wording.day(period.first)} – {wording.day(period.last)}"
    if period.first:
        return f"from {wording.day(period.first)}"
    return f"until {wording.day(period.last)}" if period.last else "all credits on record"


# ── standings ───────────────────────────────────────────────────────────────────────────────


def _standings(content: _Content, density: Density, width: float) -> list[Any]:
    if not content.standings:
        return []
    blocks = [block for s in content.standings for block in _standing(s, density, width)]
    return [_heading("Standing"), *blocks, _space(density.padding * 3)]


def _standing(standing: Standing, density: Density, width: float) -> list[Any]:
    applying = [rule for rule in standing.rules if rule.state is not State.DOES_NOT_APPLY]
    idle = [rule.title for rule in standing.rules if rule.state is State.DOES_NOT_APPLY]
    source = f", figures as of {standing.as_of}" if standing.as_of else ""
    when = f"  {wording.cycle(standing)}{source}"
    head = f"<b>{_text(wording.holder(standing))}</b><font color='{GREY}'>{_text(when)}</font>"
    if len(applying) == 1:
        [[sign, title, *figures]] = [_rule(rule, density) for rule in applying]
        parts = [
            _table(
                [[sign, [_p(head, size=density.size), title], *figures]],
                [width * part for part in LONE_RULE_WIDTHS],
                density,
                [],
            )
        ]
    else:
        asking = [rule for rule in applying if not rule.is_cap]
        met = sum(rule.state is State.MET for rule in asking)
        tally = f"<font color='{GREY}'>: {met} of {len(asking)} met</font>"
        cells = [_rule(rule, density) for rule in applying]
        pairs = [
            [*left, *(right or [""] * len(RULE_WIDTHS))]
            for left, right in zip(cells[::2], [*cells[1::2], None], strict=False)
        ]
        parts = [_p(head + tally * bool(cells), size=density.size, before=density.padding)]
        if pairs:
            parts.append(_table(pairs, [width * part for part in RULE_WIDTHS * 2], density, []))
    if idle:
        said = f"Does not apply: {_text('; '.join(idle))}."
        parts.append(_p(said, size=density.size - 0.8, color=GREY))
    return parts


def _rule(rule: RuleStanding, density: Density) -> list[Any]:
    size, color = density.size - 0.4, GREY if rule.is_cap else COLORS[rule.state]
    sign = f"<font name='{WIDE}'>{wording.sign(rule)}</font>"
    return [
        _p(sign, size=size, color=color),
        _p(_text(rule.title), size=size),
        _p(_text(wording.figures(rule)), size=size, align=2),
        _p(wording.state(rule), size=size, color=color),
    ]


# ── credits ─────────────────────────────────────────────────────────────────────────────────


def _credits(content: _Content, density: Density, width: float) -> list[Any]:
    listed = content.credits
    noun = "credit" if len(listed) == 1 else "credits"
    heading = _heading(f"{len(listed)} {noun}, latest first")
    if not listed:
        return [heading, _p("No credits in this period.", size=density.size), *_note(density)]
    heads = ("Completed", "Activity and provider", "Type", "Amount", "Origin")
    size = density.size - 0.4
    rows = [[_p(head, size=size, font=BOLD, align=2 * (head == "Amount")) for head in heads]]
    rows += [_credit(credit, content.proofs, size, density.longest_title) for credit in listed]
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), ["#ffffff", TINT]),
    ]
    table = _table(rows, [width * part for part in CREDIT_WIDTHS], density, style, repeat=1)
    return [heading, table, _space(density.padding * 2), *_totals(listed, density), *_note(density)]


def _credit(credit: Credit, proofs: Collection[int], size: float, longest: int) -> list[Any]:
    title = credit.title
    if len(title) > longest:
        title = title[: longest - 1].rstrip() + "…"
    provider = f" <font color='{GREY}'>· {_text(credit.provider)}</font>" if credit.provider else ""
    proof = f" <font name='{WIDE}' size='{size - 2}'>●</font>" if credit.id in proofs else ""
    return [
        _p(wording.day(credit.completed_on), size=size),
        _p(_text(title) + provider, size=size),
        _p(_text(_short_type(credit)), size=size),
        _p(wording.amount(credit.amount), size=size, align=2),
        _p(wording.ORIGINS[credit.origin] + proof, size=size),
    ]


def _short_type(credit: Credit) -> str:
    return re.sub(r" Credits?$| credit$", "", wording.credit_type(credit))


def _totals(listed: Sequence[Credit], density: Density) -> list[Any]:
    """One line a type; points and credits are never added up."""
    types = dict.fromkeys(wording.credit_type(credit) for credit in sorted(listed, key=_rank))
    lines = []
    for name in types:
        same = [credit for credit in listed if wording.credit_type(credit) == name]
        verified = sum((c.amount for c in same if c.origin == "hub"), Decimal(0))
        total = sum((c.amount for c in same), Decimal(0))
        lines.append(
            f"<b>{wording.amount(total)}</b>  {_text(name)}"
            f"<font color='{GREY}'>: {wording.amount(verified)} verified,"
            f" {wording.amount(total - verified)} not verified</font>"
        )
    return [_p(line, size=density.size) for line in lines]


def _rank(credit: Credit) -> tuple[bool, str]:
    return credit.type == MOC, wording.credit_type(credit)


def _note(density: Density) -> list[Any]:
    return [_p(NOTE, size=density.size - 1.2, color=GREY, before=density.padding * 3)]


# ── pieces ──────────────────────────────────────────────────────────────────────────────────


def _heading(text: str) -> Any:
    return _p(text, size=10.5, font=BOLD, before=7, after=3)


def _p(
    markup: str,
    *,
    size: float,
    font: str = PLAIN,
    color: str = INK,
    align: int = 0,
    before: float = 0,
    after: float = 0,
) -> Any:
    from reportlab.platypus import Paragraph

    style = _style(size=size, font=font, color=color, align=align, before=before, after=after)
    return Paragraph(markup, style)


@cache
def _style(*, size: float, font: str, color: str, align: int, before: float, after: float) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        "text",
        fontName=font,
        fontSize=size,
        leading=size * 1.2,
        textColor=color,
        alignment=align,
        spaceBefore=before,
        spaceAfter=after,
        splitLongWords=1,
    )


def _space(height: float) -> Any:
    from reportlab.platypus import Spacer

    return Spacer(1, height)


def _table(
    rows: list[list[Any]], widths: list[float], density: Density, style: list[Any], repeat: int = 0
) -> Any:
    from reportlab.platypus import LongTable, TableStyle

    base = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), density.padding),
        ("BOTTOMPADDING", (0, 0), (-1, -1), density.padding),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    return LongTable(
        rows, colWidths=widths, repeatRows=repeat, style=TableStyle(base + style), hAlign="LEFT"
    )


def _text(text: str, wide: str = WIDE) -> str:
    """Plain text as markup; a text that the plain font cannot show is set in a wide one."""
    if all(character < "\u0100" or character in _TYPOGRAPHIC for character in text):
        return escape(text)
    return f"<font name='{wide}'>{escape(text)}</font>"


@cache
def register_fonts() -> None:
    """The wide fonts: matplotlib brings DejaVu with it, found without importing the library."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise RuntimeError("matplotlib, whose fonts are used, is not installed")
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name in (WIDE, WIDE_BOLD):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
