"""Why the rules of the whole show hold."""

from __future__ import annotations

from typing import Final

EXPLANATIONS: Final = {
    "description-length": (
        "Apple and other directories store at most 4,000 bytes of a show's description and cut off or "
        "refuse the rest. Letters such as å and emoji take two to four bytes each, and links count with "
        "their whole address. Shorten the description; the show's page and each episode's notes have room "
        "for more."
    ),
    "artwork-missing": (
        "Every directory lists shows by their artwork, and Apple, Spotify and YouTube refuse a show that "
        "has none. Put a square picture named cover.jpg or cover.png beside podcast.yaml."
    ),
    "artwork-size": (
        "Directories refuse artwork that is not square or has fewer than 1400 pixels a side, often weeks "
        "after the show was accepted. Crop it to a square and export it at 3000 × 3000; enlarging a small "
        "picture only makes it blurred. A larger one is no problem: publisher scales it down to 3000."
    ),
    "artwork-colour": (
        "Directories take artwork in RGB without transparency. publisher makes that of any picture, but "
        "colours made for print (CMYK) are not all there on a screen, and what can be seen through becomes "
        "white. Look at the result with publisher preview; export the picture again if it does not please."
    ),
    "author-missing": (
        "Directories show the author under the title and search for it; without one they show an empty "
        "line or refuse the feed. Write author, or name hosts, whose names are then used."
    ),
    "owner-missing": (
        "A locked show says that other hosts may not import it without asking its owner, and the podcast "
        "namespace wants the owner's address for that. Without one nobody can be asked, and you cannot "
        "prove that the show is yours when you move it. Write owner with name and email, or locked: "
        "false."
    ),
    "language-unknown": (
        "Directories sort shows by language and leave out of their lists what names one that does not "
        "exist. Write the code of ISO 639: nb, nn, en, sv; a region may follow, as in en-GB."
    ),
    "no-episodes": (
        "Directories refuse a feed without an episode, since they cannot tell whether it is a podcast. "
        "Make one with publisher new, or publish a short trailer first."
    ),
    "url-https": (
        "Apps on phones refuse to load addresses that are not encrypted, and the standards ask for https "
        "in every tag. Let your host serve the files over https, and write that address. A machine of "
        "your own (localhost) is let through."
    ),
    "duplicate-slug": (
        "The folder's name becomes the episode's address. Two folders whose names differ only in capitals "
        "or accents would get the same one, and the second would overwrite the first. Rename the newer "
        "folder; the address of an episode that is out should stay."
    ),
    "duplicate-guid": (
        "Apps know episodes by their GUID. Of two with the same one they show a single episode, and "
        "nobody can say which. Remove guid from the newer episode: publisher gives it one of its own."
    ),
    "duplicate-number": (
        "Apps sort a season by number and show two equal ones in an order of their own; Apple may drop "
        "one from a serial show. Give each full episode of a season its own number; trailers and bonus "
        "episodes need none."
    ),
    "owner-email": (
        "Spotify and YouTube prove that a show is yours by sending a code to the e-mail address in its "
        "feed. Without one you cannot claim the show there. Write owner with name and email; use an "
        "address that may be public, for everybody can read the feed."
    ),
    "category-count": (
        "Apple looks at the first categories of a feed and passes over the rest, so that further ones do "
        "nothing. Keep the one to three in which a listener would look for the show, the best one first."
    ),
    "copyright-sign": (
        "The standards want the name of the owner of the rights alone: apps write the word or the sign "
        "and the year themselves, and show it twice otherwise. A year also goes out of date. publisher "
        "check --fix removes a sign at the beginning."
    ),
    "title-stuffed": (
        "Apple refuses shows whose title holds slogans, lists of guests or search words, and may remove "
        "one that is listed already. It helps nobody to find the show either: descriptions are searched "
        "as well. Write the name of the show alone."
    ),
    "artwork-small": (
        "Artwork from 1400 pixels is accepted, but Apple shows covers on large screens and features only "
        "shows whose artwork is sharp there. Export the original at 3000 × 3000; enlarging the small "
        "picture gains nothing."
    ),
    "trailer-missing": (
        "Apps play a trailer to people who look at a show for the first time, and directories ask for one "
        "before they feature it. Add an episode of a minute or two with type: trailer. It needs no "
        "number."
    ),
    "season-gap": (
        "Apps show seasons as a list; a number that is left out looks like a season that failed to load. "
        "Number them one after the other, or leave season out if the show has none."
    ),
    "season-mixed": (
        "Apple sorts a serial show by season first. Episodes without one are put into a season of their "
        "own, before or after the others. Give every full episode its season, or none."
    ),
    "number-order": (
        "A serial show is played by number in some apps and by date in others. Where the two disagree, "
        "some listeners hear the end before the beginning. Mend the date or the number of the one that is "
        "wrong."
    ),
    "duplicate-title": (
        "In a list, on a watch or in a car the title is all that a listener sees. Two equal ones cannot "
        "be told apart, and some apps take the second for a copy of the first. Say in each title what is "
        "in that episode."
    ),
    "duplicate-audio": (
        "Two folders hold the same audio to the last byte, which is nearly always a file copied to the "
        "wrong place. Listeners would hear one episode twice and the other never. Put the right file into "
        "each folder; a repeat on purpose may stay."
    ),
    "complete-too-early": (
        "complete tells directories that nothing will follow, and Apple then stops looking at the feed. "
        "An episode that comes out later reaches nobody there. Remove complete until the last episode is "
        "out."
    ),
    "show-blocked": (
        "block: true asks directories to leave the whole show out, which is right for a private show and "
        "a mistake for any other. You asked what directories want, so here is the first thing: remove "
        "block if the show is to be found."
    ),
    "guid-version": (
        "The podcast namespace makes a show's GUID from its feed's first address, as a UUID of version 5, "
        "so that everybody arrives at the same. One made otherwise works, as long as it never changes. "
        "Keep it if apps know the show by it; else remove the line and let publisher work it out."
    ),
    "link-https": (
        "Apps open links in a window of their own, and many refuse addresses that are not encrypted or "
        "warn of them. Try the address with https in a browser, and write that one if it answers."
    ),
    "text-length": (
        "The standards give each name and title 255 characters, and those in tags of the podcast "
        "namespace 128. Apps and directories cut off the rest in the middle of a word, and some refuse "
        "the value. Shorten it; bio, notes and description have room for more."
    ),
    "duplicate-feed": (
        "The address of a private feed is made from its name, so two of one name would be one feed; and an "
        "episode that is listed but not there would be missed by members. Give each feed a name of its own, "
        "and list slugs of episodes that the show has."
    ),
    "value-address": (
        "Apps send listeners' payments to this address and cannot ask whether it is right: what goes to a "
        "mistyped one is lost. A node has a key of 66 characters, a Lightning address looks like an e-mail "
        "address. Copy it from your wallet."
    ),
    "update-frequency": (
        "A schedule that counts, such as ten weekly episodes, says nothing without its beginning, and the "
        "podcast namespace asks for dtstart there. Add dtstart with the date of the first episode."
    ),
    "social-url": (
        "Apps load the comments below the post that is named here. Without its address there is nothing to "
        "load. Add url, or write protocol: disabled to say that there shall be no comments."
    ),
}
