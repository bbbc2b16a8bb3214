"""Sound, decoded, measured and encoded, as other programs judge it."""
