"""The drive API: scripts, tests and the page act here as the workspace's people, and on the machinery."""
