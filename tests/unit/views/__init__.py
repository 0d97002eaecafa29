"""What people read in Slack."""
