# SPDX-License-Identifier: BSL-1.0
"""The batch queries in DuckDB on two threads, from the file to every key's result. Usage: with_duckdb.py words|rows FILE RUNS RESULT."""

import sys
import time

import duckdb

what, path, runs, result = sys.argv[1:]
# A separator that does not occur makes a line one field.
QUERIES = {
    "words": r"""select word, count(*) from (
                   select unnest(string_split(line, ' ')) word
                   from read_csv($1, columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false, auto_detect = false))
                 where word <> '' group by word""",
    "rows": """select station, count(*), min(degrees), max(degrees), sum(degrees)
               from read_csv($1, columns = {'station': 'VARCHAR', 'degrees': 'DOUBLE'}, delim = ';', quote = '', escape = '', header = false, auto_detect = false)
               group by station""",
}
database = duckdb.connect()
database.execute("set threads = 2; set preserve_insertion_order = false")
for run in range(int(runs) + 1):
    start = time.perf_counter()
    found = database.execute(QUERIES[what], [path]).fetchnumpy()
    took = time.perf_counter() - start
    if run > 0:
        print("seconds", took, flush=True)
        continue
    key, *values = found.values()
    with open(result, "w", encoding="utf-8") as file:
        for name, *row in zip(key, *values):
            numbers = row if what == "words" else [row[0], *(round(10 * degrees) for degrees in row[1:])]
            file.write(f"{name}\t{' '.join(str(int(n)) for n in numbers)}\n")
