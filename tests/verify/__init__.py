"""The published show looked at from outside, and the store from its manifest."""
