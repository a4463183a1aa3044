"""What waits: one workflow for each case. It replays facts and never judges, so that rules can change under it."""
