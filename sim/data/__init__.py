"""The embedded territories of France: tables, shapes, their licence, their checksums, and how they were made."""

from pathlib import Path

FOLDER = Path(__file__).parent
