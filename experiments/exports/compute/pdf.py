"""HTML to PDF. Only workers call this."""

from __future__ import annotations

from jobs.perform import JobFailure


def pdf_of(html: str) -> bytes:
    """The document on A4, made of nothing but its own text.

    Raises:
        JobFailure: the machine lacks the libraries that lay text out.
    """
    try:
        import weasyprint  # noqa: PLC0415 (loads Pango, which not every machine has)
    except OSError as error:
        raise JobFailure("pdf_impossible") from error
    # Whatever somebody typed, making the document asks nobody for anything.
    nothing = weasyprint.URLFetcher(allowed_protocols=())
    found: bytes = weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf()
    return found
