"""What `make` checks and how it installs, on machines made of scripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def add_python(folder: Path, name: str, version: str, *, has_venv: bool = True) -> Path:
    """A program that answers the two questions that are asked of a Python."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    answer = "exit 0" if has_venv else "exit 1"
    program.write_text(f'#!/bin/sh\ncase "$2" in *venv*) {answer};; *) echo {version};; esac\n')
    program.chmod(0o755)
    return program


def add_shim(folder: Path, name: str) -> None:
    """What pyenv leaves on the PATH for a version that is not switched on."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(
        f"#!/bin/sh\necho 'pyenv: {name}: command not found' >&2; exit 127\n"
    )
    (folder / name).chmod(0o755)


def find_python(*folders: Path, named: str = "") -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(folder) for folder in folders)
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "find_python.sh"), named],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_python_is_taken(tmp_path: Path) -> None:
    add_python(tmp_path / "a", "python3.11", "3.11")
    newest = add_python(tmp_path / "b", "python3", "3.13")
    add_python(tmp_path / "b", "python3.14", "3.14")
    assert find_python(tmp_path / "a", tmp_path / "b").stdout.strip() == str(newest)


def test_a_shim_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    add_shim(tmp_path / "shims", "python3.13")
    add_shim(tmp_path / "shims", "python3.12")
    works = add_python(tmp_path / "bin", "python3.12", "3.12")
    assert find_python(tmp_path / "shims", tmp_path / "bin").stdout.strip() == str(works)


def test_a_python_without_venv_is_passed_over_and_named_if_it_is_the_only_one(
    tmp_path: Path,
) -> None:
    add_python(tmp_path / "a", "python3.13", "3.13", has_venv=False)
    only = find_python(tmp_path / "a")
    assert only.returncode == 1
    assert "apt-get install python3.13-venv" in only.stderr
    works = add_python(tmp_path / "a", "python3.11", "3.11")
    assert find_python(tmp_path / "a").stdout.strip() == str(works)


@pytest.mark.parametrize(
    ("version", "message"),
    [("3.9", "is Python 3.9; 3.11, 3.12 or 3.13 is needed"), ("3.14", "is Python 3.14")],
)
def test_a_named_python_of_another_version_is_refused(
    tmp_path: Path, version: str, message: str
) -> None:
    add_python(tmp_path / "a", "python3.13", "3.13")
    other = add_python(tmp_path / "b", "python", version)
    found = find_python(tmp_path / "a", named=str(other))
    assert found.returncode == 1
    assert message in found.stderr


def test_a_named_python_wins(tmp_path: Path) -> None:
    add_python(tmp_path / "a", "python3.13", "3.13")
    named = add_python(tmp_path / "b", "mine", "3.11")
    assert find_python(tmp_path / "a", named=str(named)).stdout.strip() == str(named)


def test_without_any_python_the_message_says_what_to_install(tmp_path: Path) -> None:
    found = find_python(tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert "Python 3.11, 3.12 or 3.13 is needed and none was found" in found.stderr


# --- Installing ---------------------------------------------------------------------------
def install(folder: Path, *, uv_works: bool) -> list[str]:
    """What a virtual environment of scripts is asked to install, and by what."""
    told = folder / "told"
    # A pip that is configured for an index; what else it is asked, it notes.
    (folder / "python").write_text(
        "#!/bin/sh\n"
        '[ "$3" = config ] && { echo "global.index-url=\'https://index.test/simple\'"; exit 0; }\n'
        f'echo "pip $*" >> {told}\n'
    )
    (folder / "uv").write_text(
        f'#!/bin/sh\necho "uv $UV_DEFAULT_INDEX $*" >> {told}\nexit {0 if uv_works else 2}\n'
    )
    for name in ("python", "uv"):
        (folder / name).chmod(0o755)
    command = ["/bin/sh", str(ROOT / "scripts" / "install.sh"), str(folder), "lock.txt"]
    subprocess.run(command, env={"PATH": os.environ["PATH"]}, check=True)
    return told.read_text().splitlines()


def test_uv_installs_from_the_index_that_pip_is_configured_for(tmp_path: Path) -> None:
    (only,) = install(tmp_path, uv_works=True)
    assert only.startswith("uv https://index.test/simple pip install")
    assert only.endswith("--require-hashes --requirement lock.txt")


def test_pip_installs_where_uv_cannot(tmp_path: Path) -> None:
    _uv, pip = install(tmp_path, uv_works=False)
    assert pip == "pip -m pip install --quiet --require-hashes --requirement lock.txt"


# --- Running ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("in_file", "in_environment", "told"),
    [
        ("", {}, "8000 2"),
        ("PORT=9000\nCOMPUTE_CONCURRENCY='4'\n", {}, "9000 4"),
        ("PORT=9000\n", {"PORT": "9001"}, "9001 2"),
    ],
)
def test_port_and_concurrency_come_from_the_environment_or_the_file(
    tmp_path: Path, in_file: str, in_environment: dict[str, str], told: str
) -> None:
    (tmp_path / ".env").write_text(in_file)
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$PORT $COMPUTE_CONCURRENCY $*"\n')
    python.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "run.sh"), str(tmp_path)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]} | in_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    command = f"scripts/tied.py {tmp_path}/supervisord --configuration supervisord.conf"
    assert done.stdout.strip() == f"{told} {command}"
