"""What a run is and may do, without a database, Slack or Stripe."""
