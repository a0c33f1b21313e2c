"""Facts only: what boards demand, names and words, texts. No code lives here."""

from pathlib import Path

HERE = Path(__file__).parent
