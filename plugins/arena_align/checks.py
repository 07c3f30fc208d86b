"""What parameters of trainers may be, told alike by all of them."""

from __future__ import annotations

from arena import BadParameter, Spec, Unsuitable


def above(trainer: str, **numbers: float) -> None:
    """Raise `BadParameter` for a number that is not above 0."""
    for name, value in numbers.items():
        if not value > 0:
            raise BadParameter(f"{trainer}: {name}={value:g} is not a positive number")


def share_of(trainer: str, **numbers: float) -> None:
    """Raise `BadParameter` for a number that is no share of a whole."""
    for name, value in numbers.items():
        if not 0 <= value < 1:
            raise BadParameter(f"{trainer}: {name}={value:g} is not at least 0 and below 1")


def check_answers(spec: Spec) -> None:
    """Raise `Unsuitable` where answers are neither words nor moves that a policy can score."""
    if not all(seat.in_words for seat in spec.seats):
        check_policy(spec)


def check_policy(spec: Spec) -> None:
    """Raise `Unsuitable` where moves cannot be counted, and so neither labelled nor scored."""
    if any(not hasattr(seat.action_space, "n") for seat in spec.seats):
        raise Unsuitable("its moves cannot be counted; give rows of text by a file")
    if not spec.turn_based:
        raise Unsuitable("its seats move at once, and matches are taken up again move by move")
