// SPDX-License-Identifier: BSL-1.0
// Spark Structured Streaming: the words of each micro-batch counted, in Spark SQL's own functions. Arguments: PORT [FILE WORDS].

import org.apache.spark.sql.functions.{explode, split}
import org.apache.spark.sql.{DataFrame, SparkSession}

object Structured {
  def main(arguments: Array[String]): Unit = {
    Totals.begin(arguments)
    val spark = SparkSession.builder.appName("Structured").getOrCreate()
    import spark.implicits._
    val lines = spark.readStream.format("socket").option("host", "127.0.0.1").option("port", arguments.head).load()
    val words = lines.select(explode(split($"value", " ")).as("word")).where($"word" =!= "")
    val count = (batch: DataFrame, _: Long) =>
      batch.groupBy("word").count().queryExecution.toRdd.foreachPartition(
        _.foreach(row => Totals.add(row.getString(0), row.getLong(1))))
    words.writeStream.foreachBatch(count).start().awaitTermination()
  }
}
