"""The only code that knows Slack, and the only code that reads the environment."""
