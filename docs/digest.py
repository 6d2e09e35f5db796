"""Recompute the digest of a stored run from its parquet files alone: python docs/digest.py DIR.

Needs pyarrow and the standard library, nothing of the simulator. Prints the digest and says whether run.json agrees.
"""

import hashlib
import json
import sys
from pathlib import Path

import pyarrow.parquet as parquet

folder = Path(sys.argv[1])
total = hashlib.sha256()
for file in sorted(folder.glob("*.parquet"), key=lambda file: file.stem):
    total.update(f"{file.stem}\n".encode())
    table = parquet.read_table(file)
    for name in sorted(table.column_names):
        column = table.column(name)
        if str(column.type) in ("string", "large_string"):
            total.update(f"{name} text\n".encode() + "".join(f"{text}\n" for text in column.to_pylist()).encode())
        else:
            values = column.to_numpy()
            total.update(f"{name} {values.dtype.name}\n".encode() + values.tobytes())
print(total.hexdigest())
sys.exit(total.hexdigest() != json.loads((folder / "run.json").read_text())["digest"])
