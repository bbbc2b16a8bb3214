"""The edge in: a show folder becomes a frozen `Show` and every problem found on the way."""
