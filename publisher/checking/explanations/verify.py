"""Why the rules of what is published hold."""

from __future__ import annotations

from typing import Final

EXPLANATIONS: Final = {
    "verify-unreachable": (
        "The feed's public address does not answer, so that no app can fetch anything either. Check url "
        "in podcast.yaml, the name server and the web server; publisher doctor looks at each of them."
    ),
    "verify-unfinished": (
        "There was not enough time to look at everything, so silence about the rest means nothing. Run "
        "publisher verify again, or allow it more time."
    ),
    "verify-stale": (
        "What is served is an older feed than the one released last, mostly from a cache in between. "
        "Listeners do not see the new episode yet. Wait for the cache to expire or empty it; publisher "
        "asks for a short one."
    ),
    "verify-address": (
        "An address in the feed is incomplete or has another scheme than http and https, and apps cannot "
        "open it. Mend it where it stands in the show folder, and publish again."
    ),
    "verify-connection": (
        "A server that the feed names cannot be reached at all, so what it holds is missing in every app. "
        "Check the address and whether the server runs."
    ),
    "verify-certificate": (
        "A certificate has expired or belongs to another host. Apps refuse the connection, and Apple "
        "removes shows whose feed fails in this way. Renew it with your host."
    ),
    "verify-https": (
        "Addresses that are not encrypted, or lead there, are refused by phones and by some directories. "
        "Let your host serve https throughout, without a redirect back."
    ),
    "verify-status": (
        "An address in the feed answers with an error, so that listeners get nothing there. Publish again "
        "to upload what is missing, or check who may read the bucket."
    ),
    "verify-redirect": (
        "Each redirect costs a listener time, and some apps follow only a few. Write the last address "
        "into podcast.yaml, so that the feed leads there at once."
    ),
    "verify-type": (
        "Apps decide by the media type what to do with what they get: audio served as text or as octet- "
        "stream is not played. publisher uploads the right type; check what stands between the bucket and "
        "the public address."
    ),
    "verify-length": (
        "The length in the feed is how apps show progress and know that a download is whole. Where it is "
        "wrong they start over or break off. Publish again, and check whether something changes files on "
        "the way."
    ),
    "verify-digest": (
        "What is served differs from what was released, to the byte. Something changes or replaces it on "
        "the way, or the object was damaged. Run publisher verify --deep, and publish with --mend."
    ),
    "verify-cut": (
        "The server breaks off before the end, so that downloads fail. It is mostly a proxy with too "
        "small a limit on time or size. Raise the limit with your host."
    ),
    "verify-encoding": (
        "Audio that is compressed on the way has another length than the feed says, and parts of it "
        "cannot be asked for. Turn compression off for audio at your host."
    ),
    "verify-head": (
        "Apple asks for the head of each enclosure before it lists an episode, and refuses hosts that do "
        "not answer. Allow HEAD requests at your host."
    ),
    "verify-range": (
        "Apps jump in an episode and resume downloads by asking for a part. Where a server always sends "
        "the whole, Apple refuses the show. Allow byte ranges at your host."
    ),
    "verify-audio": (
        "What is served under an enclosure's address does not begin as audio does; often it is an error "
        "page with status 200. Open the address in a browser to see what it is."
    ),
    "verify-artwork": (
        "Directories fetch the artwork from its public address, and refuse one that is not square or has "
        "the wrong size there. Check whether a service between changes pictures."
    ),
    "verify-content": (
        "A transcript or a list of chapters is not what its type says, so apps show nothing of it. "
        "Publish again, and check what stands between the bucket and the public address."
    ),
    "verify-cors": (
        "Players that run in a browser may read transcripts and chapters only where the server allows it. "
        "Listeners on the web see none otherwise. Set CORS on the bucket to allow GET from everywhere."
    ),
    "verify-page": (
        "An address that ends in a slash should lead to the page in that folder, and your host answers "
        "with an error or a list. Set index.html as the index document at your host."
    ),
    "verify-feed": (
        "The feed that is served is no well-formed RSS, and every app stops at the first fault. publisher "
        "never writes such a feed, so something changes it on the way. Compare it with the feed.xml in "
        "the bucket."
    ),
    "verify-feed-size": (
        "Directories stop reading a feed that is too large, and the newest episodes may go missing with "
        "the rest. Shorten notes, or move old episodes to another show."
    ),
    "verify-validators": (
        "Apps ask every hour whether anything is new. A server that always sends the whole feed wastes "
        "everybody's data, and some apps then ask less often. Let it send ETag or Last-Modified and "
        "answer 304."
    ),
    "verify-enclosure": (
        "An item without address, length or type of its audio is dropped by apps. publisher writes all "
        "three, so something changes the feed on the way. Compare it with the feed.xml in the bucket."
    ),
    "verify-duplicate": (
        "Two items of the feed share a GUID or their audio, and apps show only one of them. Publish "
        "again; if it stays, look for two folders with the same guid."
    ),
    "verify-missing": (
        "An object that the release needs is no longer in the store, so what depends on it fails for "
        "listeners. Publish with --mend while the source is in the show folder, and find out who deletes "
        "objects."
    ),
    "verify-damaged": (
        "An object in the store differs from what was released, to the byte. Publish with --mend while "
        "the source is in the show folder."
    ),
    "verify-rebuild": (
        "The feed can be made again from what the store holds, which is how a release is rolled back or a "
        "machine replaced. Here that failed. Publish again; publisher then writes what is missing."
    ),
}
