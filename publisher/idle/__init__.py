"""A publish that has nothing to do, and knows it by stat, a comparison and one GET.

A run that has read, checked and compared everything, and found nothing to do, notes what it saw: every
file's stat, the release that stands, what it was asked, which publisher it was, and until when none of that
would come to anything else (`publisher.idle.keeping`). A run that sees the same says the same
(`publisher.idle.recalling`). Where anything at all is different, or cannot be told, everything is read,
checked and compared again.
"""
