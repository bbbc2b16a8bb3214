"""Sound itself, decoded: measured (`measuring`), made into what goes out (`converting`), drawn (`peaks`).

PyAV and numpy take longer to import than a run with nothing to do takes, so `facts` and `peaks` know neither,
and whoever needs the others imports them late.
"""
