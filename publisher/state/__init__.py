"""What a show's `.publisher/` holds for the machine's next run: the lock, the journal, the cache."""
