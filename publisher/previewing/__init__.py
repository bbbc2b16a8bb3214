"""The published show over HTTP on loopback.

Import `publisher.previewing.server` where it is used: it brings starlette.
"""
