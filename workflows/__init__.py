"""What a run is and may do. Knows neither Slack nor SQL text."""
