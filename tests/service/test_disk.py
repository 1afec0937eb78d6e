"""A disk that is really full: a small one is mounted where that is allowed, else a limit of the system's stands in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openai
import pytest

from ftwidgets.connection import find

GOOD = b'{"messages": []}\n'


@pytest.fixture
def small_disk(new_home, tmp_path, request):
    """A home whose service, or what of it is named by the test, lies on a disk of 3 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "small", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    home = new_home()
    place = home / getattr(request, "param", "service")
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(disk, target_is_directory=True)
    yield home
    subprocess.run(["umount", str(disk)], check=True)


def files(home: Path) -> set[str]:
    folder = home / "service" / "files"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def told(error: openai.APIStatusError) -> str:
    assert error.status_code == 507
    assert error.response.headers["x-should-retry"] == "false"
    assert set(error.body) == {"message", "type", "param", "code"}
    return error.message


def test_what_does_not_fit_beside_the_reserve_is_refused_before_it_comes(small_disk, open_service):
    with open_service(small_disk) as service:
        with pytest.raises(openai.APIStatusError) as caught:
            service.upload(GOOD)
        assert "100 MB of them stay free" in told(caught.value)
        with pytest.raises(openai.APIStatusError) as caught:
            service.client.uploads.create(filename="a", purpose="vision", bytes=10**9, mime_type="a/b")
        assert "1,000.0 MB more do not fit" in told(caught.value)
        assert service.client.files.list().data == []
    assert files(small_disk) == set()


def test_a_disk_that_fills_up_meanwhile_harms_nothing(small_disk, open_service, monkeypatch):
    monkeypatch.setattr(
        "ftwidgets.service.disk.RESERVE", -(10**12)
    )  # as if another program took the room at that moment
    with open_service(small_disk) as service:
        kept = service.upload(GOOD)
        upload = service.client.uploads.create(filename="a", purpose="vision", bytes=2_200_000, mime_type="a/b")
        parts = [service.client.uploads.parts.create(upload.id, data=bytes(1_100_000)).id]
        for ask in (
            lambda: service.upload(GOOD * 200_000),
            lambda: service.client.uploads.parts.create(upload.id, data=bytes(3_000_000)),
        ):
            with pytest.raises(openai.APIStatusError) as caught:
                ask()
            assert "The disk is full" in told(caught.value)
        parts.append(service.client.uploads.parts.create(upload.id, data=bytes(1_100_000)).id)
        with pytest.raises(openai.APIStatusError) as caught:
            service.client.uploads.complete(upload.id, part_ids=parts)
        assert "The disk is full" in told(caught.value)
        assert service.client.uploads.cancel(upload.id).status == "cancelled"
        assert service.client.files.content(kept).read() == GOOD
        again = service.upload(GOOD * 1000)
        assert {file.id for file in service.client.files.list()} == {kept, again}
    assert files(small_disk) == {kept, again}


@pytest.mark.parametrize("small_disk", ["service/files"], indirect=True)
def test_a_disk_that_may_not_be_written_to_any_more_can_still_be_read(small_disk, open_service, monkeypatch):
    monkeypatch.setattr("ftwidgets.service.disk.RESERVE", 0)
    disk = str((small_disk / "service" / "files").resolve())
    with open_service(small_disk) as service:
        kept = service.upload(GOOD)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for ask in (lambda: service.upload(GOOD), lambda: service.client.files.delete(kept)):
            with pytest.raises(openai.APIStatusError) as caught:
                ask()
            assert "cannot be written to" in told(caught.value)
        assert service.client.files.content(kept).read() == GOOD
        assert [file.id for file in service.client.files.list()] == [kept]
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert service.client.files.delete(kept).deleted
    assert files(small_disk) == set()


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
from ftwidgets.cli import main
sys.argv[1:] = ["serve", "--home", sys.argv[1]]
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the limit is POSIX's")
def test_a_file_that_the_system_does_not_take_harms_nothing(new_home, wait_until):
    home = new_home()
    process = subprocess.Popen([sys.executable, "-c", LIMITED, str(home)], stdout=subprocess.PIPE)
    try:
        wait_until(lambda: find(home))
        with find(home).client() as client:
            kept = client.files.create(file=("a.bin", GOOD), purpose="vision").id
            with pytest.raises(openai.APIStatusError) as caught:
                client.files.create(file=("b.bin", bytes(3_000_000)), purpose="vision")
            assert "no file as large as this" in told(caught.value)
            assert client.files.content(kept).read() == GOOD
            again = client.files.create(file=("c.bin", bytes(1_000_000)), purpose="vision").id
            assert files(home) == {kept, again}
    finally:
        process.terminate()
        process.communicate()
