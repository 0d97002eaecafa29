"""How long something is left alone before it is tried again: longer each time, up to a limit. Pure.

What failed at one moment would come back at one moment and fail together again, so every pause is shortened
by up to half. By how much follows from a hash of whose pause it is and how long it has gone on, and not from
chance: two runs get different pauses, and one run another pause each time, while whoever works the same pause
out again, a test or a second process, gets the same. No key and no id is made of it.
"""

from datetime import timedelta

from store.identity import digest

# However long another system asks to be left alone (Retry-After): whoever waits is a person.
ASKED_MAX = timedelta(minutes=5)
# Enough for every limit here, and little enough to multiply with.
_DOUBLINGS_MAX = 16


def pause(age: timedelta, least: timedelta, most: timedelta, *whose: str) -> timedelta:
    """For what is counted by how long it has gone on: half its age. A clock that was put back, which makes an
    age negative, is no reason to ask more often."""
    return _spread(min(max(abs(age) / 2, least), most), *whose, str(age))


def pause_after(failures: int, first: timedelta, factor: int, most: timedelta, *whose: str) -> timedelta:
    """For what is counted by its failures in a row, of which there were `failures` before this one."""
    grown = first * factor ** min(failures, _DOUBLINGS_MAX)
    return _spread(min(grown, most), *whose, str(failures))


def no_sooner(wait: timedelta, asked: timedelta | None, *whose: str) -> timedelta:
    """A pause that also heeds what the other system asked for; a little over it, and each another little."""
    if asked is None:
        return wait
    heeded = min(max(asked, timedelta(0)), ASKED_MAX)
    return max(wait, heeded + heeded / 4 * _share(*whose, str(asked)))


def asked_for(header: str | None) -> timedelta | None:
    """What a Retry-After header asks for, in whole seconds; None for a date or anything else in it."""
    text = (header or "").strip()
    return timedelta(seconds=min(int(text), 86_400)) if text.isascii() and text.isdigit() else None


def _spread(wait: timedelta, *whose: str) -> timedelta:
    return wait - wait / 2 * _share(*whose)


def _share(*whose: str) -> float:
    """From 0 to 1, the same for the same words."""
    return int(digest(*whose)[:8], 16) / 0xFFFF_FFFF
