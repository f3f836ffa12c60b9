// SPDX-License-Identifier: BSL-1.0
// Runs the cases of one file through Spark Streaming, on Spark's manual clock, and writes what came out.
// Called by `generate`, which describes the format. Usage: Golden CASES.json OUTPUTS.json CHECKPOINTS

package org.apache.spark.streaming.golden

import java.io.File
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

import scala.collection.JavaConverters._
import scala.collection.mutable
import scala.reflect.ClassTag

import com.fasterxml.jackson.databind.ObjectMapper

import org.apache.spark.{HashPartitioner, SparkConf, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.streaming._
import org.apache.spark.streaming.dstream.DStream
import org.apache.spark.util.ManualClock

object Types {
  type Pair = (String, Long)
  type Partitioned = Seq[Seq[Any]]
}
import Types._

final case class Case(name: String, pipeline: String, params: Map[String, Any],
                      batches: Seq[Partitioned], second: Seq[Partitioned]) {
  def int(param: String): Int = params(param).asInstanceOf[Number].intValue
  def flag(param: String): Boolean = params(param).asInstanceOf[Boolean]
  def batchesOf(param: String): Duration = Milliseconds(int(param) * Golden.interval)
}

/** What the outputs said, by case and kind. An output runs in the driver, so a static table will do. */
object Recorder {
  private val said = new ConcurrentHashMap[(String, String), Array[String]]
  val ticks = new AtomicInteger

  def expect(of: Case, kind: String): Unit = said.put((of.name, kind), Array.fill(of.batches.size)("null"))
  def tell(name: String, kind: String, time: Time, text: String): Unit = {
    val index = Golden.indexOf(time) - 1
    val all = said.get((name, kind))
    if (index < all.length) all(index) = text
  }
  def replace(name: String, kind: String, all: Array[String]): Unit = said.put((name, kind), all)
  def of(name: String, kind: String): Option[Array[String]] = Option(said.get((name, kind)))
}

/** Outside of Pipelines, which cannot be sent to where functions run. */
object Functions {
  val plus: (Long, Long) => Long = _ + _
  val minus: (Long, Long) => Long = _ - _
  val max: (Long, Long) => Long = math.max
  def until(n: Long): Seq[Long] = 0L until n

  type Update = (Seq[Long], Option[Long]) => Option[Long]
  val adds: Update = (values, state) => Some(state.getOrElse(0L) + values.sum)
  val addsAndRemoves: Update = (values, state) => {
    val sum = state.getOrElse(0L) + values.sum
    if (sum > 15 || (values.isEmpty && sum % 3 == 0)) None else Some(sum)
  }
  val mixes: Update = (values, state) => Some(values.foldLeft(state.getOrElse(0L))((mixed, value) => (mixed * 3 + value) % 1000))
}
import Functions._

class Pipelines(ssc: StreamingContext) {
  private val sc = ssc.sparkContext

  // Inputs: exactly the partitions of the case, one queue entry a batch: a queue gives one only when it is asked, which
  // a window with gaps does not do at each batch, so an output does.

  private def rddOf[T: ClassTag](partitions: Partitioned)(read: Any => T): RDD[T] =
    if (partitions.isEmpty) sc.emptyRDD[T]
    else sc.parallelize(partitions.map(_.map(read)), partitions.size).flatMap(identity)

  private def stream[T: ClassTag](batches: Seq[Partitioned])(read: Any => T): DStream[T] = {
    val queued = ssc.queueStream(mutable.Queue(batches.map(rddOf(_)(read)): _*), oneAtATime = true, null)
    queued.foreachRDD(_ => ())
    queued
  }

  private val toNumber: Any => Long = _.asInstanceOf[Number].longValue
  private val toWord: Any => String = _.asInstanceOf[String]
  private val toPair: Any => Pair = { case Seq(key: String, value: Number) => (key, value.longValue) }

  private def numbers(of: Case) = stream(of.batches)(toNumber)
  private def otherNumbers(of: Case) = stream(of.second)(toNumber)
  private def words(of: Case) = stream(of.batches)(toWord)
  private def pairs(of: Case): DStream[Pair] = stream(of.batches)(toPair)
  private def otherPairs(of: Case): DStream[Pair] = stream(of.second)(toPair)
  private def initial(of: Case): RDD[Pair] =
    sc.parallelize(of.params("initial").asInstanceOf[Seq[Any]].map(toPair), 2)

  // Outputs.

  private def records[T: ClassTag](of: Case, kind: String = "outputs")(stream: DStream[T]): Unit = {
    val name = of.name
    Recorder.expect(of, kind)
    stream.foreachRDD((rdd, time) => Recorder.tell(name, kind, time, Json(rdd.collect().toSeq)))
  }
  private def partitions[T: ClassTag](of: Case)(stream: DStream[T]): Unit = {
    val name = of.name
    Recorder.expect(of, "outputs")
    stream.foreachRDD((rdd, time) => Recorder.tell(name, "outputs", time, Json(rdd.glom().collect().toSeq.map(_.toSeq))))
  }
  private def action[T: ClassTag](of: Case, stream: DStream[T])(act: RDD[T] => Seq[Any]): Unit = {
    val name = of.name
    Recorder.expect(of, "outputs")
    stream.foreachRDD((rdd, time) => Recorder.tell(name, "outputs", time, Json(act(rdd))))
  }
  /** For actions that an empty batch makes fail. */
  private def unlessEmpty[T](act: RDD[T] => Any): RDD[T] => Seq[Any] =
    rdd => if (rdd.isEmpty()) Seq() else Seq(act(rdd))

  /** What runs after the last batch, the context still being active. */
  val afterwards = mutable.Buffer[() => Unit]()

  val all: Map[String, Case => Unit] = Map(
    // one by one
    "map" -> (c => records(c)(numbers(c).map(x => x * 3 + 1))),
    "flatMap" -> (c => records(c)(numbers(c).flatMap(x => until(x % 4)))),
    "filter" -> (c => records(c)(numbers(c).filter(x => x % 3 == 0))),
    "fused" -> (c => records(c)(numbers(c).map(x => x - 5).filter(x => x > 0).flatMap(x => until(x % 5)).map(x => x * x))),
    "splitWords" -> (c => records(c)(words(c).flatMap(_.split(" +")).filter(_.nonEmpty))),
    "mapPartitions" -> (c => partitions(c)(numbers(c).mapPartitions { all =>
      val seen = all.toSeq
      Iterator((seen.size.toLong, seen.sum))
    })),
    "glom" -> (c => records(c)(numbers(c).glom().map(_.toSeq))),
    "repartition" -> (c => partitions(c)(numbers(c).repartition(c.int("partitions")))),
    "union" -> (c => partitions(c)(numbers(c).union(otherNumbers(c)))),
    "unionOfThree" -> (c => {
      val first = numbers(c)
      partitions(c)(ssc.union(Seq(first, otherNumbers(c), first.map(x => -x))))
    }),
    "queueAllAtOnce" -> (c => partitions(c)(
      ssc.queueStream(mutable.Queue(c.batches.map(rddOf(_)(toNumber)): _*), oneAtATime = false, null))),
    "slice" -> (c => {
      val sliced = numbers(c).map(x => x + 1)
      sliced.foreachRDD(_ => ())
      Recorder.expect(c, "outputs")
      afterwards += (() => {
        val found = sliced.slice(Time(c.int("from")), Time(c.int("to")))
        Recorder.replace(c.name, "outputs", found.map(rdd => Json(rdd.collect().toSeq)).toArray)
      })
    }),

    // one batch into few records
    "count" -> (c => records(c)(numbers(c).count())),
    "filterCount" -> (c => records(c)(numbers(c).filter(x => x % 2 == 0).count())),
    "reduce" -> (c => records(c)(numbers(c).reduce(plus))),
    "reduceMax" -> (c => records(c)(numbers(c).map(x => x * 2).reduce(max))),
    "countByValue" -> (c => records(c)(words(c).countByValue())),
    "countByValuePartitions" -> (c => partitions(c)(numbers(c).countByValue(c.int("partitions")))),

    // keyed
    "wordCount" -> (c => records(c)(words(c).flatMap(_.split(" +")).filter(_.nonEmpty).map((_, 1L)).reduceByKey(plus))),
    "reduceByKey" -> (c => records(c)(pairs(c).reduceByKey(plus))),
    "reduceByKeyPartitions" -> (c => partitions(c)(pairs(c).reduceByKey(max, c.int("partitions")))),
    "reduceByKeyOfNumbers" -> (c => records(c)(numbers(c).map(x => (x % 5, x)).reduceByKey(plus))),
    "groupByKey" -> (c => records(c)(pairs(c).groupByKey())),
    "groupByKeyPartitions" -> (c => partitions(c)(pairs(c).groupByKey(c.int("partitions")))),
    "combineByKey" -> (c => records(c)(pairs(c).combineByKey[(Long, Long)](
      (v: Long) => (1L, v), (a: (Long, Long), v: Long) => (a._1 + 1, a._2 + v),
      (a: (Long, Long), b: (Long, Long)) => (a._1 + b._1, a._2 + b._2), new HashPartitioner(3), c.flag("mapSideCombine")))),
    "mapValues" -> (c => records(c)(pairs(c).mapValues(v => v * 2 + 1))),
    "flatMapValues" -> (c => records(c)(pairs(c).flatMapValues(v => until(v % 3)))),
    "partitionBy" -> (c => partitions(c)(pairs(c).transform(_.partitionBy(new HashPartitioner(c.int("partitions")))))),

    // two streams
    "join" -> (c => records(c)(pairs(c).join(otherPairs(c)))),
    "leftOuterJoin" -> (c => records(c)(pairs(c).leftOuterJoin(otherPairs(c)))),
    "rightOuterJoin" -> (c => records(c)(pairs(c).rightOuterJoin(otherPairs(c)))),
    "fullOuterJoin" -> (c => records(c)(pairs(c).fullOuterJoin(otherPairs(c)))),
    "cogroup" -> (c => records(c)(pairs(c).cogroup(otherPairs(c)))),
    "joinPartitions" -> (c => partitions(c)(pairs(c).join(otherPairs(c), c.int("partitions")))),
    "joinOfReduced" -> (c => records(c)(pairs(c).reduceByKey(plus).join(otherPairs(c).reduceByKey(max)))),
    "transformWith" -> (c => records(c)(
      numbers(c).transformWith(otherNumbers(c), (a: RDD[Long], b: RDD[Long]) => a.union(b).filter(x => x % 2 == 0)))),
    "transformWithTime" -> (c => records(c)(numbers(c).transformWith(otherNumbers(c),
      (a: RDD[Long], b: RDD[Long], time: Time) => { val i = Golden.indexOf(time); a.map(x => x * i).union(b) }))),
    "transformOfTwo" -> (c => records(c)(ssc.transform(Seq(numbers(c), otherNumbers(c)), (rdds: Seq[RDD[_]], time: Time) => {
      val i = Golden.indexOf(time)
      val Seq(a, b) = rdds.map(_.asInstanceOf[RDD[Long]])
      b.union(a).map(x => x + i)
    }))),

    // operators of batches
    "transform" -> (c => records(c)(numbers(c).transform(_.map(x => x * 2).filter(x => x % 3 == 0)))),
    "transformTime" -> (c => records(c)(numbers(c).transform((rdd, time) => {
      val i = Golden.indexOf(time)
      rdd.filter(x => x % i == 0)
    }))),
    "transform.distinct" -> (c => records(c)(numbers(c).transform(_.distinct()))),
    "transform.distinctPartitions" -> (c => partitions(c)(words(c).transform(_.distinct(c.int("partitions"))))),
    "transform.intersection" -> (c => records(c)(numbers(c).transformWith(otherNumbers(c), (a: RDD[Long], b: RDD[Long]) => a.intersection(b)))),
    "transform.subtract" -> (c => records(c)(numbers(c).transformWith(otherNumbers(c), (a: RDD[Long], b: RDD[Long]) => a.subtract(b)))),
    "transform.subtractByKey" -> (c => records(c)(pairs(c).transformWith(otherPairs(c), (a: RDD[Pair], b: RDD[Pair]) => a.subtractByKey(b)))),
    "transform.cartesian" -> (c => records(c)(numbers(c).transformWith(otherNumbers(c), (a: RDD[Long], b: RDD[Long]) => a.cartesian(b)))),
    "transform.zip" -> (c => partitions(c)(numbers(c).transformWith(otherNumbers(c), (a: RDD[Long], b: RDD[Long]) => a.zip(b)))),
    "transform.zipWithIndex" -> (c => partitions(c)(words(c).transform(_.zipWithIndex()))),
    "transform.sortBy" -> (c => records(c)(numbers(c).transform(_.sortBy(x => x, ascending = c.flag("ascending"), c.int("partitions"))))),
    "transform.sortByKey" -> (c => records(c)(pairs(c).transform(_.sortByKey(c.flag("ascending"), c.int("partitions"))))),
    "transform.keyBy" -> (c => records(c)(numbers(c).transform(_.keyBy(x => x % 4)))),
    "transform.keys" -> (c => records(c)(pairs(c).transform(_.keys))),
    "transform.values" -> (c => records(c)(pairs(c).transform(_.values))),
    "transform.groupBy" -> (c => records(c)(numbers(c).transform(_.groupBy(x => x % 3)))),
    "transform.aggregateByKey" -> (c => records(c)(pairs(c).transform(_.aggregateByKey((0L, Long.MinValue))(
      (a, v) => (a._1 + 1, math.max(a._2, v)), (a, b) => (a._1 + b._1, math.max(a._2, b._2)))))),
    "transform.foldByKey" -> (c => records(c)(pairs(c).transform(_.foldByKey(0L)(plus)))),
    "transform.coalesce" -> (c => partitions(c)(numbers(c).transform(_.coalesce(c.int("partitions"))))),
    "transform.mapPartitionsWithIndex" -> (c => records(c)(numbers(c).transform(
      _.mapPartitionsWithIndex((i, all) => all.map(x => (i.toLong, x)))))),

    // actions
    "action.first" -> (c => action(c, numbers(c))(unlessEmpty(_.first()))),
    "action.take" -> (c => action(c, numbers(c))(_.take(c.int("n")).toSeq)),
    "action.top" -> (c => action(c, numbers(c))(_.top(c.int("n")).toSeq)),
    "action.takeOrdered" -> (c => action(c, words(c))(_.takeOrdered(c.int("n")).toSeq)),
    "action.aggregate" -> (c => action(c, numbers(c))(rdd => Seq(rdd.aggregate((0L, 0L))(
      (a, x) => (a._1 + 1, a._2 + x), (a, b) => (a._1 + b._1, a._2 + b._2))))),
    "action.fold" -> (c => action(c, numbers(c))(rdd => Seq(rdd.fold(0L)(plus)))),
    "action.reduce" -> (c => action(c, numbers(c))(unlessEmpty(_.reduce(max)))),
    "action.count" -> (c => action(c, numbers(c))(rdd => Seq(rdd.count()))),
    "action.sum" -> (c => action(c, numbers(c))(rdd => Seq(rdd.sum().toLong))),
    "action.max" -> (c => action(c, numbers(c))(unlessEmpty(_.max()))),
    "action.min" -> (c => action(c, words(c))(unlessEmpty(_.min()))),
    "action.isEmpty" -> (c => action(c, numbers(c).filter(x => x % 3 == 0))(rdd => Seq(rdd.isEmpty()))),
    "action.collect" -> (c => action(c, words(c))(_.collect().toSeq)),
    "action.countByValue" -> (c => action(c, words(c))(_.countByValue().toSeq)),
    "action.countByKey" -> (c => action(c, pairs(c))(_.countByKey().toSeq)),
    "action.lookup" -> (c => action(c, pairs(c))(_.lookup(c.params("key").asInstanceOf[String]))),

    // windows
    "window" -> (c => records(c)(numbers(c).window(c.batchesOf("window"), c.batchesOf("slide")))),
    "windowFused" -> (c => records(c)(
      numbers(c).map(x => x + 1).window(c.batchesOf("window"), c.batchesOf("slide")).filter(x => x % 2 == 0).map(x => x * 10))),
    "windowCount" -> (c => records(c)(numbers(c).window(c.batchesOf("window"), c.batchesOf("slide")).count())),
    "windowReduceByKey" -> (c => records(c)(pairs(c).window(c.batchesOf("window"), c.batchesOf("slide")).reduceByKey(plus))),
    "windowOfReduced" -> (c => records(c)(pairs(c).reduceByKey(plus).window(c.batchesOf("window"), c.batchesOf("slide")))),
    "windowOfWindow" -> (c => records(c)(numbers(c).window(c.batchesOf("window"), c.batchesOf("slide"))
      .window(c.batchesOf("outerWindow"), c.batchesOf("outerSlide")))),
    "windowTwice" -> (c => {
      val one = numbers(c)
      records(c)(one.window(c.batchesOf("window"), c.batchesOf("slide")).union(one.window(c.batchesOf("otherWindow"), c.batchesOf("slide"))))
    }),
    "windowJoin" -> (c => records(c)(pairs(c).window(c.batchesOf("window"), c.batchesOf("slide"))
      .join(otherPairs(c).window(c.batchesOf("otherWindow"), c.batchesOf("slide"))))),
    "countByWindow" -> (c => records(c)(numbers(c).countByWindow(c.batchesOf("window"), c.batchesOf("slide")))),
    "countByValueAndWindow" -> (c => records(c)(words(c).countByValueAndWindow(c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByWindow" -> (c => records(c)(numbers(c).reduceByWindow(plus, c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByWindowMax" -> (c => records(c)(numbers(c).reduceByWindow(max, c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByWindowInverse" -> (c => records(c)(numbers(c).reduceByWindow(plus, minus, c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByKeyAndWindow" -> (c => records(c)(pairs(c).reduceByKeyAndWindow(plus, c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByKeyAndWindowMax" -> (c => records(c)(pairs(c).reduceByKeyAndWindow(max, c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByKeyAndWindowInverse" -> (c => records(c)(
      pairs(c).reduceByKeyAndWindow(plus, minus, c.batchesOf("window"), c.batchesOf("slide")))),
    "reduceByKeyAndWindowInverseFilter" -> (c => records(c)(pairs(c).mapValues(v => (1L, v)).reduceByKeyAndWindow(
      (a: (Long, Long), b: (Long, Long)) => (a._1 + b._1, a._2 + b._2), (a: (Long, Long), b: (Long, Long)) => (a._1 - b._1, a._2 - b._2),
      c.batchesOf("window"), c.batchesOf("slide"), 2, (kept: (String, (Long, Long))) => kept._2._1 > 0))),
    "groupByKeyAndWindow" -> (c => records(c)(pairs(c).groupByKeyAndWindow(c.batchesOf("window"), c.batchesOf("slide")))),

    // state
    "updateStateByKey" -> (c => records(c)(pairs(c).updateStateByKey(adds))),
    "updateStateByKeyRemove" -> (c => records(c)(pairs(c).updateStateByKey(addsAndRemoves))),
    "updateStateByKeyInitial" -> (c => records(c)(pairs(c).updateStateByKey(addsAndRemoves, new HashPartitioner(3), initial(c)))),
    "updateStateByKeyOrder" -> (c => records(c)(pairs(c).updateStateByKey(mixes))),
    "updateStateByKeyIterator" -> (c => records(c)(pairs(c).updateStateByKey[Long](
      (all: Iterator[(String, Seq[Long], Option[Long])]) => all.flatMap { case (key, values, state) =>
        val seen = state.getOrElse(0L) + values.size
        if (key == "b" && values.isEmpty) None else Some((key, seen))
      }, new HashPartitioner(2), rememberPartitioner = true))),
    "updateStateByKeyTime" -> (c => records(c)(pairs(c).updateStateByKey[Long](
      (time: Time, key: String, values: Seq[Long], state: Option[Long]) =>
        if (values.nonEmpty) Some(Golden.indexOf(time).toLong) else state.filter(last => Golden.indexOf(time) - last < 3),
      new HashPartitioner(2), true, None))),
    "updateStateByKeySliding" -> (c => records(c)(
      pairs(c).window(c.batchesOf("window"), c.batchesOf("slide")).updateStateByKey(adds))),

    "mapWithState" -> (c => withState(c)(StateSpec.function((key: String, value: Option[Long], state: State[Long]) =>
      if (state.isTimingOut()) (key, "timeout", state.get())
      else {
        state.update(state.getOption().getOrElse(0L) + value.get)
        (key, "sum", state.get())
      }))),
    "mapWithStateRemove" -> (c => withState(c)(StateSpec.function((key: String, value: Option[Long], state: State[Long]) => {
      val before = state.getOption().getOrElse(0L)
      if (state.isTimingOut()) (key, "timeout", before)
      else if (value.get < 0) { state.remove(); (key, "removed", before) }
      else if (value.get == 0) (key, if (state.exists()) "read" else "absent", before)
      else { state.update(before + value.get); (key, "sum", before + value.get) }
    }))),
    "mapWithStateTime" -> (c => withState(c)(StateSpec.function(
      (time: Time, key: String, value: Option[Long], state: State[Long]) => {
        val sum = state.getOption().getOrElse(0L) + value.getOrElse(0L)
        if (!state.isTimingOut()) state.update(sum)
        if (sum % 2 == 0) Some((key, if (state.isTimingOut()) "timeout" else "even", sum + Golden.indexOf(time) * 1000)) else None
      }))),

    // several together
    "diamond" -> (c => {
      val one = numbers(c).map(x => x + 1)
      records(c)(one.filter(x => x % 2 == 0).union(one.filter(x => x > 3).map(x => -x)).map(x => (x % 3, x)).reduceByKey(plus))
    }),
    "stateOfWordCount" -> (c => records(c)(words(c).map((_, 1L)).reduceByKey(plus).updateStateByKey(adds).filter(_._2 > 2))),
    "stateJoinedToBatch" -> (c => {
      val one = pairs(c)
      records(c)(one.join(one.updateStateByKey(adds)))
    }),
    "windowOfState" -> (c => records(c)(
      pairs(c).updateStateByKey(addsAndRemoves).window(c.batchesOf("window"), c.batchesOf("slide")).map(_._2).reduce(plus))),
    "inverseOfWindow" -> (c => records(c)(pairs(c).window(c.batchesOf("window"), c.batchesOf("slide"))
      .reduceByKeyAndWindow(plus, minus, c.batchesOf("outerWindow"), c.batchesOf("outerSlide")))),
    "stateOfInverse" -> (c => records(c)(
      pairs(c).reduceByKeyAndWindow(plus, minus, c.batchesOf("window"), c.batchesOf("slide")).updateStateByKey(adds))),
    "mapWithStateOfWindow" -> (c => {
      val mapped = pairs(c).window(c.batchesOf("window"), c.batchesOf("slide")).mapWithState(
        StateSpec.function((key: String, value: Option[Long], state: State[Long]) => {
          state.update(state.getOption().getOrElse(0L) + 1)
          (key, "seen", state.get())
        }))
      records(c)(mapped)
      records(c, "snapshots")(mapped.stateSnapshots())
    }),
    "mapWithStateThenWindow" -> (c => records(c)(pairs(c).mapWithState(
      StateSpec.function((key: String, value: Option[Long], state: State[Long]) => {
        val first = !state.exists()
        state.update(value.get)
        (key, if (first) 1L else 0L)
      })).reduceByKeyAndWindow(plus, c.batchesOf("window"), c.batchesOf("slide"))))
  )

  private def withState(c: Case)(plain: StateSpec[String, Long, Long, (String, String, Long)]): Unit = {
    var spec = plain
    if (c.params.contains("initial")) spec = spec.initialState(initial(c))
    if (c.params.contains("timeout")) spec = spec.timeout(c.batchesOf("timeout"))
    if (c.params.contains("partitions")) spec = spec.numPartitions(c.int("partitions"))
    val mapped = pairs(c).mapWithState(spec)
    mapped.checkpoint(c.batchesOf("checkpoint"))
    records(c)(mapped)
    records(c, "snapshots")(mapped.stateSnapshots())
  }
}

object Json {
  def apply(value: Any): String = value match {
    case None => "null"
    case Some(inner) => apply(inner)
    case text: String => mapper.writeValueAsString(text)
    case number @ (_: Long | _: Int | _: Boolean) => number.toString
    case all: Iterable[_] => all.map(apply).mkString("[", ",", "]")
    case tuple: Product => tuple.productIterator.map(apply).mkString("[", ",", "]")
  }

  def read(file: File): Any = plain(mapper.readValue(file, classOf[Object]))

  private def plain(value: Any): Any = value match {
    case list: java.util.List[_] => list.asScala.map(plain).toList
    case map: java.util.Map[_, _] => map.asScala.map { case (key, inner) => key.toString -> plain(inner) }.toMap
    case other => other
  }

  private val mapper = new ObjectMapper
}

object Golden {
  val interval = 1000L
  def indexOf(time: Time): Int = (time.milliseconds / interval).toInt

  def main(args: Array[String]): Unit = {
    val cases = Json.read(new File(args(0))).asInstanceOf[Seq[Map[String, Any]]].map { one =>
      def partitioned(key: String) = one.getOrElse(key, Seq()).asInstanceOf[Seq[Partitioned]]
      Case(one("name").toString, one("pipeline").toString, one("params").asInstanceOf[Map[String, Any]],
        partitioned("batches"), partitioned("second"))
    }
    val conf = new SparkConf().setMaster("local[2]").setAppName("golden")
      .set("spark.ui.enabled", "false").set("spark.default.parallelism", "2")
      .set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1")
      .set("spark.streaming.clock", classOf[ManualClock].getName)
    val sc = new SparkContext(conf)
    sc.setLogLevel("ERROR")
    // Cases of one length share a context, few at a time: each output is a job of each batch.
    for (sameLength <- cases.groupBy(_.batches.size).toSeq.sortBy(_._1).map(_._2); some <- sameLength.grouped(20))
      run(sc, args(2), some)
    sc.stop()

    val lines = cases.map { one =>
      val kinds = Seq("outputs", "snapshots").flatMap(kind =>
        Recorder.of(one.name, kind).map(all => s"${Json(kind)}:[${all.mkString(",")}]"))
      s"${Json(one.name)}:{${kinds.mkString(",")}}"
    }
    Files.write(new File(args(1)).toPath, lines.mkString("{", ",\n", "}\n").getBytes(UTF_8))
  }

  private def run(sc: SparkContext, checkpoints: String, cases: Seq[Case]): Unit = {
    val length = cases.head.batches.size
    val ssc = new StreamingContext(sc, Milliseconds(interval))
    ssc.checkpoint(checkpoints)
    ssc.remember(Milliseconds(interval * (length + 1)))
    val pipelines = new Pipelines(ssc)
    cases.foreach(one => pipelines.all(one.pipeline)(one))
    // The last output: when it has run, the batch is done.
    Recorder.ticks.set(0)
    ssc.queueStream(mutable.Queue[RDD[Int]](), oneAtATime = true, null).foreachRDD(_ => { Recorder.ticks.incrementAndGet(); () })
    ssc.start()
    val clock = ssc.scheduler.clock.asInstanceOf[ManualClock]
    for (tick <- 1 to length) {
      clock.advance(interval)
      while (Recorder.ticks.get < tick) ssc.awaitTerminationOrTimeout(1)
    }
    ssc.awaitTerminationOrTimeout(1)
    pipelines.afterwards.foreach(_())
    ssc.stop(stopSparkContext = false, stopGracefully = false)
    println(s"${cases.size} cases of $length batches: ${cases.head.name} to ${cases.last.name}")
  }
}
