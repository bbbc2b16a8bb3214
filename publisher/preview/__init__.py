"""The published show over HTTP on loopback.

Import `publisher.preview.server` where it is used: it brings starlette.
"""
