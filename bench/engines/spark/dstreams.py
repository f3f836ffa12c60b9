# SPDX-License-Identifier: BSL-1.0
"""PySpark's network_wordcount. Arguments: PORT INTERVAL_MS [FILE WORDS]."""

import sys
from operator import add

from pyspark import SparkContext, StorageLevel
from pyspark.streaming import StreamingContext

port, interval, *check = sys.argv[1:]
total, counts = 0, {}


def report(batch):
    global total
    if check:
        for word, count in batch.collect():
            counts[word] = counts.get(word, 0) + count
            total += count
        if total == int(check[1]):
            with open(check[0], "w", encoding="utf-8") as file:
                file.writelines(f"{word} {count}\n" for word, count in counts.items())
    else:
        total += batch.values().sum()
    print("total", total, flush=True)


stream = StreamingContext(SparkContext(appName="PySpark DStreams"), int(interval) / 1000)
lines = stream.socketTextStream("127.0.0.1", int(port), StorageLevel.MEMORY_ONLY)
lines.flatMap(lambda line: line.split(" ")).filter(bool).map(lambda word: (word, 1)).reduceByKey(add).foreachRDD(report)
stream.start()
stream.awaitTermination()
