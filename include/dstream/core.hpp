// SPDX-License-Identifier: BSL-1.0
#pragma once
// Pipelines over plain ranges: no threads, no I/O; in the order in which a record meets them.

// what a pipeline is made of
#include <dstream/core/action.hpp>
#include <dstream/core/algebra.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/explain.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/on.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/plan.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

// text into records
#include <dstream/text/lines.hpp>
#include <dstream/text/split.hpp>
#include <dstream/text/words.hpp>

// fused into the loop
#include <dstream/operators/filter.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/flatMapValues.hpp>
#include <dstream/operators/keyBy.hpp>
#include <dstream/operators/keys.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/operators/mapValues.hpp>
#include <dstream/operators/unionWith.hpp>
#include <dstream/operators/validUtf8.hpp>
#include <dstream/operators/values.hpp>

// see whole partitions
#include <dstream/operators/cache.hpp>
#include <dstream/operators/coalesce.hpp>
#include <dstream/operators/glom.hpp>
#include <dstream/operators/mapPartitions.hpp>
#include <dstream/operators/mapPartitionsWithIndex.hpp>
#include <dstream/operators/sample.hpp>

// end a loop and begin the next
#include <dstream/operators/cartesian.hpp>
#include <dstream/operators/count.hpp>
#include <dstream/operators/reduce.hpp>
#include <dstream/operators/repartition.hpp>
#include <dstream/operators/sortBy.hpp>
#include <dstream/operators/sortByKey.hpp>
#include <dstream/operators/zip.hpp>
#include <dstream/operators/zipWithIndex.hpp>
#include <dstream/shuffle/aggregateByKey.hpp>
#include <dstream/shuffle/cogroup.hpp>
#include <dstream/shuffle/combineByKey.hpp>
#include <dstream/shuffle/countByValue.hpp>
#include <dstream/shuffle/distinct.hpp>
#include <dstream/shuffle/foldByKey.hpp>
#include <dstream/shuffle/fullOuterJoin.hpp>
#include <dstream/shuffle/groupByKey.hpp>
#include <dstream/shuffle/intersection.hpp>
#include <dstream/shuffle/join.hpp>
#include <dstream/shuffle/leftOuterJoin.hpp>
#include <dstream/shuffle/partitionBy.hpp>
#include <dstream/shuffle/reduceByKey.hpp>
#include <dstream/shuffle/rightOuterJoin.hpp>
#include <dstream/shuffle/subtract.hpp>
#include <dstream/shuffle/subtractByKey.hpp>

// end the pipeline with a value
#include <dstream/actions/aggregate.hpp>
#include <dstream/actions/collect.hpp>
#include <dstream/actions/first.hpp>
#include <dstream/actions/fold.hpp>
#include <dstream/actions/foreach.hpp>
#include <dstream/actions/foreachPartition.hpp>
#include <dstream/actions/isEmpty.hpp>
#include <dstream/actions/max.hpp>
#include <dstream/actions/min.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/actions/takeOrdered.hpp>
#include <dstream/actions/top.hpp>
#include <dstream/actions/value.hpp>
