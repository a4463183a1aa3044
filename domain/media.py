"""What a file is, told by its content: the signature first, then whether it is whole from beginning to end.

Strict on purpose: a file that is two things at once, or goes on after its end, is none of them. Nothing is rendered.
"""

import re
import zlib
from typing import NamedTuple

from domain.vocabulary import MediaType

_PDF_HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\r\n ]")
_PDF_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_PDF_TAIL = 1024
"""Bytes at the end within which a PDF says where its cross-reference table stands (ISO 32000, 7.5.5)."""
_PDF_TABLE = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
_PNG_HEADER = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK = 12
"""Bytes of a chunk besides its data: length, type, checksum."""


class _Segment(NamedTuple):
    marker: int
    end: int


def recognised(content: bytes) -> MediaType | None:
    """The type of a file that is one of those we know and whole; None for everything else."""
    if _PDF_HEADER.match(content):
        return MediaType.PDF if _is_pdf(content) else None
    if content.startswith(_PNG_HEADER):
        return MediaType.PNG if _is_png(content) else None
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG if _is_jpeg(content) else None
    return None


def _is_pdf(content: bytes) -> bool:
    """The end names a place where a cross-reference table or stream begins."""
    end = _PDF_END.search(content[-_PDF_TAIL:])
    return end is not None and _PDF_TABLE.match(content, int(end[1])) is not None


def _is_png(content: bytes) -> bool:
    """Chunks from IHDR to IEND, every checksum right, pixels among them, nothing after."""
    place, names = len(_PNG_HEADER), []
    while place + _PNG_CHUNK <= len(content):
        length = int.from_bytes(content[place : place + 4])
        end = place + _PNG_CHUNK + length
        checked = content[place + 4 : end - 4]
        if end > len(content) or zlib.crc32(checked) != int.from_bytes(content[end - 4 : end]):
            return False
        names.append(checked[:4])
        place = end
        if names[-1] == b"IEND":
            break
    return place == len(content) and names[:1] == [b"IHDR"] and b"IDAT" in names and names[-1] == b"IEND"


def _is_jpeg(content: bytes) -> bool:
    """Segments up to the picture, a frame among them, and the end of the image at the end of the file."""
    place, framed = 2, False
    while segment := _segment(content, place):
        if segment.marker == 0xDA:
            return framed and content.endswith(b"\xff\xd9")
        framed = framed or (0xC0 <= segment.marker <= 0xCF and segment.marker not in (0xC4, 0xC8, 0xCC))
        place = segment.end
    return False


def _segment(content: bytes, place: int) -> _Segment | None:
    """The segment of a JPEG at a place; None where none begins."""
    head = content[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or not 0xC0 <= head[1] <= 0xFE or 0xD0 <= head[1] <= 0xD9:
        return None
    length = int.from_bytes(head[2:])
    return _Segment(head[1], place + 2 + length) if length >= 2 else None
