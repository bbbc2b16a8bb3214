"""Pictures: what an image file really is, artwork that directories take, and cards for sharing.

facts, findings = probe_artwork(path)
artwork, findings = normalise(path)
small = resized(artwork.data, 600)
card = share_card(CardTexts("A show", "An episode"), artwork.data, palette(artwork.data))
"""

from publisher.pictures.card import CardTexts, share_card
from publisher.pictures.cleaning import cleaned
from publisher.pictures.fonts import probe_font
from publisher.pictures.normalising import SIZES, Normalised, normalise, resized
from publisher.pictures.opening import MOST_PIXELS, SUFFIXES
from publisher.pictures.palettes import Palette, Scheme, contrast, palette, show_palette
from publisher.pictures.probing import ArtworkFacts, probe_artwork, probe_picture
from publisher.pictures.squares import small_cover

__all__ = [
    "MOST_PIXELS",
    "SIZES",
    "SUFFIXES",
    "ArtworkFacts",
    "CardTexts",
    "Normalised",
    "Palette",
    "Scheme",
    "cleaned",
    "contrast",
    "normalise",
    "palette",
    "probe_artwork",
    "probe_font",
    "probe_picture",
    "resized",
    "share_card",
    "show_palette",
    "small_cover",
]
