"""Downloads from a server on this machine: the right file or a clear error, never a part of a file."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rtop_forecast.errors import DataIntegrityError, DownloadError, InputError
from rtop_forecast.sources import registry as registry_module
from rtop_forecast.sources.folder import download as _download
from rtop_forecast.sources.folder import fetch as fetching
from rtop_forecast.sources.folder.fetch import fetch, fetchable, wanted
from rtop_forecast.sources.registry import registry

GOOD = b"year,country,ccode\n1990,Rwanda,517\n" * 400


GOOD_HASH = sha256(GOOD).hexdigest()
PATIENT = 600.0  # seconds: no test may fail because the machine is busy


def zipped(members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


class Handler(BaseHTTPRequestHandler):
    """Answers by path; the server counts the requests."""

    def do_GET(self):
        count = self.server.counts[self.path] = self.server.counts[self.path] + 1
        name = self.path.rsplit("/", 1)[-1]
        if name == "gone.csv" or (name == "busy.csv" and count == 1) or name == "broken.csv":
            self.send_error({"gone.csv": 404, "busy.csv": 500, "broken.csv": 503}[name])
        elif name == "moved.csv":
            self.send_response(302)
            self.send_header("Location", "/good.csv")
            self.end_headers()
        elif name == "cut.csv" or (name == "flaky.csv" and count == 1):
            self.answer(GOOD[: len(GOOD) // 2], length=len(GOOD))
        elif name == "stalled.csv":
            self.send_response(200)
            self.send_header("Content-Length", str(len(GOOD)))
            self.end_headers()
            self.wfile.write(GOOD[:100])
            self.wfile.flush()
            self.server.release.wait()
        else:
            self.answer(self.server.bodies[name])

    def answer(self, body, *, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Keep the test's output clean."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as one:
        one.daemon_threads = True
        one.counts, one.release = Counter(), threading.Event()
        one.bodies = {
            "good.csv": GOOD,
            "busy.csv": GOOD,
            "flaky.csv": GOOD,
            "page.csv": b"<!DOCTYPE html><html>log in</html>",
            "data.csv.gz": gzip.compress(GOOD),
            "bad.csv.gz": gzip.compress(GOOD)[:-20],
            "data.zip": zipped({"Data_v1.csv": GOOD, "readme.pdf": b"..."}),
            "evil.zip": zipped({"../evil.csv": GOOD, "Data_v1.csv": GOOD}),
            "torn.zip": zipped({"Data_v1.csv": GOOD})[:-30],
            "empty.zip": zipped({"readme.pdf": b"..."}),
        }
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield one
        one.release.set()
        one.shutdown()


@pytest.fixture
def offer(server, monkeypatch, tmp_path):
    """Register one release under an address of the server, and fetch it."""
    monkeypatch.setattr(_download.time, "sleep", lambda _: None)
    base = registry()["epr-2021"]

    def run(name, *, digest=GOOD_HASH, timeout=PATIENT, retries=2):
        address = f"http://127.0.0.1:{server.server_port}/{name}"
        release = replace(base, download=address, download_sha256=digest)
        monkeypatch.setattr(registry_module, "registry", lambda: {release.key: release})
        return fetch("epr-2021", folder=tmp_path / "to", timeout=timeout, retries=retries)

    return run


def left(tmp_path):
    folder = tmp_path / "to"
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*")) if folder.is_dir() else []


def test_a_good_file_lands_whole_and_is_not_fetched_again(offer, server, tmp_path):
    table = offer("good.csv")
    assert left(tmp_path) == ["epr-2021", "epr-2021/good.csv"]
    assert (tmp_path / "to" / "epr-2021" / "good.csv").read_bytes() == GOOD
    assert table[["checked", "new"]].to_numpy().tolist() == [[True, True]]
    again = offer("good.csv")
    assert again["new"].tolist() == [False]
    assert server.counts["/good.csv"] == 1


@pytest.mark.parametrize("name", ["moved.csv", "busy.csv", "flaky.csv"])
def test_a_redirect_and_a_fault_that_passes_give_the_file(offer, tmp_path, name):
    table = offer(name)
    assert table["checked"].tolist() == [True]
    assert (tmp_path / "to" / "epr-2021" / name).read_bytes() == GOOD


@pytest.mark.parametrize(
    ("name", "message", "requests"),
    [
        ("gone.csv", "404", 1),
        ("broken.csv", r"tried 3 times\): the server answers 503", 3),
        ("cut.csv", "broke off before the whole file", 3),
    ],
)
def test_a_file_that_does_not_come_leaves_nothing(offer, server, tmp_path, name, message, requests):
    with pytest.raises(DownloadError, match=message):
        offer(name)
    assert server.counts[f"/{name}"] == requests
    assert left(tmp_path) == []


def test_a_file_that_stalls_is_given_up(offer, server, tmp_path):
    # the server answers no further, so that the limit is reached however busy the machine is
    with pytest.raises(DownloadError, match=r"tried 3 times\): no answer within the time limit"):
        offer("stalled.csv", timeout=0.2)
    assert left(tmp_path) == []


def test_a_server_that_is_not_there(offer, server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(DownloadError, match="cannot be downloaded"):
        offer("good.csv", retries=0)
    assert left(tmp_path) == []


def test_a_wrong_hash_is_reported_and_keeps_what_was_there(offer, tmp_path):
    offer("good.csv")
    with pytest.raises(DataIntegrityError, match=f"{'0' * 64}.*{sha256(GOOD).hexdigest()}"):
        offer("good.csv", digest="0" * 64)
    assert left(tmp_path) == ["epr-2021", "epr-2021/good.csv"]


def test_a_web_page_is_not_taken_for_data(offer, tmp_path):
    with pytest.raises(DataIntegrityError, match="web page"):
        offer("page.csv", digest="")
    assert left(tmp_path) == []


@pytest.mark.parametrize(("name", "file"), [("data.zip", "Data_v1.csv"), ("data.csv.gz", "data.csv")])
def test_an_archive_is_unpacked_and_its_data_file_checked(offer, tmp_path, name, file):
    table = offer(name)
    assert left(tmp_path) == ["epr-2021", f"epr-2021/{file}"]
    assert table["checked"].tolist() == [True]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("evil.zip", r"points outside the archive: '\.\./evil\.csv'"),
        ("torn.zip", "cannot be read as a zip archive"),
        ("empty.zip", "holds no data file"),
        ("bad.csv.gz", "cannot be unpacked"),
    ],
)
def test_an_unsafe_or_broken_archive_leaves_nothing(offer, tmp_path, name, message):
    with pytest.raises(DataIntegrityError, match=message):
        offer(name)
    assert left(tmp_path) == []
    assert not list(tmp_path.rglob("evil.csv"))


def test_a_release_without_a_hash_is_taken_as_it_comes(offer):
    table = offer("good.csv", digest="")
    assert table["checked"].tolist() == [False]
    assert table["sha256"].tolist() == [sha256(GOOD).hexdigest()]


def test_an_interruption_leaves_nothing(offer, tmp_path, monkeypatch):
    import pooch

    def interrupted(_self, _url, output_file, *_args, **_options):
        with open(output_file, "wb") as out:  # noqa: PTH123
            out.write(GOOD[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        offer("good.csv")
    assert left(tmp_path) == []


def test_waits_grow_between_tries(server, tmp_path):
    waits = []
    with pytest.raises(DownloadError):
        _download.download(
            f"http://127.0.0.1:{server.server_port}/broken.csv", tmp_path / "x", timeout=PATIENT, retries=3,
            wait=waits.append, pause=0.5,
        )  # fmt: skip
    assert waits == [0.5, 1.0, 2.0]


def test_sources_that_ask_for_a_login_name_their_page():
    with pytest.raises(InputError, match=r"form or login.*v-dem\.net/data"):
        wanted("vdem")
    with pytest.raises(InputError, match=r"no address that this library knows.*unhcr\.org"):
        wanted("unhcr")
    with pytest.raises(InputError, match="did you mean ucdp_ged"):
        wanted("ucdp_gedd")


def test_every_fetchable_dataset_comes_once_and_by_https():
    releases = fetchable()
    assert len({one.dataset for one in releases}) == len(releases) >= 8
    assert all(one.download.startswith("https://") for one in releases)
    assert [one.key for one in wanted(["ucdp-brd-25.1", "ucdp_brd"])] == ["ucdp-brd-25.1"] * 2


def test_fetching_many_starts_with_all_names_known(monkeypatch, tmp_path):
    monkeypatch.setattr(fetching, "download", lambda *_args, **_options: pytest.fail("downloaded"))
    with pytest.raises(InputError):
        fetch(["ucdp_ged", "nonsense"], folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
