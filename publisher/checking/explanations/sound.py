"""Why the rules about what is heard hold."""

from __future__ import annotations

from typing import Final

EXPLANATIONS: Final = {
    "sound-silent": (
        "Nothing in the file is louder than -60 dB: listeners would hear nothing, and directories take "
        "such a show off their lists. Mostly a track was muted when the episode was exported, or the "
        "wrong file lies in the folder. A publish stops at this too."
    ),
    "sound-damaged": (
        "Parts of the file cannot be decoded, or there is less to hear than it says that there is. "
        "Players click, jump or stop there, and chapters come too late. A copy that broke off is the "
        "usual reason: copy or export it again."
    ),
    "sound-silence": (
        "Who hears nothing for ten seconds thinks that the app hangs, and silence at the end is mostly a "
        "track that was dragged too far. Cut it off in your editor. Half a minute of it in the middle may "
        "be meant, and is often a part that got lost."
    ),
    "sound-loudness": (
        "An episode that is quieter than the show before it sends listeners to the volume knob, and one "
        "that is louder to the next show. Apple asks for -16 LUFS, give or take one, and for true peaks "
        "of -1 dBTP at most, since what is higher distorts in some players. In mono -19 LUFS are as loud "
        "to the ear. With loudness below audio in podcast.yaml, publisher measures, amplifies and limits."
    ),
    "sound-clipped": (
        "Where the wave was louder than what can be written down, its tops are cut off, which crackles. "
        "It happens while recording or mixing with too much gain, and no later step brings back what is "
        "missing. Go back to the recording, and export it with less."
    ),
    "sound-one-channel": (
        "Two channels that hold the same cost twice as much to send as one, and sound no different. "
        "Export in mono, or write channels: 1 below audio in podcast.yaml, and publisher mixes them."
    ),
    "sound-narrow": (
        "With 16 kHz or less, consonants get lost and voices sound as on a telephone. Mostly that is a "
        "recording of a call, or an export with a setting meant for dictation. Look for the better "
        "recording; making this one larger brings nothing back."
    ),
    "audio-form": (
        "Each format takes certain bitrates: MP3 one of fourteen from 32 to 320 kbit/s, AAC 24 to 320, "
        "Opus 8 to 256. With another one nothing could be encoded, and the publish would stop there."
    ),
}
