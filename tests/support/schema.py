"""The podcast namespace's own schema, of 2021, for the eleven tags it knows and where it is right.

It gives an element both mixed content and simple content, which lxml refuses, and wants a season's name
and an owner, which the namespace's pages do not. It does not know `podcast:valueTimeSplit` and some
attributes yet.
"""

from __future__ import annotations

import functools
from pathlib import Path

from lxml import etree

from publisher.feed.namespace import NAMESPACES

_XSD = Path(__file__).parents[1] / "data" / "podcast-namespace.xsd"
_SINCE_2021 = {"location": ("rel", "country")}


@functools.cache
def schema() -> tuple[etree.XMLSchema, frozenset[str]]:
    """The schema, and the tags it knows."""
    document = etree.parse(_XSD)
    names = {"xs": "http://www.w3.org/2001/XMLSchema"}
    for element in document.iterfind(".//xs:complexType[@mixed]", names):
        del element.attrib["mixed"]
    for known in document.iterfind(".//xs:attribute[@use]", names):
        if known.get("name") in ("name", "owner", "display"):
            known.set("use", "optional")
    known_names = frozenset(str(element.get("name")) for element in document.iterfind("xs:element", names))
    return etree.XMLSchema(document), known_names


def checked(root: etree._Element) -> frozenset[str]:
    """Holds every element of a feed that the schema knows to it, and says which tags there were."""
    rules, known = schema()
    found = set()
    for element in root.iter(f"{{{NAMESPACES['podcast']}}}*"):
        name = etree.QName(element).localname
        if name not in known:
            continue
        bare = etree.fromstring(etree.tostring(element, with_tail=False))
        for part in bare.iter():
            part.tag = etree.QName(part).localname
        for attribute in _SINCE_2021.get(name, ()):
            bare.attrib.pop(attribute, "")
        for split in bare.findall("valueTimeSplit"):
            bare.remove(split)
        etree.cleanup_namespaces(bare)
        assert rules.validate(bare), f"{etree.tostring(bare)!r}: {rules.error_log}"
        found.add(name)
    return frozenset(found)
