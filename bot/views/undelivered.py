"""What a requester is told directly when Slack took a message of theirs in no form. Pure."""

from bot.views import mrkdwn

CODE_MAX = 100


def unseen(headline: str, channel: str, code: str) -> str:
    """The card or its call to the approvers could not be shown; as mrkdwn."""
    return (
        f"Slack refused to show {mrkdwn.escape(headline)} in {mrkdwn.channel(channel)} "
        f"({mrkdwn.literal(code, CODE_MAX)}), so nobody can approve it there."
    )


def about(headline: str, text: str) -> str:
    """Something a requester was to be told, as mrkdwn."""
    return mrkdwn.escape(f"About your request for {headline}: {text}")
