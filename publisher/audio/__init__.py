"""The audio edge: what a file really holds (probe), what is written into it (tags), and the tagged copy.

Nothing here decodes sound, trusts a file's name, or changes a producer's file.
"""
