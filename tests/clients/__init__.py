"""Other people's programs on what publisher publishes: apps, parsers, players, taggers, a browser."""
