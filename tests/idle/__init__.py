"""A run with nothing to do: what it says, and everything after which it is a whole run again."""
