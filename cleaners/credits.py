"""Who took a picture: the credit with which agencies and papers sign its caption."""

import re
from functools import lru_cache

_AGENCIES = """
    AAP AFP AGERPRES Agerpres Alamy Anadolu ANP ANSA Ansa AP APA Belga Bloomberg BNS BTA CFP CTK ČTK DHA dpa DPA EFE
    ELTA EPA EPA-EFE Eurokinissi Getty Hina IANS İHA imago IMAGO Keystone Kyodo LaPresse Lehtikuva LETA LUSA Lusa Magnum
    MTI NTB NurPhoto PA PAP Pixsell Profimedia PTI Reuters REUTERS Ritzau Scanpix Shutterstock SIPA Tanjug TASS TASR
    Unsplash UPI VCG Xinhua Yonhap ZUMA АР БТА Интерфакс Интерпресс РИА ТАСС Укрінформ УНІАН УНИАН
"""
_KINDS = "Agency Images Media Photo Pictures Press Scanpix Wire Новости"
_AGENCY = rf"(?:{'|'.join(_AGENCIES.split())})(?:\ (?:{'|'.join(_KINDS.split())}))?"
_LABEL = (
    r"(?i:photo|photograph|picture|image|file\ photo|foto|fotó|fotoğraf|fotografía|fotografija|crédit\ photo|фото"
    r"|світлина|снимка|φωτογραφία)(?i:\ by|\ credit|\ courtesy\ of)?"
)
# Labels behind a full stop, a stroke or a bracket; elsewhere they are words like any other.
_AFTER_STOP = r"(?i:bild|beeld|credit|crédits|fot\.|imagem|imagen|zdjęcie)"

# How agencies and papers sign a picture at the end of its caption.
_CREDIT = re.compile(
    rf"""\s (?:
      / (?: [^/\n]{{1,60}} / )? \s?{_AGENCY}                                         # /Ann Lee/Reuters
    | [\[(] (?: [^\[\]()\n]{{1,60}} [/,] \s? )? {_AGENCY} (?: \ via\ [^\[\]()\n]{{1,40}} )? [\])]   # [Ann Lee/AFP]
    | [\[(] {_LABEL} \s?:?\s [^\[\]()\n]{{1,60}} [\])]                               # (Photo: Ann Lee)
    | [\[(]? (?: AP\ Photo | REUTERS | AFP | EPA | dpa ) \s?/\s? [^/\n]{{1,60}}             # REUTERS/Ann Lee
    | {_LABEL} \s?:\s [^\n]{{1,60}}                                                  # Photo: Ann Lee
    | (?<=[.!?…]\s) (?: {_AFTER_STOP} \s?: | (?i:fot\.) ) \s [^\n:;!?]{{1,60}}        # . Bild: Ann Lee
    | [|/] \s? (?: {_LABEL} | {_AFTER_STOP} ) \s?:?\s [^\n:;!?|]{{1,60}}               # | Foto Ann Lee
    | [\[(] {_AFTER_STOP} \s?:?\s [^\[\]()\n]{{1,60}} [\])]                           # (fot. Ann Lee)
    | \| \s? (?: [^|\n]{{1,60}} [/,:] \s? )? {_AGENCY}                               # | Ann Lee/Reuters
    | (?: \(\s? )? © \s? (?! (?:by|the)\b ) [^\W\d] [^\d\n;!?]{{1,60}}               # © Ann Lee
    | (?: [|(]\s? | (?<=[.!?…]\s) ) [^|\n]{{2,40}} \s nuotr\. \)?                    # A. Lee nuotr.
    | (?<=[.!?]\s) {_AGENCY} (?: \ (?:via|/)\ {_AGENCY} )?                           # … on Monday. Getty Images
    )\s?\Z""",
    re.VERBOSE,
)

