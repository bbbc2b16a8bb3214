"""Sound as the studio has it: WAV, AIFF and FLAC."""
