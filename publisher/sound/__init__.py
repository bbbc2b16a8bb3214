"""The sound itself: decoded, measured, brought to the right loudness, encoded, and drawn.

`facts` holds plain data, `fitting` and `drawing` decide and draw with nothing but that. `measuring.measure`
and `converting.convert` decode and encode with PyAV (FFmpeg's libraries), numpy and lameenc, which are large:
import those two where they are used, and not before.

One call works in one thread and never waits for anything but the disk. PyAV's threads do not scale with the
cores; processes do, and all that goes in and comes out can be pickled.
"""
