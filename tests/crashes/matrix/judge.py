"""What came of a walk, counted where it counts: in Stripe's books and among Slack's messages.

Our own database only says which runs there were, and how it looks to `signoff verify`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sandbox.slack.cast import BOT_USER_ID
from store.outbox import root_id
from store.sqlite import open_for_reading
from store.transaction import Transaction
from tests.crashes.matrix.stage import Stage
from tests.harness import Json
from workflows.invariants import broken_rules

if TYPE_CHECKING:
    from tests.crashes.matrix.walk import Progress

# What is withheld from a closed channel is meant never to be there.
SENT = """SELECT id FROM outbox WHERE kind IN ('root', 'step', 'ask', 'reply')
          AND NOT (state = 'dead' AND error LIKE 'withheld: %')"""


@dataclass(frozen=True)
class Judgement:
    """Counts, and a sentence for each thing that is not as it must be; `harm` says which of them somebody
    pays for: money, and messages that are missing or there twice.

    A whisper leaves nothing to find it by, so after a kill it may be heard twice: counted, and not wrong.
    """

    runs: int
    lost: int
    refunds_expected: int
    refunds_made: int
    cards_expected: int
    cards_posted: int
    replies_expected: int
    replies_posted: int
    posted_twice: int
    whispered_twice: int
    harm: tuple[str, ...]
    wrong: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


def judge(stage: Stage, trips: Sequence["Progress"]) -> Judgement:
    """Refunds and cards are counted over the whole sandbox, so that none is missed for being nobody's."""
    refunds = [each for each in stage.outside.stripe()["refunds"] if "signoff_effect" in each["metadata"]]
    state = stage.outside.state()
    posted = Counter(id for each in state["messages"] for id in _outbox_ids(each))
    whispered = Counter(_whispers(state["ephemerals"]))
    written = {str(id) for (id,) in stage.kept(SENT)}
    roots = {root_id(each.tenant, each.run) for each in trips if each.run}
    cards = [each for each in state["messages"] if _is_card(each)]
    lost = [each for each in trips if not each.over or each.status not in each.trip.road.ends]
    expected = sum(each.trip.road.refunds for each in trips)
    replies, said = written - roots, sum(1 for id in posted if id not in roots)
    twice = sum(times - 1 for times in posted.values() if times > 1)
    harm = [f"{each.trip.road.name}: {what}" for each in trips for what in _refunds_wrong(each, refunds)]
    harm += [f"{len(refunds)} refunds, not {expected}"] if len(refunds) != expected else []
    harm += [f"{len(cards)} cards, not {len(trips)}"] if len(cards) != len(trips) else []
    harm += [f"{twice} messages posted twice"] if twice else []
    wrong = [f"{each.trip.road.name}: ended {each.status}, over: {each.over}" for each in lost]
    wrong += [f"{said} replies posted, not {len(replies)}"] if said != len(replies) else []
    return Judgement(
        runs=len(trips),
        lost=len(lost),
        refunds_expected=expected,
        refunds_made=len(refunds),
        cards_expected=len(trips),
        cards_posted=len(cards),
        replies_expected=len(replies),
        replies_posted=said,
        posted_twice=twice,
        whispered_twice=sum(times - 1 for times in whispered.values()),
        harm=tuple(harm),
        wrong=(*harm, *wrong, *_broken(stage)),
    )


def _refunds_wrong(progress: "Progress", refunds: Sequence[Json]) -> list[str]:
    own = sum(1 for each in refunds if each["metadata"].get("signoff_run") == progress.run)
    expected = progress.trip.road.refunds
    return [f"{own} refunds of the run, not {expected}"] if own != expected else []


def _whispers(ephemerals: Sequence[Json]) -> Iterator[tuple[str, str, str]]:
    """What is told of itself. An answer to a click is heard as often as there are clicks."""
    for each in ephemerals:
        if str(each["text"]).startswith("About your request"):
            yield each["user"], each["channel"], each["text"]


def _is_card(message: Json) -> bool:
    """Whatever the bot said at the top of a channel, marked as its own or not, unless somebody deleted it."""
    in_channel = str(message["channel"]).startswith("C")
    is_root = message["user"] == BOT_USER_ID and in_channel and not message.get("thread_ts")
    return is_root and not message["deleted"]


def _outbox_ids(message: Json) -> list[str]:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return [id for id in str(payload.get("outbox", "")).split(",") if id]


def _broken(stage: Stage) -> list[str]:
    """What `signoff verify` would print."""
    file = stage.outside.home / "signoff.db"
    if not file.exists():
        return ["there is no database"]
    with closing(open_for_reading(file)) as connection:
        connection.execute("BEGIN")
        return [f"{each.rule}: {each.text}" for each in broken_rules(Transaction(connection))]
