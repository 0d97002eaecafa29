"""How long to leave something alone before it is tried again. Pure."""

from datetime import timedelta


def pause(age: timedelta, least: timedelta, most: timedelta) -> timedelta:
    """Longer the longer it has taken, so that nothing is asked more often than its age deserves."""
    return min(max(age / 2, least), most)
