# SPDX-License-Identifier: BSL-1.0
"""The batch queries in Polars on two threads, from the file to every key's result. Usage: with_polars.py words|rows FILE RUNS RESULT."""

import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "2"
import polars as pl

what, path, runs, result = sys.argv[1:]
# A separator that does not occur makes a line one field.
QUERIES = {
    "words": lambda: pl.scan_csv(path, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String})
    .select(word=pl.col("line").str.split(" ").list.explode())
    .filter(pl.col("word") != "")
    .group_by("word")
    .len(),
    "rows": lambda: pl.scan_csv(path, has_header=False, separator=";", quote_char=None, schema={"station": pl.String, "degrees": pl.Float64})
    .group_by("station")
    .agg(pl.len(), pl.min("degrees").alias("least"), pl.max("degrees").alias("most"), pl.sum("degrees").alias("sum")),
}
for run in range(int(runs) + 1):
    start = time.perf_counter()
    found = QUERIES[what]().collect(engine="streaming")
    took = time.perf_counter() - start
    if run > 0:
        print("seconds", took, flush=True)
        continue
    with open(result, "w", encoding="utf-8") as file:
        for name, *row in found.iter_rows():
            numbers = row if what == "words" else [row[0], *(round(10 * degrees) for degrees in row[1:])]
            file.write(f"{name}\t{' '.join(str(n) for n in numbers)}\n")
