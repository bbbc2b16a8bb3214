"""The audio edge: what a file really holds, what is written into it, and the tagged copy.

Nothing here decodes sound, trusts a file's name, or changes a producer's file. Four modules are the way in:

- `probe`: what is in a file, and what is wrong with it;
- `chapters`: the chapters inside a file;
- `tags`: what is written into a file, as plain data;
- `tagged`: the file with those tags.

Behind them stands a package for each family of containers: `mp3`, `mp4`, `ogg`, and `lossless` (WAV, AIFF and
FLAC). Each has a `walk` or one named after its container, which finds the exact duration and what is damaged.
"""
