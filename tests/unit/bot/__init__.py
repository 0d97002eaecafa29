"""The bot's own parts, with fakes where Slack would be."""
