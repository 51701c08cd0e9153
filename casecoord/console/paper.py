"""A page of plain text as a PDF: one font that every reader has, and nothing else in it."""

from textwrap import wrap

_WIDE, _TALL, _MARGIN = 595, 842, 72  # A4, in points
_SIZE, _LEADING, _CHARACTERS = 12, 17, 78


def as_pdf(text: str) -> bytes:
    """The text on one sheet of A4, its first line larger. What the font cannot write becomes a question mark."""
    lines = [part for line in text.splitlines() for part in (wrap(line, _CHARACTERS) or [""])]
    return _file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>" % (_WIDE, _TALL),
        _stream(_written(lines)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )


def _written(lines: list[str]) -> bytes:
    start = b"BT /F1 %d Tf %d TL %d %d Td " % (_SIZE + 4, _LEADING, _MARGIN, _TALL - _MARGIN)
    first, *rest = map(_string, lines or [""])
    others = b" ".join(b"T* %s Tj" % line for line in rest)
    return start + first + b" Tj /F1 %d Tf " % _SIZE + others + b" ET"


def _string(line: str) -> bytes:
    written = line.encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        written = written.replace(special, b"\\" + special)
    return b"(" + written + b")"


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _file(*objects: bytes) -> bytes:
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
    return bytes(made)
