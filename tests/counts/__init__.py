"""What a run costs, counted: files opened, stats, bytes, requests, modules."""
