"""Audio: probing, tags, the tagged copy."""
