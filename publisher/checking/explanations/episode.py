"""Why the rules of each episode hold."""

from __future__ import annotations

from typing import Final

EXPLANATIONS: Final = {
    "date-odd": (
        "Podcasts begin about the year 2000. An older date is mostly that of the recording, or a zero "
        "that some program wrote: apps put such an episode at the very end, or refuse it. A date after "
        "2100 keeps it from ever coming out. Write when the episode goes out, and tell of the recording "
        "in the notes."
    ),
    "title-entity": (
        "A title is plain text, and publisher escapes what XML asks for. An &amp; that is written out is "
        "escaped once more, and listeners read the code instead of the sign. Write & and < themselves."
    ),
    "title-repeats": (
        "The show's name stands above or beside the episode's title everywhere. Said twice, it pushes "
        "what is special about the episode out of the line on a phone. Begin with the episode's own "
        "words."
    ),
    "word-long": (
        "A word that cannot be broken runs out of the screen, or widens the page for everything else on "
        "it. It is mostly a file name or an address that got into the wrong place. Put spaces or hyphens "
        "into it."
    ),
    "keyword-count": (
        "Keywords have not been shown for years, and the directories that still read them take twelve. A "
        "longer list looks like an attempt to be found for everything. Keep those that a listener would "
        "search for."
    ),
    "notes-html": (
        "Apps show paragraphs, lists, links, bold and italics; scripts, frames, forms, pictures and "
        "tables are removed before anybody sees them, by publisher already. What you meant to show is "
        "then missing without a word. Link to it instead, or tell of it in the text."
    ),
    "notes-link": (
        "A link that begins with javascript:, data: or file: runs code or leads to a file on your own "
        "machine. No app follows it, and publisher leaves it out of feed and pages, so that only its text "
        "is left. Link to a page that begins with https://."
    ),
    "chapters-start": (
        "Apple takes a list of chapters only where it begins at 0:00, and in other apps the time before "
        "the first chapter belongs to none. Add a chapter at 0:00, called Welcome or whatever fits."
    ),
    "chapters-few": (
        "Apple and YouTube show chapters from three on, and pass over one or two. Add those that a "
        "listener would jump to, or leave them all out."
    ),
    "chapters-many": (
        "The tag inside an audio file can list 255 chapters. Players that read the file show those and "
        "stop; only apps that read the feed show the rest. Nobody looks through so many: keep the ones "
        "that somebody would jump to."
    ),
    "chapters-title": (
        "A chapter without a title is an empty line in every list, or is called Chapter 7 in a language "
        "that is not yours. Write a title; a chapter that only changes the picture takes toc: false and "
        "is then not listed."
    ),
    "transcript-plain": (
        "A transcript with times can be followed, searched and jumped in; Apple and most apps take no "
        "other. publisher never invents times, so a plain one is shown on the page and linked in the feed "
        "only. Give a transcript.vtt or transcript.srt if your tools can make one."
    ),
    "transcript-short": (
        "The last words of the transcript lie before the middle of the audio. Mostly it belongs to "
        "another episode or was broken off, and listeners who depend on it would miss half. Make it again "
        "from this audio."
    ),
    "role-missing": (
        "The podcast namespace takes a person without a role for a host. An editor or a composer would be "
        "shown as the voice of the episode. Write role: editor, writer, producer or what they did."
    ),
    "episode-link-https": (
        "Apps refuse to load pictures and pages that are not encrypted, or warn of them. Try the address "
        "with https in a browser, and write that one if it answers."
    ),
    "audio-missing": (
        "An episode is its audio: without it, there is nothing to put into the feed, and apps drop an "
        "item without enclosure. Put one MP3 or M4A file into the folder, under any name. Once the "
        "episode is published its audio may leave the folder, for the store has it."
    ),
    "lfs-audio": (
        "A clone without its Git LFS files has a few lines of text where the audio was. For what is "
        "published that is enough: the pointer holds the digest, and the store has the audio. What is new "
        "or was replaced has to be fetched, with git lfs pull, or lfs: true in a GitHub workflow."
    ),
    "title-number": (
        "Apps show the number beside the title, and sort by it. Written into the title as well, it is "
        "read twice and takes the place of the first words on a small screen; Apple asks to leave it out. "
        "Write it as number: publisher check --fix does so where the two agree."
    ),
    "title-length": (
        "The standards give a title 255 characters, and apps show far fewer. A longer one is cut off or "
        "refused. Shorten it, and say the rest in the summary."
    ),
    "summary-missing": (
        "Listeners decide by a sentence or two whether to play an episode, and directories search them. "
        "Without summary and notes there is only the title. Add summary to episode.yaml, or a file "
        "notes.md."
    ),
    "number-missing": (
        "A serial show is heard from the first episode on, and apps sort it by number. Apple asks for one "
        "on each full episode and puts others in an order of its own. Add number; trailers and bonus "
        "episodes need none."
    ),
    "taxonomy-unknown": (
        "Each taxonomy of an episode becomes a page of the show under a name that podcast.yaml gives it. "
        "One that is not declared there has no name, and is mostly misspelt. Declare it in podcast.yaml, "
        "or use one that is there."
    ),
    "episode-unknown": (
        "related and next become links to other episodes. A slug that no folder has would lead nowhere. "
        "Write the folder's name as it is."
    ),
    "chapters-late": (
        "A chapter that begins after the end can never be reached. It mostly means that the times belong "
        "to another cut of the audio, and then all of them are wrong. Mend the times, or put the right "
        "audio into the folder."
    ),
    "chapters-twice": (
        "Of two chapters that start at the same moment, players show either and hide the other. Keep one, "
        "or mend the time of the second."
    ),
    "soundbite": (
        "A soundbite is played by itself, as a taste of the episode. One that reaches past the end breaks "
        "off, or makes an app refuse all of them; apps expect 15 to 120 seconds. Mend start or duration."
    ),
    "transcript-late": (
        "The transcript goes on after the audio has ended, so it was made from another cut or another "
        "episode, and what it shows does not fit what is heard. Make it again from this audio."
    ),
    "alternate-missing": (
        "A further enclosure that is named but not there would be an address in the feed that answers "
        "with an error. Put the file into the episode's folder, or remove the entry. Once published, the "
        "file may leave the folder."
    ),
    "notes-length": (
        "Directories keep about 4,000 bytes of the notes of an episode and cut off the rest, links and "
        "thanks at the end among it. Put first what matters, or shorten the notes; the page that "
        "publisher makes shows all of them."
    ),
    "summary-length": (
        "Lists show the first sentence or two of a summary and hide the rest behind three dots. Say in "
        "one or two sentences what there is to hear, and put everything else into notes.md."
    ),
    "audio-sample-rate": (
        "Apple recommends 44.1 or 48 kHz, and players convert everything else on the way, some of them "
        "badly. Export the episode again from the original with 44.1 kHz; converting the finished file "
        "would cost quality."
    ),
    "audio-bitrate": (
        "Below 64 kbit/s in mono or 96 in stereo, speech begins to sound like water; far above Apple's "
        "range the file only gets larger. Export the episode again from the original: a compressed file "
        "that is compressed once more sounds worse than either."
    ),
    "audio-large": (
        "Spotify takes episodes of at most 200 MB and 12 hours, and leaves out those that are larger "
        "without telling you. Speech at 128 kbit/s stays below that for more than three hours. Export it "
        "with a lower bitrate, or in parts."
    ),
    "audio-short": (
        "A full episode that is over in less than a minute is mostly a test, or an export that broke off. "
        "Listen to the end of the file. If it is meant to be short, call it a trailer or a bonus with "
        "type."
    ),
    "feed-unknown": (
        "An episode with feeds goes out in those private feeds and nowhere else. A name that the show does "
        "not have would leave it out of everything. Write the name as feeds of podcast.yaml has it."
    ),
    "time-split": (
        "A time split hands the payments of a part of the episode to somebody else. One that starts after "
        "the end never holds, so that somebody is not paid. Mend the time, or check that this is the right "
        "audio."
    ),
}
