"""One long-running process for one or more shows: what falls due goes out when it does, and what is dropped
into a show is picked up once it is whole.

`stillness` and `choosing` decide which folders wait, `show` looks at one show whenever there is reason to,
`process` has the threads, the signals and the file system's own news.
"""
