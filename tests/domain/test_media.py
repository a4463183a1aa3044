"""What a file is, told by its content alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media import recognised
from domain.vocabulary import MediaType
from tests.files import jpeg, pdf, png

WHOLE = {MediaType.PDF: pdf(), MediaType.PNG: png(), MediaType.JPEG: jpeg()}


@pytest.mark.parametrize("media_type", MediaType)
def test_a_whole_file_is_recognised(media_type: MediaType) -> None:
    assert recognised(WHOLE[media_type]) is media_type


@pytest.mark.parametrize("media_type", MediaType)
def test_a_file_cut_short_or_gone_on_is_none_of_them(media_type: MediaType) -> None:
    whole = WHOLE[media_type]
    assert recognised(whole[: len(whole) // 2]) is None
    assert recognised(whole[:-6]) is None
    assert recognised(whole + b"<script>alert(1)</script>") is None
    assert recognised(b"MZ" + whole) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Surat keterangan",
        b"<html>%PDF-1.7</html>",
        b"%PDF-1.7\nnothing follows\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n99999999\n%%EOF\n",
        b"%PDF-9.9\n" + pdf()[9:],
        b"PK\x03\x04" + b"\x00" * 40,
        b"GIF89a" + b"\x00" * 40,
        b"\x89PNG\r\n\x1a\n",
        png().replace(b"IDAT", b"IDAX"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01\xff\xd9",
    ],
)
def test_what_only_looks_like_one_is_refused(content: bytes) -> None:
    assert recognised(content) is None


@given(st.binary(max_size=300), st.sampled_from([b"", b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]))
def test_no_bytes_break_it(rest: bytes, head: bytes) -> None:
    assert recognised(head + rest) in (None, *MediaType)
