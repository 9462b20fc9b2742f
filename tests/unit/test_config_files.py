"""Saving a configuration on disks that are full, folders that are closed, and beside other savers."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from tests.unit.settings_samples import COMMENTED, PROD, write
from wizard.config import (
    ConfigError,
    load,
    save_profile,
    save_theme,
)


def test_file_and_folder_are_the_users_alone_and_nothing_is_left_behind(config_file: Path) -> None:
    save_profile("prod", PROD)
    config_file.chmod(0o644)
    save_profile("uat", PROD)
    assert config_file.stat().st_mode & 0o777 == 0o600
    assert config_file.with_name("config.toml.bak").stat().st_mode & 0o777 == 0o600
    assert config_file.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(os.listdir(config_file.parent)) == ["config.toml", "config.toml.bak"]


def test_saving_the_same_again_writes_nothing(config_file: Path) -> None:
    save_profile("prod", PROD)
    before = config_file.stat()
    save_profile("prod", PROD)
    assert config_file.stat() == before


def test_a_symbolic_link_stays_one(home: Path, config_file: Path) -> None:
    real = write(home / "dotfiles" / "mail.toml", COMMENTED)
    config_file.parent.mkdir(parents=True)
    config_file.symlink_to(real)
    save_theme("paper")
    assert config_file.is_symlink()
    assert 'theme = "paper"' in real.read_text()
    assert sorted(os.listdir(config_file.parent)) == ["config.toml"]


def test_many_savers_at_once_lose_nothing(config_file: Path) -> None:
    names = [f"p{number}" for number in range(12)]
    start = threading.Barrier(len(names))

    def save(name: str) -> None:
        start.wait()
        save_profile(name, PROD)

    threads = [threading.Thread(target=save, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(load().profiles) == set(names)
    assert sorted(os.listdir(config_file.parent)) == ["config.toml", "config.toml.bak"]


def test_two_wizards_that_changed_the_same_profile_keep_both_changes(config_file: Path) -> None:
    save_profile("prod", PROD)
    loaded = load().profiles["prod"]
    save_profile("prod", loaded._replace(host="from-the-first.example.com"), base=loaded)
    save_profile("prod", loaded._replace(port="465"), base=loaded)
    assert load().profiles["prod"] == PROD._replace(host="from-the-first.example.com", port="465")


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "quota is used up"), (errno.EROFS, "read-only file system")],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_other(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str, call: str
) -> None:
    write(config_file, COMMENTED)

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(ConfigError, match=rf"Cannot save {config_file}: .*{words}.*The file is as it was\."):
        save_profile("prod", PROD)
    assert config_file.read_text() == COMMENTED
    assert os.listdir(config_file.parent) == ["config.toml"]


def test_a_folder_in_place_of_the_file_is_told(config_file: Path) -> None:
    config_file.mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"Cannot read .*it is a folder, not a file"):
        load()
    with pytest.raises(ConfigError, match="it is a folder, not a file"):
        save_profile("prod", PROD)


def test_a_pipe_is_refused_instead_of_waited_for(config_file: Path) -> None:
    config_file.parent.mkdir(parents=True)
    os.mkfifo(config_file)
    with pytest.raises(ConfigError, match="it is not an ordinary file"):
        load()


def test_devnull_reads_as_empty_and_is_not_replaced(home: Path) -> None:
    assert load(Path(os.devnull)).profiles == {}
    with pytest.raises(ConfigError, match="not an ordinary file"):
        save_profile("prod", PROD, path=Path(os.devnull))


def test_a_file_that_may_not_be_read_is_told(folder_of_ordinary_user: Path) -> None:
    file = write(folder_of_ordinary_user / "config.toml", COMMENTED)
    file.chmod(0)
    with pytest.raises(ConfigError, match="you do not have the permission"):
        load(file)
    with pytest.raises(ConfigError, match="you do not have the permission"):
        save_profile("prod", PROD, path=file)


def test_a_folder_that_may_not_be_written_is_told_and_the_file_stays(folder_of_ordinary_user: Path) -> None:
    file = write(folder_of_ordinary_user / "config.toml", COMMENTED)
    folder_of_ordinary_user.chmod(0o500)
    with pytest.raises(ConfigError, match=r"Cannot save .*you do not have the permission.*The file is as it was"):
        save_profile("prod", PROD, path=file)
    assert file.read_text() == COMMENTED
    assert os.listdir(folder_of_ordinary_user) == ["config.toml"]


def test_a_hosts_file_meant_for_others_does_not_stop_the_user(
    folder_of_ordinary_user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = write(folder_of_ordinary_user / "shared.toml", COMMENTED)
    shared.chmod(0)
    monkeypatch.delenv("SMTP_WIZARD_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder_of_ordinary_user / "own"))
    config = load(system=shared)
    assert config.profiles == {}
    assert "you do not have the permission" in config.notes[0]
