"""Asking publishers what they offer: whether a file is there, whether it changed, whether a newer release came out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from rtop_forecast.sources.folder.download import cause
from rtop_forecast.sources.registry import Release

__all__ = ["Answer", "Asked", "ask", "following", "newest_offered"]

# A missing file is answered so; stores of objects say 403 where nothing may be listed.
_MISSING = frozenset({403, 404, 410})
_UNCHANGED = 304
# A publisher may leave out a number or a year, as for data of every second year.
_MISSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server says of an address.

    Attributes
    ----------
    there, unchanged : bool
        Whether there is a file, and whether it is the one that the validators were of.
    etag, modified : str
        Its validators, empty where the server gives none.
    fault : str
        Why there is no file, or no answer.
    reached : bool
        Whether the server answered at all.
    """

    there: bool
    unchanged: bool = False
    etag: str = ""
    modified: str = ""
    fault: str = ""
    reached: bool = True


Asked = Callable[[str, str, str], Answer]


def ask(address: str, etag: str = "", modified: str = "", *, timeout: float) -> Answer:
    """Ask for an address without reading the file.

    Parameters
    ----------
    address : str
    etag, modified : str
        Validators of the file at hand, if it came from there.
    timeout : float
        Seconds without an answer after which there is none.
    """
    import requests

    headers = {"If-None-Match": etag} if etag else {"If-Modified-Since": modified} if modified else {}
    try:
        with requests.get(address, headers=headers, stream=True, timeout=timeout) as answer:
            status, said = answer.status_code, answer.headers
    except (requests.exceptions.RequestException, OSError) as error:
        return Answer(there=False, fault=cause(error), reached=False)
    if status == _UNCHANGED:
        return Answer(there=True, unchanged=True, etag=etag, modified=modified)
    if status >= 300:
        return Answer(there=False, fault=f"the server answers {status} {answer.reason or ''}".rstrip())
    if "html" in said.get("Content-Type", "").lower():
        return Answer(there=False, fault="the server gives a web page")
    return Answer(there=True, etag=said.get("ETag", ""), modified=said.get("Last-Modified", ""))


def following(release: Release) -> Release | None:
    """Release that comes next by its number, at the address that it would have.

    UCDP's numbers go from 25.1 to 26.1 and stand in addresses without the point; others are a year. None where the
    address does not have the number, once.

    Examples
    --------
    >>> from rtop_forecast.sources.registry import registry
    >>> nxt = following(registry()["ucdp-ged-26.1"])
    >>> nxt.key, nxt.download
    ('ucdp-ged-27.1', 'https://ucdp.uu.se/downloads/ged/ged271-csv.zip')
    """
    number = re.fullmatch(r"(\d+)(\.\d+)?", release.release)
    if number is None:
        return None
    text = f"{int(number[1]) + 1}{number[2] or ''}"
    old, new = release.release.replace(".", ""), text.replace(".", "")
    parts = urlsplit(release.download)
    if len(re.findall(rf"(?<!\d){old}(?!\d)", parts.path)) != 1:
        return None
    path = re.sub(rf"(?<!\d){old}(?!\d)", new, parts.path)
    return replace(
        release,
        key=release.key.replace(release.release, text),
        release=text,
        download=parts._replace(path=path).geturl(),
        download_sha256="",
        sha256=(),
        content_sha256=(),
    )


def newest_offered(release: Release, asked: Asked) -> tuple[Release, Answer | None]:
    """Newest release that a publisher offers, from a registered one on, with the answer to the question for it.

    The answer is None where no later one is there: whether the registered one is remains to be asked.
    """
    best: tuple[Release, Answer | None] = (release, None)
    misses = 0
    for one in _after(release):
        answer = asked(one.download, "", "")
        if answer.there:
            best, misses = (one, answer), 0
        else:
            misses += 1
        if misses == _MISSES or not answer.reached:
            break
    return best


def _after(release: Release) -> Iterator[Release]:
    one = following(release)
    while one is not None:
        yield one
        one = following(one)
