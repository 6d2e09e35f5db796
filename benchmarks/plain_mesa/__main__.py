"""Command line: python -m benchmarks.plain_mesa [--profile]."""

import json
import sys

from benchmarks.plain_mesa.timing import measure, profile

if __name__ == "__main__":
    if "--profile" in sys.argv[1:]:
        print(profile())
    else:
        print(json.dumps(measure(), indent=1))
