"""Telling the world and the producer: hubs, webhooks, e-mail, posts. After the flip, and never before.

A failure is a warning: the release stands. Private feeds are told to nobody.
"""
