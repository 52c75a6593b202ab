"""The layers of the house, read from the imports: who may know whom."""

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

STAGES = ("scan", "read", "analyze", "enrich", "store", "stream")
# From the ground up; a part may import parts of its own layer and of those below. A new part of the server gets its place here.
SERVER_LAYERS = (
    ("media", "schema", "catalogue", "words", "places", "search", "demo", "document", "problems", "backlog", "finder", "backup"),
    STAGES,
    ("readers", "verify", "watch", "glance"),
    ("flow",),
    ("web",),
    ("cli",),
)
CLIENT_LAYERS = (("lib", "words", "styles"), ("stream", "store", "search"), ("components",), ("views",), ("app",))
MODEL_RUNTIMES = ("tensorflow", "tensorflow_hub", "keras", "onnxruntime", "nudenet", "rapidocr")


def python_files(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("vitrine", *(parts[:-1] if parts[-1] == "__init__" else parts)))


MODULES = {module_of(path): path for part in ("config", "server", "analyzers") for path in python_files(part)}


def imports_of(path: Path) -> Iterator[str]:
    """Everything a file imports, at its top or inside a function, as full names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path}: write imports in full"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module


GRAPH = {name: {found for found in imports_of(path) if found.split(".")[0] == "vitrine"} for name, path in MODULES.items()}


def layer(name: str, layers: tuple[tuple[str, ...], ...]) -> int:
    for height, names in enumerate(layers):
        if name in names:
            return height
    raise AssertionError(f"{name} has no layer: give it one in tests/test_layers.py")


def test_the_import_graph_is_read_from_real_code() -> None:
    assert "vitrine.config.paths" in MODULES
    assert GRAPH["vitrine.config.settings"] == {"vitrine.config.errors"}


@pytest.mark.parametrize(("part", "allowed"), [("config", {"config"}), ("server", {"config", "server"}), ("analyzers", {"config", "analyzers"})])
def test_parts_import_only_what_lies_below_them(part: str, allowed: set[str]) -> None:
    strays = {name: [found for found in GRAPH[name] if found.split(".")[1] not in allowed] for name in GRAPH if name.split(".")[1] == part}
    assert {name: found for name, found in strays.items() if found} == {}


def test_the_server_is_built_from_the_ground_up() -> None:
    upward = []
    for name, found in GRAPH.items():
        if not name.startswith("vitrine.server."):
            continue
        here = layer(name.split(".")[2], SERVER_LAYERS)
        upward += [f"{name} imports {other}" for other in found if other.startswith("vitrine.server.") and layer(other.split(".")[2], SERVER_LAYERS) > here]
    assert upward == []


def test_stages_never_import_each_other() -> None:
    meetings = [
        f"{name} imports {other}"
        for name, found in GRAPH.items()
        for other in found
        if name.startswith("vitrine.server.") and other.startswith("vitrine.server.") and name.split(".")[2] in STAGES
        if other.split(".")[2] in STAGES and other.split(".")[2] != name.split(".")[2]
    ]
    assert meetings == []


def test_no_module_imports_itself_through_others() -> None:
    def circle(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in clean:
            return None
        for other in sorted(GRAPH.get(name, ())):
            # A package and its own modules are one thing.
            if other.startswith(f"{name}.") or name.startswith(f"{other}."):
                continue
            if found := circle(other, (*path, name)):
                return found
        clean.add(name)
        return None

    clean: set[str] = set()
    for name in GRAPH:
        assert circle(name, ()) is None


def test_only_analyzers_import_model_runtimes() -> None:
    strays = {
        name: runtimes
        for name, path in MODULES.items()
        if not name.startswith("vitrine.analyzers") and (runtimes := {found.split(".")[0] for found in imports_of(path)} & set(MODEL_RUNTIMES))
    }
    assert strays == {}


def test_the_server_starts_where_no_model_runtime_is_installed(tmp_path: Path) -> None:
    names = [name for name in MODULES if not name.startswith("vitrine.analyzers") and not name.endswith("__main__")]
    script = tmp_path / "without.py"
    script.write_text(
        f"""
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {MODEL_RUNTIMES!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
for name in {names!r}:
    importlib.import_module(name)
assert not set(sys.modules) & set({MODEL_RUNTIMES!r})
print("imported", len({names!r}))
"""
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"imported {len(names)}"


@pytest.mark.parametrize("folder", ["server", "config", "analyzers"])
def test_a_folder_of_the_checkout_is_no_package_of_its_own(folder: str) -> None:
    assert importlib.util.find_spec(folder) is None


# The client

SOURCE = ROOT / "client" / "src"
IMPORT = re.compile(r"""(?:\bfrom|\bimport\(?|\bnew\s+URL\()\s*["'](\.[^"']+)["']""")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def client_files() -> list[Path]:
    return sorted(path for pattern in ("*.ts", "*.tsx") for path in SOURCE.rglob(pattern) if ".test." not in path.name and not path.name.endswith(".d.ts"))


def client_imports(path: Path) -> set[Path]:
    """The client's own files that one file imports."""
    found = set()
    for name in IMPORT.findall(path.read_text("utf-8")):
        base = (path.parent / name.split("?")[0]).resolve()
        ways = (base, base.with_name(base.name + ".ts"), base.with_name(base.name + ".tsx"), base / "index.ts", base / "index.tsx")
        target = next((way for way in ways if way.is_file()), None)
        assert target is not None, f"{path.relative_to(ROOT)} imports {name}, which is not there"
        found.add(target)
    return found


def is_worker(path: Path) -> bool:
    return path.name.endswith(".worker.ts") or path.name == "sw.ts"


def client_part(path: Path) -> str:
    inside = path.relative_to(SOURCE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.name.split(".")[0]


def test_the_client_is_built_from_the_ground_up() -> None:
    upward: list[str] = []
    for path in client_files():
        # A worker stands on its own above what it imports; nothing imports it but by its address.
        if is_worker(path):
            continue
        here = layer(client_part(path), CLIENT_LAYERS)
        upward += [
            f"{path.relative_to(SOURCE)} imports {other.relative_to(SOURCE)}"
            for other in client_imports(path)
            if not is_worker(other) and layer(client_part(other), CLIENT_LAYERS) > here
        ]
    assert client_files() != []
    assert upward == []


def test_workers_never_touch_the_page() -> None:
    reached: set[Path] = set()
    waiting = [path for path in client_files() if is_worker(path)]
    assert {path.name for path in waiting} >= {"library.worker.ts", "sw.ts"}
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += client_imports(path)
    touching = [
        str(path.relative_to(SOURCE))
        for path in reached
        if path.suffix in (".ts", ".tsx") and re.search(r"(?<![.\w])(?:document|window)\b(?!\s*[:?])", COMMENT.sub("", path.read_text("utf-8")))
    ]
    assert touching == []
    above = [str(path.relative_to(SOURCE)) for path in reached if client_part(path) in ("components", "views", "app")]
    assert above == []
