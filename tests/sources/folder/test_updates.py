"""Updates of a folder from a server on this machine: all of a release or nothing of it, and never a wrong one."""

from __future__ import annotations

import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.folder.newest import following
from rtop_forecast.sources.folder.updates import offers, prepare
from rtop_forecast.sources.registry import registry
from rtop_forecast.storage import files
from rtop_forecast.storage.cache import folder_digest


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def states(frame):
    return dict(zip(frame["key"], frame["state"], strict=True))


def test_a_newer_release_is_found_read_and_put_in_place(publisher, offered, release_folder, pts, onesided):
    offered()
    publisher.bodies |= {"PTS-2025.csv": pts[1], "ucdp-onesided-231-csv.zip": onesided}
    before = contents(release_folder)
    plan = rtop.find_updates(release_folder)
    assert states(plan) == {"pts-2025": "new", "ucdp-onesided-23.1": "new"}
    assert plan["have"].tolist() == ["2024", ""]
    assert contents(release_folder) == before, "asking writes nothing"
    with rtop.prepare_update(release_folder) as update:
        assert states(update.frame) == {"pts-2025": "fetched", "ucdp-onesided-23.1": "fetched"}
        assert len(update.fetched) == 2
        assert {path: before[path] for path in before} == {
            path: content for path, content in contents(release_folder).items() if not path.startswith(".")
        }
        seen, digest = contents(update.folder), folder_digest(update.folder)
        assert set(rtop.describe_folder(update.folder)["release"]) == {"2024", "2025", "23.1"}
        update.keep()
    assert contents(release_folder) == seen, "the folder is what was shown"
    assert folder_digest(release_folder) == digest
    assert {name for name in seen if "/." not in name} == {
        "rights/PTS-2024.csv", "pts-2025/PTS-2025.csv", "ucdp-onesided-23.1/OneSided_v23_1.csv",
    }  # fmt: skip
    assert "not registered" in update.frame.loc[0, "note"]


def test_what_is_not_kept_leaves_nothing(publisher, offered, release_folder, pts):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    before = contents(release_folder)
    with rtop.prepare_update(release_folder):
        pass
    assert contents(release_folder) == before
    with pytest.raises(KeyboardInterrupt), rtop.prepare_update(release_folder):
        raise KeyboardInterrupt
    assert contents(release_folder) == before


def test_an_unchanged_file_is_not_fetched_again(publisher, offered, release_folder, pts):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    with rtop.prepare_update(release_folder) as update:
        update.keep()
    after = contents(release_folder)
    asked = publisher.asked["PTS-2025.csv"]
    with rtop.prepare_update(release_folder) as update:
        assert states(update.frame) == {"pts-2025": "unchanged"}
        assert len(update.fetched) == 0
        update.keep()
    assert contents(release_folder) == after
    assert publisher.asked["PTS-2025.csv"] == asked + 1, "asked for once, to find it"


def test_a_file_replaced_under_its_address_is_fetched(publisher, offered, release_folder, pts):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    with rtop.prepare_update(release_folder) as update:
        update.keep()
    one, other = b"2024,ZIM,552,ZWE,716,ssa,3", b"2024,ZIM,552,ZWE,716,ssa,4"
    assert one in pts[1]
    publisher.bodies["PTS-2025.csv"] = pts[1].replace(one, other)
    assert states(rtop.find_updates(release_folder)) == {"pts-2025": "replaced"}
    with rtop.prepare_update(release_folder) as update:
        assert states(update.frame) == {"pts-2025": "fetched"}
        update.keep()
    assert (release_folder / "pts-2025" / "PTS-2025.csv").read_bytes() == publisher.bodies["PTS-2025.csv"]
    assert states(rtop.find_updates(release_folder)) == {"pts-2025": "unchanged"}


def test_the_same_bytes_under_another_tag_are_unchanged(publisher, offered, release_folder, pts, monkeypatch):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    with rtop.prepare_update(release_folder) as update:
        update.keep()
    note = release_folder / "pts-2025" / ".fetched.json"
    note.write_bytes(note.read_bytes().replace(b'"etag": "', b'"etag": "other'))
    with rtop.prepare_update(release_folder) as update:
        assert states(update.frame) == {"pts-2025": "unchanged"}
        assert update.frame.loc[0, "note"] == "the same file as before"


def test_a_release_from_elsewhere_stays(publisher, offered, release_folder, pts):
    offered("pts-2024")
    publisher.bodies["PTS-2024.csv"] = pts[0]
    assert states(rtop.find_updates(release_folder)) == {"pts-2024": "there"}
    assert publisher.asked["PTS-2024.csv"] == 0


def torn(content):
    """Table with a row in the middle that is no row of it."""
    lines = content.splitlines(keepends=True)
    return b"".join([*lines[:2000], b"Nowhere,,XXX,XXX,9999,notayear,9,9,9\n", *lines[2000:]])


