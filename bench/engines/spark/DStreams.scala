// SPDX-License-Identifier: BSL-1.0
// Spark Streaming's NetworkWordCount. Arguments: PORT INTERVAL_MS [FILE WORDS].

import org.apache.spark.SparkConf
import org.apache.spark.storage.StorageLevel
import org.apache.spark.streaming.{Milliseconds, StreamingContext}

object DStreams {
  def main(arguments: Array[String]): Unit = {
    Totals.begin(arguments.head +: arguments.drop(2))
    val stream = new StreamingContext(new SparkConf().setAppName("DStreams"), Milliseconds(arguments(1).toLong))
    val lines = stream.socketTextStream("127.0.0.1", arguments.head.toInt, StorageLevel.MEMORY_ONLY)
    val counts = lines.flatMap(_.split(" ")).filter(_.nonEmpty).map((_, 1L)).reduceByKey(_ + _)
    counts.foreachRDD(_.foreachPartition(_.foreach { case (word, count) => Totals.add(word, count) }))
    stream.start()
    stream.awaitTermination()
  }
}
