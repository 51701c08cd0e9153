"""A letter of plain text on a sheet of paper."""

from casecoord.domain.words import Language
from casecoord.paper.export import printed


def pdf_of_letter(text: str, language: Language) -> bytes:
    """The letter as a PDF that a screen reader can follow: its first line as title, each other as a paragraph."""
    title, *lines = (line.strip() for line in text.splitlines() if line.strip())
    return printed({"title": title, "language": language, "size": 13, "intro": lines, "sections": []})
