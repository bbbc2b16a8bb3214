"""MP4, M4A and QuickTime: boxes."""
