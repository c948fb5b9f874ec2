"""One address to one file: with a time limit, retries where they may help, and nothing left behind on failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rtop_forecast.display import draws_bars
from rtop_forecast.errors import DownloadError
from rtop_forecast.storage.files import is_disk_fault

__all__ = ["cause", "download"]

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})


def download(
    address: str,
    target: Path,
    *,
    timeout: float,
    retries: int,
    shown: bool = False,
    wait: Callable[[float], None] | None = None,
    pause: float = 1.0,
) -> None:
    """Download an address to a file.

    Parameters
    ----------
    address : str
    target : pathlib.Path
        In an existing folder; after a failure it does not exist.
    timeout : float
        Seconds without an answer, or without further bytes, after which a try has failed.
    retries : int
        Further tries after answers and faults that may pass (a server's error, a broken or stalled connection),
        each after twice the pause of the one before. A file that is not there is not tried again.
    shown : bool
        Whether a bar of the bytes is drawn, where one can be.
    wait, pause
        How to wait (by default, sleeping), and the first pause in seconds.

    Raises
    ------
    DownloadError
        With the address and what went wrong in the last try.
    OSError
        As it comes, if the disk does not take the file.
    """
    import pooch
    import requests

    fetch = pooch.HTTPDownloader(progressbar=shown and draws_bars(), timeout=timeout)
    for tried in range(retries + 1):
        try:
            fetch(address, str(target), None)
            return
        except requests.exceptions.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            again, fault = status in _RETRIED, f"the server answers {status} {_phrase(error)}".rstrip()
        except (requests.exceptions.RequestException, OSError) as error:
            if is_disk_fault(error):
                target.unlink(missing_ok=True)
                raise
            again, fault = True, cause(error)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        target.unlink(missing_ok=True)
        if not again or tried == retries:
            break
        (time.sleep if wait is None else wait)(pause * 2**tried)
    times = "once" if tried == 0 else f"{tried + 1} times"
    message = f"{address} cannot be downloaded (tried {times}): {fault}. Visit the page of the source, or try later."
    raise DownloadError(message)


def _phrase(error: Any) -> str:
    return str(getattr(error.response, "reason", "") or "")


def cause(error: BaseException) -> str:
    """Say what went wrong with a connection, in plain words where there are some."""
    import requests

    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
        return "no answer within the time limit"
    if isinstance(error, requests.exceptions.ChunkedEncodingError) or "IncompleteRead" in str(error):
        return "the connection broke off before the whole file had come"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy gives no connection; check the network and its settings"
    if isinstance(error, requests.exceptions.ConnectionError) and not isinstance(
        error, requests.exceptions.SSLError
    ):
        return "no connection can be made; check that there is a network"
    return " ".join(str(error).split())[:200]
