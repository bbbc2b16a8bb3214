"""Languages as ID3 wants them: three letters of ISO 639-2, the terminology code (`nob`, `deu`)."""

from __future__ import annotations

UNKNOWN = "und"

_TABLE = """
aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel
bg:bul bh:bih bi:bis bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces
cu:chu cv:chv cy:cym da:dan de:deu dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus
fa:fas ff:ful fi:fin fj:fij fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau
he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her ia:ina id:ind ie:ile ig:ibo ii:iii ik:ipk
io:ido is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kg:kon ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan
ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit
lu:lub lv:lav mg:mlg mh:mah mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya na:nau nb:nob
nd:nde ne:nep ng:ndo nl:nld nn:nno no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss
pa:pan pi:pli pl:pol ps:pus pt:por qu:que rm:roh rn:run ro:ron ru:rus rw:kin sa:san sc:srd sd:snd
se:sme sg:sag si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe
sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi
ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid yo:yor za:zha
zh:zho zu:zul
"""
_THREE_LETTERS = dict(pair.split(":") for pair in _TABLE.split()) | {
    "iw": "heb",
    "in": "ind",
    "ji": "yid",
    "sh": "hbs",
}
"""ISO 639-1 to 639-2/T, and the withdrawn codes that are still met."""

_THREE_ONLY_TABLE = """
ace ady ang arc ast awa bal ban bem bho bik bin bua bug ceb chr ckb cmn crh csb dsb efi fil fon frr frs fur
gaa gsw haw hil hmn hsb iba ilo inh jam kab kbd kha kmr kok krc krl kru kum lad lez ltg lus mad mag mai mak
mni mos mwl myv nap nds niu nso pag pam pap pcm pes prs rmy rom rup sah sat sco scn sgs shn sma smj smn sms
srn sux swg syr szl tet tig tiv tpi tum tvl tyv tzm udm vec vls vro war wuu xal yue zgh zza
"""
_THREE_ONLY = frozenset(_THREE_ONLY_TABLE.split())
"""Languages that ISO 639 knows by three letters only. Not all of them: the letters of some are words
that stand in names of files."""


def is_known_language(bcp47: str) -> bool:
    """Whether the tag's language is one of ISO 639 that publisher knows by its code."""
    primary = bcp47.partition("-")[0].lower()
    return primary in _THREE_LETTERS or primary in _THREE_LETTERS.values() or primary in _THREE_ONLY


def language_code(bcp47: str) -> str:
    """The ISO 639-2 code of a BCP 47 tag's language: `nb-NO` → `nob`; `und` where there is none.

    A language of three letters is taken as it stands.
    """
    primary = bcp47.strip().replace("_", "-").partition("-")[0].lower()
    if len(primary) == 3 and primary.isascii() and primary.isalpha():
        return primary
    return _THREE_LETTERS.get(primary, UNKNOWN)
