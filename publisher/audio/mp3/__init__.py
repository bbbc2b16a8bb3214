"""MP3: MPEG frames between tags."""
