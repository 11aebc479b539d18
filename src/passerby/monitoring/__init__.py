"""Health over time: samples once a minute, the disk forecast, and alerts to a webhook or Slack."""
