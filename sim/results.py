"""A run on disk: one parquet file per table of results, and run.json, written last.

A folder that holds a run.json holds a whole run. It is built beside its place under a temporary name, then renamed:
whoever stops the program in between leaves nothing half-written.
"""

import hashlib
import json
import math
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError, OutputError, RunError

Tables = Mapping[str, Mapping[str, np.ndarray]]
BUFFER = 2**18  # bytes that are written at a time
PLAIN = frozenset({str, int, bool, type(None)})  # what JSON says as it is


@dataclass(frozen=True)
class Result:
    """What a run leaves behind: `tables` of columns, and `summary`, the object that `sim run --json` prints."""

    tables: Tables
    summary: dict[str, Any]

    def frame(self, table: str):
        """Return one table as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(dict(self.tables[table]))

    def matrix(self, month: int) -> np.ndarray:
        """Return who paid whom in one month: cents, [payer, receiver], seven models then the outside."""
        flows = self.tables["flows"]
        if not 0 <= month < self.summary["months"]:
            last = self.summary["months"] - 1
            raise InputError(f"month {month}: the run has months 0 to {last}.\n  Give one of them.")
        size = int(np.max(flows["payer"])) + 1
        return flows["cents"][month * size * size : (month + 1) * size * size].reshape(size, size)

    def flows(self, month: int, lang: str = "fr") -> str:
        """Return the flows of one month as text, the largest first, each with its name in French or English."""
        from sim.accounts import describe

        return describe(self.matrix(month), lang)

    def save(self, folder: str | Path) -> Path:
        """Write the run into `folder`; the same run already there is left as it is."""
        folder = Path(folder)
        if holds(folder, self.summary) != "the same run":
            with building(folder) as temporary:
                write(self, temporary)
        return folder


# the digest


def digest_of(tables: Tables) -> str:
    """Return the sha256 of all tables: names, columns in alphabetical order, dtypes and little-endian bytes."""
    return all_digests(tables)[0]


def digests_of(tables: Tables) -> dict[str, str]:
    """Return the digest of each table alone, so that a new table does not hide that the old ones are equal."""
    return all_digests(tables)[1]


def all_digests(tables: Tables) -> tuple[str, dict[str, str]]:
    """Return digest_of and digests_of, which read the tables once."""
    whole, each = hashlib.sha256(), {}
    for name in sorted(tables):
        one = hashlib.sha256() if each else whole  # until the first table ends, the whole is that table
        for piece in _pieces(name, tables[name]):
            whole.update(piece)
            if one is not whole:
                one.update(piece)
        each[name] = one.hexdigest()
    return whole.hexdigest(), each


def _pieces(name: str, columns: Mapping[str, np.ndarray]) -> Iterator[bytes | np.ndarray]:
    """Yield what docs/digest.py reads back from a parquet file; text is UTF-8, one line per row."""
    yield f"{name}\n".encode()
    for column in sorted(columns):
        values = np.asarray(columns[column])
        if values.ndim != 1:
            raise RunError(f"Column '{column}' of table '{name}' has {values.ndim} dimensions; a table has columns.")
        if values.dtype.kind in "OU":
            yield f"{column} text\n".encode()
            yield "".join([f"{text}\n" for text in values]).encode()
        else:
            name, kind = _kind(values.dtype)
            yield f"{column} {name}\n".encode()
            yield np.ascontiguousarray(values, kind)


@cache
def _kind(dtype: np.dtype) -> tuple[str, np.dtype]:
    """Return the name of a type, and its little-endian form: NumPy puts them together anew at each asking."""
    return dtype.name, dtype.newbyteorder("<")


# writing and reading


def write(result: Result, folder: Path) -> None:
    """Write every table, then run.json, into an existing folder."""
    import pyarrow as pa
    from pyarrow import parquet

    started = time.perf_counter()
    for name, columns in result.tables.items():
        # hundreds of columns of few values: what would be said of each, or asked of the disk, costs more than they do
        with pa.output_stream(folder / f"{name}.parquet", buffer_size=BUFFER) as file:
            parquet.write_table(
                _arrow(columns), file, compression="lz4", use_dictionary=False, write_statistics=False,
                store_schema=False,
            )  # fmt: skip
    result.summary["seconds"]["write"] = time.perf_counter() - started
    (folder / "run.json").write_text(by_lines(result.summary), encoding="utf-8")


def _arrow(columns: Mapping[str, np.ndarray]):
    """Return a table of results as a pyarrow table.

    Columns are given as memory: pyarrow would import pandas to see whether an array is one of its columns, which takes
    longer than a run of a small territory.
    """
    import pyarrow as pa

    arrays = [np.asarray(values) for values in columns.values()]
    schema, kinds = _schema(tuple(columns), tuple([values.dtype for values in arrays]))
    given = [
        pa.Array.from_buffers(kind, len(values), [None, *map(pa.py_buffer, _memory(values))])
        for kind, values in zip(kinds, arrays, strict=True)
    ]
    return pa.Table.from_arrays(given, schema=schema)


def _memory(values: np.ndarray) -> tuple[np.ndarray | bytes, ...]:
    """Return what Arrow holds of a column: values, bits of truths, or where each text ends and all of them."""
    if values.dtype.kind in "OU":
        texts = [str(text).encode() for text in values]
        return np.cumsum([0, *map(len, texts)], dtype=np.int32), b"".join(texts)
    if values.dtype.kind == "b":
        return (np.packbits(values, bitorder="little"),)
    return (np.ascontiguousarray(values, _kind(values.dtype)[1]),)


@lru_cache(16)
def _schema(names: tuple[str, ...], dtypes: tuple[np.dtype, ...]):
    """Return the pyarrow schema of a table, and the types in it: they are the same in all runs."""
    import pyarrow as pa

    kinds = [pa.string() if dtype.kind in "OU" else pa.from_numpy_dtype(dtype) for dtype in dtypes]
    fields = [pa.field(name, kind, nullable=False) for name, kind in zip(names, kinds, strict=True)]
    return pa.schema(fields), kinds


def load(folder: str | Path) -> Result:
    """Read a stored run; raise OutputError where there is none."""
    from pyarrow import parquet

    folder = Path(folder)
    summary = read_summary(folder)
    if summary is None:
        raise OutputError(f"{folder}: no run is stored there.\n  Give a folder written by `sim run --out`.")
    tables = {}
    for name in summary["digests"]:
        table = parquet.read_table(folder / f"{name}.parquet")
        tables[name] = {column: table.column(column).to_numpy() for column in table.column_names}
    return Result(tables, summary)


def read_summary(folder: Path) -> dict[str, Any] | None:
    """Return the run.json of a folder, or None where no whole run is stored."""
    try:
        return json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise OutputError(f"{folder}: its run.json cannot be read ({why}).\n  Give another folder.") from None


def find(run_id: str, store: Path) -> Path:
    """Return the folder of a run: `store` itself or a folder in it."""
    for folder in (store, *(sorted(store.iterdir()) if store.is_dir() else ())):
        summary = read_summary(folder)
        if summary is not None and summary.get("run_id") == run_id:
            return folder
    raise OutputError(f"--store {store}: it holds no run {run_id!r}.\n  Give the --out of that run, or its parent.")


def holds(folder: Path, wanted: Mapping[str, Any]) -> str:
    """Say what is in `folder`: 'nothing', 'the same run', or 'its beginning'; refuse any other content."""
    stored = read_summary(folder)
    if stored is None:
        if not _free(folder):
            raise OutputError(
                f"--out {folder}: it exists and is not an empty folder.\n  Give a folder that does not exist yet."
            )
        return "nothing"
    if stored.get("run_id") != wanted["run_id"]:
        raise OutputError(
            f"--out {folder}: it holds another run ({stored.get('run_id')}, this one is {wanted['run_id']}).\n"
            "  Give another folder, or remove that one."
        )
    return "the same run" if stored["months"] >= wanted["months"] else "its beginning"


def _free(folder: Path) -> bool:
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"--out {folder}: it cannot be written ({error.strerror}).\n  Give another folder.")


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write into; it takes its name at the end, or vanishes if anything goes wrong."""
    temporary = folder.with_name(f"{folder.name}.tmp-{os.getpid()}")
    old = folder.with_name(f"{folder.name}.old-{os.getpid()}")
    try:
        temporary.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield temporary
        if folder.exists():
            folder.rename(old)  # empty, or the beginning of the same run, replaced by the longer one
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


# JSON that any program reads


def as_json(value: Any, indent: int | None = 1) -> str:
    """Return JSON with numbers that JSON has: NaN and infinities become null."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=indent)


def by_lines(summary: Mapping[str, Any]) -> str:
    """Return a summary as JSON, on a line for each key and each indicator.

    The encoder that is not in Python cannot indent: it sets carriage returns where lines may break. In a text they
    would be escaped, so that all there are stand between two values.
    """
    lines = []
    for key, value in plain(summary).items():
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=("\r", ": "))
        lines.append(f"{json.dumps(key)}: " + text.replace("}\r", "},\n  ").replace("\r", ", "))
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def plain(value: Any) -> Any:
    """Turn NumPy values, tuples and missing numbers into what JSON can say."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dict, Mapping)):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    return value


def identity(what: Mapping[str, Any]) -> str:
    """Return the name of a run: 16 hex digits over the canonical JSON of all that determines it."""
    text = json.dumps(plain(what), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
