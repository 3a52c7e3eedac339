"""Nothing in the product turns bytes from elsewhere into live objects or code.

Python's pickle runs what it reads; so do its relatives, `eval`, `exec` and loaders with an unsafe default.
Two things pickle all the same, and read only what they wrote themselves: Streamlit's cache in the memory
of its process (never on disk: no `persist`), and Dask between one operator's machines (fan_out_dask.py).
"""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.services import open_services
from lakeside.settings import PROJECT_ROOT, Settings

FILES = sorted(p for room in ("lakeside", "flows", "cli", "ui") for p in (PROJECT_ROOT / room).rglob("*.py"))
MODULES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "torch", "jsonpickle"}
MODULES |= {"marshal", "shelve", "yaml", "code", "codeop", "runpy"}
CALLS = {"eval", "exec", "compile", "__import__"}
# `pandas.read_pickle`, `pyarrow.deserialize`, types of Arrow's that bring their own code.
ATTRIBUTES = {"read_pickle", "to_pickle", "deserialize", "register_extension_type", "PyExtensionType"}
KEYWORDS = {"allow_pickle": (True,), "persist": (True, "disk"), "persist_result": (True,), "shell": (True,)}


def find_faults(source: str) -> list[str]:
    """What a module does that this test forbids."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [str(node.module)] if str(node.module).split(".")[0] in MODULES else []
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            found.append(node.attr)
        elif isinstance(node, ast.Call):
            found += _find_call_faults(node)
    return found


def _find_call_faults(call: ast.Call) -> list[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    found = [name] if name in CALLS else []
    for keyword in call.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg in KEYWORDS and value in KEYWORDS[keyword.arg]:
            found.append(f"{keyword.arg}={value!r}")
        if keyword.arg and "serializer" in keyword.arg and value in ("pickle", "compressed/pickle"):
            found.append(f"{keyword.arg}={value!r}")
    return found


def test_no_module_unpickles_or_runs_text() -> None:
    faults = {str(path.relative_to(PROJECT_ROOT)): find_faults(path.read_text("utf-8")) for path in FILES}
    assert len(faults) > 400
    assert {name: found for name, found in faults.items() if found} == {}


class Trap:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("name", ["arrow.py_extension_type", "pandas.period", "lakeside.unknown"])
def test_a_file_whose_types_hold_a_pickle_is_read_and_the_pickle_is_not(tmp_path: Path, name: str) -> None:
    sprung = tmp_path / "sprung"
    trap = pickle.dumps(Trap(sprung))
    marks = {"ARROW:extension:name": name, "ARROW:extension:metadata": trap}
    field = pa.field("a", pa.int64(), metadata=marks)
    notes = {"pandas": trap, "lakeside.provenance": trap}
    # In a reader: in this process pandas may have been imported, which refuses such metadata of its types.
    services = open_services(Settings(home=tmp_path / "home"), apart=True)
    with services.lake.open_writer("trap.parquet") as file:
        pq.write_table(pa.table({"a": [1, 2]}, schema=pa.schema([field], metadata=notes)), file)
    assert services.lake.read_footer("trap.parquet").rows == 2
    assert services.lake.preview_object("trap.parquet").rows.to_pylist() == [{"a": 1}, {"a": 2}]
    assert not sprung.exists()
    pickle.loads(trap).close()
    assert sprung.exists()  # it would have sprung


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import os, cloudpickle.x",
        "from pickle import loads",
        "import yaml",
        "eval(text)",
        "exec(text)",
        "pandas.read_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "@st.cache_data(persist='disk')\ndef f(): ...",
        "@flow(persist_result=True)\ndef f(): ...",
        "@task(result_serializer='pickle')\ndef f(): ...",
        "pa.register_extension_type(kind)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_this_test_sees_what_it_is_for(source: str) -> None:
    assert find_faults(source)
    assert not find_faults("import json\nre.compile('x')\nquery.eval\nf(persist_result=False, shell=False)")
