"""Whatever is edited, a show whose cache is kept is published to what one gives that remembers nothing."""
