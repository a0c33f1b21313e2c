"""Sets of activity numbers as the bits of one integer.

Python's integers intersect, unite and count 200,000 activities in a few microseconds, which is
what lets a search be relaxed a dozen ways within a millisecond.
"""

import re
from collections.abc import Iterator, Sequence

Bits = int

FEW = 35
"""A set of one in so many, or fewer, is quicker made number by number."""

ONE = ord("1")

_SOME = re.compile(rb"[^\0]")
_PLACES = tuple(tuple(place for place in range(8) if byte >> place & 1) for byte in range(256))


def bits_of(numbers: Sequence[int], size: int) -> Bits:
    """The set of the numbers, all of them below `size`."""
    if len(numbers) * FEW < size:
        data = bytearray(size // 8 + 1)
        for number in numbers:
            data[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(data, "little")
    # One digit a number, highest first, read as a binary numeral.
    digits = bytearray(b"0") * (size + 1)
    for number in numbers:
        digits[number] = ONE
    return int(digits[::-1], 2)


def as_bytes(bits: Bits) -> bytes:
    """The set in the form that `has` asks."""
    return bits.to_bytes(bits.bit_length() // 8 + 1, "little")


def has(data: bytes, number: int) -> bool:
    byte = number >> 3
    return byte < len(data) and bool(data[byte] >> (number & 7) & 1)


def numbers_in(bits: Bits) -> Iterator[int]:
    """The numbers of the set, ascending."""
    for found in _SOME.finditer(as_bytes(bits)):
        first = found.start() << 3
        for place in _PLACES[found[0][0]]:
            yield first + place


def at_least(sets: Sequence[Bits]) -> list[Bits]:
    """At place k the numbers that are in at least k of the sets; place 0 is left empty."""
    levels = [0] * (len(sets) + 1)
    for one in sets:
        for k in range(len(sets), 1, -1):
            levels[k] |= levels[k - 1] & one
        levels[1] |= one
    return levels
