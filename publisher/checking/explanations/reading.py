"""Why the rules of what is read hold."""

from __future__ import annotations

from typing import Final

EXPLANATIONS: Final = {
    "store-unknown": (
        "An episode without audio is fine once it is published, and only the store knows whether it is. "
        "It could not be asked, so episodes that are out may be reported as incomplete. Check again when "
        "the store answers."
    ),
    "url-missing": (
        "A feed holds whole addresses, and a bucket does not know under which it is reached. Without url "
        "no app could fetch anything. Write url in podcast.yaml, or give --url."
    ),
    "no-show": (
        "publisher finds a show by its podcast.yaml, and there is none in the folder that was named. Name "
        "the folder that holds it, or make a show with publisher new."
    ),
    "inbox-shape": (
        "What comes out of an inbox becomes one episode's folder: audio, and mostly episode.yaml. Where "
        "there is no audio, more than one, or something that is no file, nobody can tell what is meant. "
        "Put one episode's files into one folder, and drop that."
    ),
    "inbox-archive": (
        "An archive is unpacked on the machine that publishes. One that is cut off gives half an episode; "
        "names that lead elsewhere, links and files that unpack without end can do harm, and a password "
        "nobody can type. Pack the episode's folder again as a plain ZIP, or drop the folder itself."
    ),
    "inbox-twin": (
        "The show has an episode with the same audio or the same title. It was mostly dropped twice, and "
        "listeners would get it twice. To change an episode, change its folder in the show; two that are "
        "meant need titles of their own, or numbers."
    ),
    "no-episode": (
        "A folder with audio but without episode.yaml is not published, which is easily overlooked. Write "
        "episode.yaml with a title, or start the folder's name with _ to set it aside."
    ),
    "unreadable": (
        "A file of the show could not be read, mostly because of its permissions or a disk that fails. "
        "Nothing can be said of what is in it, so nothing is published. Mend the permissions, or copy the "
        "file there again."
    ),
    "leaves-show": (
        "Everything a show is lives in its folder, so that it can be copied and published from elsewhere. "
        "A link or path that leads out could publish a private file by mistake. Put the file itself into "
        "the folder."
    ),
    "file-missing": (
        "A key names a file that is not there, so what you meant to publish would be missing. Put the "
        "file into the folder, or mend the name; capitals count."
    ),
    "lfs-pointer": (
        "A clone without its Git LFS files has a few lines of text where pictures and sound were, and these "
        "would be published in their place. Fetch them with git lfs pull, or lfs: true in a GitHub workflow."
    ),
    "file-name": (
        "Files are named relative to the folder of their YAML file, with / between folders, so that the "
        "show works on every machine. Absolute paths and .. lead out of the show. Copy the file into the "
        "folder and write its name."
    ),
    "audio-choice": (
        "An episode is one audio file, and publisher does not guess which of several it is. Remove the "
        "others, name the right one with audio, or list further ones under alternates."
    ),
    "artwork-choice": (
        "There is more than one cover, and publisher does not guess which one counts. Remove the others, "
        "or name the right one with artwork."
    ),
    "transcript-choice": (
        "There is more than one transcript, and publisher does not guess which one counts. Remove the "
        "others, or name the right one with transcript; it makes the further forms itself."
    ),
    "yaml-syntax": (
        "The file does not follow YAML's rules, so nothing in it can be read. The usual causes are a text "
        "with a colon that stands without quotes, and lines that are indented unevenly. Tabs at the start "
        "of lines are mended by publisher check --fix."
    ),
    "yaml-empty": (
        "The file is there but says nothing, so that the show or the episode has not even a title. Fill "
        "it in; publisher schema lists the keys."
    ),
    "yaml-too-large": (
        "A metadata file of more than a megabyte is nearly always something else under a wrong name, and "
        "reading it could take long. Move long text into notes.md or the transcript."
    ),
    "yaml-documents": (
        "A line with three hyphens begins a second document in the same file, and what follows it would "
        "be lost. Remove the line, or move the rest to a file of its own."
    ),
    "yaml-alias": (
        "An alias repeats a value from elsewhere in the file, and a few lines of them can unfold to "
        "gigabytes. Values are therefore written out. A text that begins with * or & stands between "
        "double quotes."
    ),
    "yaml-tag": (
        "A tag tells a program what to make of a value, and publisher's keys know that themselves. Remove "
        "it; a text that begins with ! stands between double quotes."
    ),
    "yaml-key": (
        "A key must be a word; here it is a list or a mapping, which mostly comes from a text that begins "
        "with [ or {. Put it between double quotes."
    ),
    "too-many": (
        "After fifty problems in a file most of what follows comes from those before. Mend the first ones "
        "and check again."
    ),
    "duplicate-key": (
        "Of two equal keys YAML keeps one, and programs do not agree which. What stands in the other "
        "would be lost without a word. Keep one of the two."
    ),
    "unknown-key": (
        "A key that is misspelt would have no effect, and you would see that only in the apps. Mend the "
        "spelling; publisher check --fix does so where one known key is near. Notes of your own go into "
        "comments."
    ),
    "missing-key": (
        "Directories refuse a show or an episode without this. Fill it in; the message says what belongs "
        "there."
    ),
    "empty-item": (
        "A list holds an item without a value, left over from an edit or a text that is missing. Fill it "
        "in, or remove the line."
    ),
    "encoding": (
        "Feeds are UTF-8, and a file in another encoding turns å into signs that nobody can read. Save it "
        "again as UTF-8; publisher check --fix does so for UTF-16 and, where it is certain, for "
        "Windows-1252."
    ),
    "character": (
        "XML cannot carry some control characters, and one of them makes every app refuse the whole feed. "
        "They come from copying out of other programs and cannot be seen. Delete the character at the "
        "place that is named."
    ),
    "type": (
        "The value has another form than the key takes: a text where a list belongs, or yes where true "
        "does. It could be read in more than one way, so it is not guessed. publisher check --fix writes "
        "true and false."
    ),
    "value": (
        "The key takes one of a few words, and this is none of them; apps would pass over it. Write one "
        "of those that the message lists."
    ),
    "too-long": ("The text is longer than the key takes, and the rest would be lost. Shorten it."),
    "date": (
        "The date does not exist, or can be read in more than one way: an episode would come out on the "
        "wrong day or never. Write year, month and day: 2020-09-02, with 06:00 after it for a time. "
        "publisher check --fix rewrites 2.9.2020 and 2020/09/02."
    ),
    "time": (
        "The place in the audio could not be understood, so chapters or soundbites would start at the "
        "wrong moment. Write 12:34, 1:02:03.5, or seconds."
    ),
    "address": (
        "An address that is not complete leads nowhere once it stands in a feed, since there is no page "
        "that it could be relative to. Write it with https:// and without spaces. publisher check --fix "
        "adds the one and encodes the other."
    ),
    "email": (
        "Directories send the code that proves who owns the show to this address. Write it as "
        "name@example.com, without a name before it."
    ),
    "language": (
        "Apps use the code to sort shows, to pick a voice and to show transcripts. Write a tag of BCP 47: "
        "nb, en, en-GB. publisher check --fix turns en_GB into en-GB."
    ),
    "timezone": (
        "Dates without an offset are read in this zone, and a wrong one releases episodes hours early or "
        "late. Write an IANA name such as Europe/Oslo; abbreviations such as CET mean different things in "
        "different places."
    ),
    "category": (
        "Directories know Apple's categories only, to the letter, and put a show with any other into "
        "none. Pick one of the list; publisher check --fix mends the spelling where one is near."
    ),
    "license": (
        "A licence is named by its slug in the podcast namespace's list, or by the address of its text, "
        "so that programs know what they may do. Write cc-by-4.0, or an address."
    ),
    "guid": (
        "A GUID is how apps know a show or an episode for ever. It holds no spaces; a show's is a UUID. "
        "Leave the key out for something new, and keep what apps know already."
    ),
    "color": (
        "A colour is written as browsers and drawing programs write it, #0d5f58 or short #0d5. In YAML a # "
        "after a space begins a comment, so it stands between quotes. Names such as teal mean different "
        "colours to different people, and are not read."
    ),
    "word-unknown": (
        "theme/words.yaml exchanges texts of pages, each by its key, and this is none of them: it would have "
        "no effect. The keys stand in docs/format.md."
    ),
    "word-placeholder": (
        "Some texts have places such as {count} that are filled in. A text of your own has the same ones, "
        "in any order: without them a number would be missing, and others would stand there as they are."
    ),
    "media-type": (
        "Players choose a format by its media type and pass over what they cannot read. Write it as "
        "audio/opus or video/mp4."
    ),
    "quiz-choices": (
        "A question with a single choice is no question. Add what a listener might take for the right answer."
    ),
    "quiz-answer": (
        "The answer is none of the choices, so that nobody could get it right. Write one of the choices "
        "word for word, or its place counted from 1."
    ),
    "notes-too-large": (
        "Notes of more than a megabyte are no notes, and no app shows them. Move the text to a page of "
        "its own and link to it."
    ),
    "audio-empty": (
        "The audio file has no bytes: mostly a copy that was interrupted, or a file that the cloud has "
        "not fetched yet. Copy it there again."
    ),
    "audio-not-audio": (
        "The file's name says audio and its content is something else, such as a page that was saved "
        "instead. Players would fail on it. Export or download it again."
    ),
    "audio-cut-off": (
        "The file ends in the middle of its sound, since an export or a copy was broken off. Listeners "
        "would miss the rest. Export it again."
    ),
    "audio-junk": (
        "There are bytes between the frames that are no sound, from a bad edit or joined files. Most "
        "players skip them with a click, some stop. Export the episode again."
    ),
    "audio-extension": (
        "The ending says another format than the file has, and some players go by the ending. publisher "
        "serves it under the right one; rename the file to be spared the warning."
    ),
    "audio-drm": (
        "The file is protected, and only the machine that bought it can play it. Export the audio without "
        "protection."
    ),
    "audio-codec": (
        "The container is one that publisher takes, and what is in it cannot be decoded, or changes in a way "
        "at which players stumble. Export it as WAV, FLAC, MP3, or M4A with AAC."
    ),
    "audio-format": (
        "publisher takes MP3, M4A, WAV, AIFF, FLAC, Ogg (Opus and Vorbis) and the sound of MP4 videos. "
        "Export it as one of them; others may stand under alternates."
    ),
    "audio-unreadable": (
        "The audio could not be read to its end, so neither its length nor its soundness is known. Play "
        "it; export it again if it stops."
    ),
    "artwork-unreadable": (
        "The picture is damaged or broken off, and apps would show half of it or none. Export it again."
    ),
    "artwork-bomb": (
        "A small file can unfold into a picture that fills all memory, or takes minutes to show, here and "
        "in every app. Export it as an ordinary JPEG with at most 3000 × 3000 pixels."
    ),
    "artwork-extension": (
        "The ending says another format than the picture has, and directories refuse pictures whose two "
        "disagree. publisher serves it under the right one; rename the file to be spared the warning."
    ),
    "theme-template": (
        "A template in theme/templates takes the place of publisher's of the same name, and this one cannot "
        "be read: a brace or an end tag is missing, or a word is not known. Without it no page can be made."
    ),
    "theme-too-large": (
        "Templates and style.css of a theme are short texts; one of more than 1 MiB is something else. "
        "Pictures and fonts do not belong into them."
    ),
    "font-unreadable": (
        "The cards that are shown where an episode is shared are drawn with the fonts in theme/fonts, and "
        "this one cannot be read. Put a whole TrueType or OpenType font there, or remove it."
    ),
    "artwork-type": (
        "Artwork may be JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF: publisher makes the JPEG of it that "
        "directories take. Other pictures go out as they are, and apps show JPEG and PNG. Export it as JPEG."
    ),
    "transcript-encoding": (
        "A transcript that is not UTF-8 shows wrong signs wherever there is a letter beyond a to z. Save "
        "it again as UTF-8; publisher check --fix does so for UTF-16 and, where it is certain, for "
        "Windows-1252."
    ),
    "transcript-syntax": (
        "The transcript does not follow the rules of its format, and apps show nothing of one that they "
        "cannot read. Mend the line that is named, or export it again."
    ),
    "transcript-empty": (
        "The transcript holds no words, so that those who depend on it get an empty page. Fill it in, or "
        "remove the file."
    ),
    "transcript-times": (
        "Cues run backwards or end before they begin, and players then skip or freeze them. Mend the "
        "times at the place that is named."
    ),
    "transcript-too-large": (
        "No episode has so much to say; the file is mostly something else, or one that was joined many "
        "times. Check that it is the right one."
    ),
    "not-writable": (
        "publisher check --fix knew how to mend the file, and was not allowed to write it. Nothing in it "
        "was changed. Make the file and its folder writable, and run the command again."
    ),
    "chapters-order": (
        "publisher sorts chapters by their starts, so an odd order does no harm by itself. Mostly it "
        "comes from a time that was mistyped, and that chapter then stands in the wrong place. Compare "
        "the times with the audio."
    ),
    "feed-name": (
        "The name of a private feed is part of what its address is made from, and is shown in reports. "
        "Letters, digits, hyphens and underscores do well everywhere; forty at most."
    ),
    "feed-secret": (
        "A secret in a file of the show ends up in version control and in backups, and who finds it finds "
        "the private feed. So podcast.yaml names an environment variable, and the variable holds the "
        "secret. Write its name in capitals: MEMBERS_SECRET."
    ),
    "feed-left": (
        "Without its secret nobody can tell the address of a private feed, so it is left as it is: members "
        "keep what they have and get nothing new. Set the variable where publish runs, for scheduled runs in "
        "the settings of the job."
    ),
    "secret-name": (
        "A show folder is copied, synced and shared, so no password or token stands in it: it names the "
        "environment variable that holds one where publish runs. Names are capitals, digits and "
        "underscores: MASTODON_TOKEN."
    ),
    "handle": (
        "A Bluesky handle is a host's name: ada.bsky.social, or a domain of your own. The @ before it may "
        "stand or not."
    ),
    "announce-text": (
        "The text of a post has places that are filled in for each episode: {title}, {url} and {show}. "
        "Without {url} nobody would get from the post to the episode."
    ),
    "notify-left": (
        "Podping, signed webhooks, e-mail, Mastodon and Bluesky each take a secret from the environment. "
        "Where it is not set nobody is told by that way; the release goes out all the same. Set the "
        "variable where publish runs; for two days a later run that has it tells what is left."
    ),
    "notify-failed": (
        "The release stands, and somebody who was to be told of it could not be reached, or refused. The "
        "next run tries again, for two days at most. If it stays, see that the address and the secret are "
        "right."
    ),
    "feed-early": (
        "early says how long before everybody else members hear an episode. It is a number with m, h, d or w "
        "for minutes, hours, days or weeks: 48h, 7d."
    ),
    "text-limit": (
        "The podcast namespace gives its texts 32, 128 or 4,000 characters, and aggregators may cut off what "
        "is longer, in the middle of a word. The feed holds all of it. Shorten it so that nothing is lost."
    ),
    "person-role": (
        "Apps sort people by the roles of the Podcast Taxonomy; another word is shown as it is, or not at "
        "all. Write the nearest role of the taxonomy, and put the rest into title."
    ),
    "person-group": (
        "Groups of the Podcast Taxonomy say which part of the work a person did. publisher works the group "
        "out from the role; write it only where a role stands in several."
    ),
    "block-service": (
        "Services look for their own name on the podcast namespace's list. Another spelling blocks nobody. "
        "Write the name as the list has it: amazon, apple, spotify, youtube."
    ),
    "country": (
        "Apps show places by country, which they know by two letters (ISO 3166): NO, SE, US. Write these "
        "letters instead of the country's name."
    ),
    "rrule": (
        "Apps work out the next episode's day from the rule, which is written as calendars write it (RFC "
        "5545): FREQ=WEEKLY;BYDAY=MO. What is not one they pass over, or show a wrong day."
    ),
    "transcript-language": (
        "The part between the dots tells which language a further transcript is in, and apps offer it by "
        "that. A word that is no language would offer it to nobody. Write a code such as en, de or pt-BR; "
        "a file that is no transcript may start with _ to be set aside."
    ),
    "chapters-choice": (
        "publisher takes chapters from one file, and does not guess which of several is meant. Remove all "
        "but one, or name it in episode.yaml: chapters: chapters.json."
    ),
    "chapters-syntax": (
        "A chapters file is read by its ending: .json as the podcast namespace's JSON chapters, others as "
        "lines of a time and a title. What cannot be read so would give wrong chapters or none. The "
        "message names the line; export the file again, or mend that line."
    ),
    "chapters-times": (
        "A chapter starts at a time within the episode: 12:34, 1:02:03.5 or seconds. What is none would send "
        "listeners to a wrong place. Mend the time that the message names."
    ),
    "chapters-empty": (
        "A chapters file is there, and no chapter in it. Fill it in, or remove it: then those in the notes "
        "or inside the audio hold."
    ),
    "chapters-too-large": (
        "A chapters file of more than a mebibyte, or with more than 5,000 chapters, is no list that anybody "
        "reads, and mostly another file by mistake. Check that it is the right one."
    ),
}
