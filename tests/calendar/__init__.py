"""What is coming: listed, drawn, and as iCalendar."""
