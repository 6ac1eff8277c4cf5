"""Paper Digest: the new papers worth your time, every morning, by email or in Slack."""
