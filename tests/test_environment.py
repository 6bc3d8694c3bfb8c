"""Settings from environment variables: which count, and what is said of a slip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from replica import Replica, make_posts
from rig.commands import run
from scrapy.settings import Settings

from archiver.environment import apply_environment, is_from_environment
from archiver.setting_names import own_settings

by_both = pytest.mark.parametrize("name", ["kexue", "scrapy"])


def test_every_setting_may_be_a_variable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts more than the settings file, and less than ``-s``; it is read as ``-s`` is."""
    for setting in own_settings():
        monkeypatch.setenv(setting.name, "7")
    monkeypatch.setenv("KEXUE_EXIT_STATUS", "1")
    monkeypatch.setenv("DOWNLOAD_DELAY", "0")
    changed = settings.copy()
    changed.set("KEXUE_NAME", "given", priority="cmdline")
    apply_environment(changed)
    names = {setting.name for setting in own_settings()}
    assert {name: changed[name] for name in names} == {
        **dict.fromkeys(names, "7"),
        "KEXUE_NAME": "given",
    }
    assert (changed.getint("KEXUE_RECHECK"), changed.getfloat("KEXUE_BACKOFF")) == (7, 7.0)
    assert changed["DOWNLOAD_DELAY"] == settings["DOWNLOAD_DELAY"]
    assert "KEXUE_EXIT_STATUS" not in changed
    assert is_from_environment(changed, "KEXUE_RECHECK")
    assert not is_from_environment(changed, "KEXUE_NAME")
    assert not is_from_environment(settings, "KEXUE_RECHECK")


@by_both
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("KEXUE_CONTCAT", "x", "there is no setting KEXUE_CONTCAT; did you mean KEXUE_CONTACT?"),
        ("kexue_contact", "x", "there is no setting kexue_contact; did you mean KEXUE_CONTACT?"),
        ("KEXUE_COLOUR", "red", "there is no setting KEXUE_COLOUR"),
        ("KEXUE_FULL", "1", "there is no setting KEXUE_FULL"),
        ("KEXUE_RECHECK", "many", "KEXUE_RECHECK=many is not a whole number from 0 on"),
        ("KEXUE_PATIENCE", "-1", "KEXUE_PATIENCE=-1 is not a number from 0 on"),
        ("KEXUE_JSONL_COUNTS", "no", "KEXUE_JSONL_COUNTS=no is neither 1 nor 0"),
        ("KEXUE_DATA_DIR", "", "KEXUE_DATA_DIR is empty"),
        ("KEXUE_DATA_DIR", "~nobody-here/x", "KEXUE_DATA_DIR=~nobody-here/x: there is no home"),
        ("KEXUE_BASE_URL", "kexue.fm", "KEXUE_BASE_URL: "),
        ("KEXUE_HOOK_WHEN", "never", "KEXUE_HOOK_WHEN=never is neither always nor failure"),
        ("KEXUE_HOOK_URL", "x", "KEXUE_HOOK_URL is not an address like "),
    ],
)
def test_slip_is_one_sentence(name: str, variable: str, value: str, sentence: str) -> None:
    words = {"kexue": ["status"], "scrapy": ["crawl", "kexue"]}[name]
    said = run(*words, "-s", "KEXUE_NAME=x", env={variable: value}, name=name)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"{name} {words[0]}: in the environment: {sentence}")
    assert said.stderr.count("\n") == 1


@by_both
def test_option_counts_more(tmp_path: Path, name: str) -> None:
    """Also where the variable has a value that cannot be used."""
    env = {"KEXUE_DATA_DIR": "elsewhere", "KEXUE_RECHECK": "many"}
    said = run(
        "status", "-s", f"KEXUE_DATA_DIR={tmp_path}", "-s", "KEXUE_RECHECK=1", env=env, name=name
    )
    assert said.stderr.startswith(f"{name} status: there is no archive at {tmp_path}/kexue.db; ")
    wrong = run("status", "-s", "KEXUE_RECHECK=many", env={"KEXUE_RECHECK": "1"}, name=name)
    assert wrong.stderr.startswith(f"{name} status: KEXUE_RECHECK=many is not ")


def test_command_of_a_hook_may_call_the_program(tmp_path: Path) -> None:
    """The exit status that it is told is no setting."""
    env = {"KEXUE_EXIT_STATUS": "1", "KEXUE_DATA_DIR": str(tmp_path)}
    assert "there is no archive" in run("status", env=env, name="kexue").stderr


def test_hook_of_the_environment_is_told_of_slips(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    env = {"KEXUE_HOOK_COMMAND": f"cat > {report}", "KEXUE_RECHEKC": "1"}
    assert run("crawl", env=env, name="kexue").returncode == 2
    assert json.loads(report.read_text("utf-8")) == {
        "exit_status": 2,
        "outcome": "in the environment: there is no setting KEXUE_RECHEKC;"
        " did you mean KEXUE_RECHECK?",
    }


def test_hook_of_the_environment_is_not_told_of_a_demo(tmp_path: Path) -> None:
    """Who waits for news of the archive must not take the demo's for it; an option is meant so."""
    told = tmp_path / "told"
    env = {"KEXUE_HOOK_COMMAND": f"touch {told}"}
    words = ("demo", "-a", "limit=x")  # every end is told, also this one
    assert run(*words, env=env, name="kexue").returncode == 2
    assert not told.exists()
    option = ("-s", f"KEXUE_HOOK_COMMAND=touch {told}")
    assert run(*words, *option, env=env, name="kexue").returncode == 2
    assert told.exists()


def test_scrapys_own_commands_have_the_contact_too(tmp_path: Path) -> None:
    """``scrapy fetch`` asks by the spider, in the clone."""
    with Replica(make_posts(1)) as blog:
        env = {
            "KEXUE_BASE_URL": blog.base_url,
            "KEXUE_CONTACT": "me@example.net",
            "KEXUE_DATA_DIR": str(tmp_path),
        }
        options = ("--spider=kexue", "--nolog", "-s", "DOWNLOAD_DELAY=0")
        done = run("fetch", f"{blog.base_url}/archives/101", *options, env=env)
        assert done.returncode == 0, done.stderr
        agents = {seen.headers["User-Agent"] for seen in blog.log if "archives" in seen.path}
    assert len(agents) == 1
    assert "+mailto:me@example.net" in agents.pop()
