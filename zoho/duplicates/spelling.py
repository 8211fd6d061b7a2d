"""How far apart two words are spelled: RapidFuzz, loaded when a word is first compared.

A process at rest has no use for it, and it is four megabytes.
"""

from __future__ import annotations


def distance(one: str, other: str) -> int:
    """How many letters differ, are missing, are too many, or have changed places with their neighbour.

    https://rapidfuzz.github.io/RapidFuzz/Usage/distance/OSA.html
    """
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other)


def likeness(one: str, other: str) -> float:
    """The same as a share of the longer word, from 0 for nothing in common to 1 for equal."""
    return 1 - distance(one, other) / (max(len(one), len(other)) or 1)
