"""SQL and records: what Signoff keeps, and the one way to change it. Nothing here knows Slack or a graph."""
