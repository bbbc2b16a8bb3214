"""The search of a show's pages: an index that the browser reads in small pieces, made by Pagefind
(https://pagefind.app).

`shards` says what belongs together and what it is named, `bundles` starts the program that makes it.
"""
