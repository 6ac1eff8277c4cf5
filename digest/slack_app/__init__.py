"""The reader's side in Slack: buttons, reactions, a command, a Home tab. What it does it does after it said "heard"."""
