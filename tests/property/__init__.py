"""What holds for any show, searched for with Hypothesis."""
