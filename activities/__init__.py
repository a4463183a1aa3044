"""Effects, named for the workflow that asks for them: the commit, the post. Thin adapters over store and world."""