@pytest.mark.parametrize(
    ("fault", "state", "says"),
    [
        ("cut", "failed", "broke off before the whole file had come"),
        ("missing", "failed", "the server answers 404"),
        ("stopping", "failed", "cannot be downloaded"),
        ("page", "refused", "web page"),
        ("other", "refused", "is no pts: not recognised"),
        ("torn", "refused", "is no pts: "),
    ],
)
def test_a_release_that_does_not_come_or_is_refused_changes_nothing(
    publisher, offered, release_folder, published, fault, state, says
):
    offered()
    pts, onesided = published
    bodies = {"page": b"<!DOCTYPE html><html>log in</html>", "other": b"a,b\n1,2\n", "torn": torn(pts[1])}
    publisher.bodies |= {"ucdp-onesided-231-csv.zip": onesided, "PTS-2025.csv": bodies.get(fault, pts[1])}
    publisher.cut |= {"PTS-2025.csv"} if fault in {"cut", "stopping"} else set()
    publisher.stopping |= {"PTS-2025.csv"} if fault == "stopping" else set()
    if fault == "missing":
        del publisher.bodies["PTS-2025.csv"]
        (release_folder / "rights" / "PTS-2024.csv").unlink()
    before = contents(release_folder)
    with rtop.prepare_update(release_folder, retries=1) as update:
        frame = update.failed
        if fault != "stopping":
            assert states(update.frame)["ucdp-onesided-23.1"] == "fetched", (
                "one failure costs no other release"
            )
        update.keep()
    assert frame["state"].iloc[0] == state
    assert says in frame["note"].iloc[0]
    after = contents(release_folder)
    assert {path: after.get(path) for path in before} == before
    assert not any(path.startswith(("pts", ".update")) for path in after)


def test_a_refused_find_by_number_does_not_cost_the_registered_release(publisher, offered, tmp_path, pts):
    offered("pts-2024")
    publisher.bodies |= {"PTS-2024.csv": pts[0], "PTS-2025.csv": b"a,b\n1,2\n"}
    empty = tmp_path / "empty"
    empty.mkdir()
    with rtop.prepare_update(empty) as update:
        assert states(update.frame) == {"pts-2025": "refused", "pts-2024": "fetched"}
        update.keep()
    assert (empty / "pts-2024" / "PTS-2024.csv").read_bytes() == pts[0]


def test_without_a_server_nothing_is_changed(publisher, offered, release_folder):
    offered()
    publisher.shutdown()
    publisher.server_close()
    before = contents(release_folder)
    for call in (rtop.find_updates, lambda folder: rtop.prepare_update(folder).__enter__()):
        with pytest.raises(rtop.DownloadError, match=r"no publisher can be reached.*as it was"):
            call(release_folder)
    assert contents(release_folder) == before


@pytest.mark.parametrize("at", [1, 2])
def test_a_release_that_cannot_be_put_in_place_takes_the_others_back(
    publisher, offered, release_folder, pts, onesided, monkeypatch, at
):
    offered()
    publisher.bodies |= {"PTS-2025.csv": pts[1], "ucdp-onesided-231-csv.zip": onesided}
    before = contents(release_folder)
    with rtop.prepare_update(release_folder) as update:
        calls, place = [], files.place_folder

        def failing(ready, final):
            calls.append(final)
            if len(calls) == at:
                message = "no space"
                raise rtop.StorageError(message)
            return place(ready, final)

        monkeypatch.setattr(prepare, "place_folder", failing)
        with pytest.raises(rtop.StorageError, match="no space"):
            update.keep()
    assert contents(release_folder) == before


@pytest.mark.parametrize(
    ("key", "release", "address"),
    [
        ("ucdp-brd-25.1", "26.1", "https://ucdp.uu.se/downloads/brd/ucdp-brd-dyadic-261-csv.zip"),
        ("pts-2024", "2025", "https://www.politicalterrorscale.org/Data/Files/PTS-2025.csv"),
        ("epr-2021", "2022", "https://icr.ethz.ch/data/epr/core/EPR-2022.csv"),
    ],
)
def test_the_next_release_has_the_next_number(key, release, address):
    later = following(registry()[key])
    assert (later.release, later.download, later.download_sha256) == (release, address, "")
    assert later.dataset == registry()[key].dataset


def test_an_address_without_the_number_has_no_next():
    assert following(registry()["sipri-2024"]) is None


def test_every_dataset_is_either_offered_or_got_by_hand(release_folder):
    table = rtop.describe_by_hand(release_folder)
    free = {one.dataset for one in offers.fetchable()}
    assert set(table["dataset"]) == {one.dataset for one in registry().values() if one.dataset} - free
    assert table["page"].str.startswith("https://").all()
    assert (table["file_pattern"].str.len() > 0).all()
    assert table.set_index("dataset").loc["vdem", "why"] == "login"


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    for call in (
        rtop.find_updates,
        rtop.describe_by_hand,
        lambda path: rtop.prepare_update(path).__enter__(),
    ):
        with pytest.raises(rtop.InputError, match="does not exist"):
            call(tmp_path / "nowhere")
