"""The board files, each read when it is first asked for."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.rules.schema import Board


class Boards(Mapping[str, Board]):
    """Board id -> board. A file that does not fit the schema raises pydantic's ValidationError."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.json"))}
        self._read: dict[str, Board] = {}

    def __getitem__(self, board_id: str) -> Board:
        board = self._read.get(board_id)
        if board is None:
            board = Board.model_validate_json(self._paths[board_id].read_bytes())
            self._read[board_id] = board
        return board

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def of(self, jurisdiction: str) -> tuple[Board, ...]:
        """The boards of a state by its USPS code, MD before DO where there are two."""
        ids = [key for key in self if key.split("-")[1] == jurisdiction.lower()]
        return tuple(self[key] for key in sorted(ids, key=lambda key: key.endswith("-do")))


def load_boards(folder: Path) -> Boards:
    """All board files of a folder, parsed lazily."""
    return Boards(folder)