# Two characters that end a credit, unless it ends with a bracket or has one of some marks.
_ENDINGS = frozenset(word[-2:] for word in [*_AGENCIES.split(), *_KINDS.split()])
_BRACKETS = frozenset(")]")
_MARKING = (":", "/", "|", "©", "ot. ", "nuotr.")  # the last two are Polish and Lithuanian for a picture

# The same in RE2's syntax and a little more, for a whole text; a letter without regard to case is one of several.
_SPACE = r"[\s\v\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
_END = rf"{_SPACE}*(?:\n|$)"
_ANY_LABEL, _ANY_AFTER_STOP = (
    label.replace("i", "[iıİ]").replace("s", "[sſ]").replace("(?[iıİ]:", "(?i:").replace(r"\ ", _SPACE)
    for label in (_LABEL, _AFTER_STOP)
)
_ANY_AGENCY = _AGENCY.replace(r"\ ", _SPACE)
SIGN = "|".join(
    (
        rf"(?:/{_SPACE}?|[.!?]{_SPACE}){_ANY_AGENCY}(?:{_SPACE}(?:via|/){_SPACE}{_ANY_AGENCY})?{_END}",
        rf"{_ANY_AGENCY}(?:{_SPACE}via{_SPACE}[^\[\]()\n]*)?[\])]{_END}",
        rf"[\[(](?:{_ANY_LABEL}|{_ANY_AFTER_STOP}){_SPACE}?:?{_SPACE}[^\[\]()\n]*[\])]{_END}",
        rf"{_SPACE}[\[(]?(?:AP{_SPACE}Photo|REUTERS|AFP|EPA|dpa){_SPACE}?/[^/\n]*(?:\n|$)",
        rf"{_SPACE}{_ANY_LABEL}{_SPACE}?:{_SPACE}",
        rf"[.!?…]{_SPACE}(?:{_ANY_AFTER_STOP}{_SPACE}?:|(?i:fot\.)){_SPACE}",
        rf"{_SPACE}[|/]{_SPACE}?(?:{_ANY_LABEL}|{_ANY_AFTER_STOP}){_SPACE}?:?{_SPACE}[^\n:;!?|]*(?:\n|$)",
        rf"\|(?:[^|\n]*[/,:])?{_SPACE}?{_ANY_AGENCY}{_END}",
        rf"[^\n]©{_SPACE}?[^\d\n][^\d\n;!?]*(?:\n|$)",
        rf"{_SPACE}nuotr\.\)?{_END}",
    )
)


_MARKS = re.compile(rf"[/|\[(©\s]*(?:(?:{_LABEL}\b|{_AFTER_STOP}(?!\w))\s?:?)?\s*")


def signature(line: str) -> str:
    """Who signs a caption, without the marks round the name, or "" where nobody does.

    >>> [signature(f"The port. {credit}") for credit in ("/Ann Lee/Reuters", "[Ann Lee/AFP]", "(Photo: Ann Lee)")]
    ['Ann Lee/Reuters', 'Ann Lee/AFP', 'Ann Lee']
    >>> signature("REUTERS/Ann Lee"), signature("She confirmed the report to Reuters")
    ('REUTERS/Ann Lee', '')
    """
    found = credit(f" {line}")  # which may be all that the line says
    name = found[marks.end() :] if (marks := _MARKS.match(found)) else found
    return name.rstrip(" )]").removesuffix(" nuotr.")


@lru_cache(maxsize=1 << 12)  # several cleaners ask about the same line
def credit(line: str) -> str:
    """The credit that ends a caption, or "" where there is none.

    >>> credit("The prime minister, seen here on Monday. /Ann Lee/Reuters")
    '/Ann Lee/Reuters'
    >>> credit("She confirmed the report to Reuters")
    ''
    """
    tail = line[-80:].rstrip()
    if tail[-2:] not in _ENDINGS and tail[-1:] not in _BRACKETS and all(mark not in tail for mark in _MARKING):
        return ""
    match = _CREDIT.search(line, max(0, len(line) - 200))
    return match[0].strip() if match else ""
