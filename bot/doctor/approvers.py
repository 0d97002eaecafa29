"""Each workflow's approvers: that groups can be read, and that someone is there who may decide."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.directory import person_of
from bot.doctor.finding import Finding
from bot.doctor.slack_answers import Refusal, answer
from bot.slack_errors import Meaning, meaning_of
from workflows.approvals.policy import Policy, Verdict, VoterFacts, judge

# Slack lets users.info be asked about a hundred times a minute.
PEOPLE_MAX = 50
# Nobody, so that nobody is judged by their own request.
NO_REQUESTER = ""

Members = Mapping[str, Sequence[str] | Refusal]


async def check_approvers(
    client: AsyncWebClient, tenant: str, workflow: str, policy: Policy, now: datetime
) -> Sequence[Finding]:
    answers = await asyncio.gather(
        *(answer(client.usergroups_users_list(usergroup=each)) for each in policy.groups)
    )
    members: Members = {
        group: found if isinstance(found, Refusal) else list(found["users"])
        for group, found in zip(policy.groups, answers, strict=True)
    }
    named = [*policy.users, *(user for each in members.values() for user in _listed(each))]
    people = list(dict.fromkeys(named))[:PEOPLE_MAX]
    facts = await asyncio.gather(*(_facts(client, tenant, each, members, now) for each in people))
    return judged(f"workflows.{workflow}.approvers", policy, members, facts, now)


def judged(
    key: str, policy: Policy, members: Members, facts: Sequence[VoterFacts | Refusal], now: datetime
) -> Sequence[Finding]:
    """Pure. Wrong: a group that can't be read or has nobody, a named person who may not, nobody at all.

    A guest in a group is nobody's mistake, so it is told only by the count.
    """
    wrong = [_unread(key, group, found) for group, found in members.items() if not _listed(found)]
    known = [each for each in facts if isinstance(each, VoterFacts)]
    allowed = {each.user for each in known if judge(policy, each, NO_REQUESTER, now) == Verdict.ALLOWED}
    unknown = len(facts) - len(known)
    wrong += [
        Finding(
            f"{key}: {user} is no active full member of this workspace, so can't approve.",
            "Name somebody else.",
        )
        for user in policy.users
        if user not in allowed and any(each.user == user for each in known)
    ]
    if unknown:
        wrong.append(
            Finding(f"{key}: {unknown} of {len(facts)} people could not be read.", "See the lines above.")
        )
    if not allowed:
        wrong.append(Finding(f"{key}: nobody can approve.", "Name someone, or fill the group."))
    if wrong:
        return wrong
    count = "1 person" if len(allowed) == 1 else f"{len(allowed)} people"
    return [Finding(f"{key}: {count} can approve.")]


async def _facts(
    client: AsyncWebClient, tenant: str, user: str, members: Members, now: datetime
) -> VoterFacts | Refusal:
    found = await answer(client.users_info(user=user))
    gone = isinstance(found, Refusal) and meaning_of(found.code) == Meaning.NOBODY
    if isinstance(found, Refusal) and not gone:
        return found
    person = person_of(None if isinstance(found, Refusal) else found["user"], tenant, now)
    return VoterFacts(
        user=user,
        active=person.active,
        full_member=person.full_member,
        of_workspace=person.of_workspace,
        groups=tuple(group for group, found in members.items() if user in _listed(found)),
        read_at=now,
    )


def _listed(found: Sequence[str] | Refusal) -> Sequence[str]:
    return [] if isinstance(found, Refusal) else found


def _unread(key: str, group: str, found: Sequence[str] | Refusal) -> Finding:
    if not isinstance(found, Refusal):
        return Finding(f"{key}: nobody is in the user group {group}.", "Add people to it in Slack.")
    if meaning_of(found.code) == Meaning.PLAN:
        return Finding(
            f"{key}: this workspace's plan has no user groups ({found.code}), so {group} can't be read.",
            "Name people in `users` instead, or take a paid Slack plan.",
        )
    if found.code == "no_such_subteam":
        return Finding(
            f"{key}: Slack knows no user group {group}.",
            "Take the id from the group's address in Slack, where it begins with S.",
        )
    return Finding(f"{key}: {group} could not be read: {found.code}.", "Mend that first, then look again.")
