// SPDX-License-Identifier: BSL-1.0
#pragma once
// Everything but connectors and test kit, in the order in which a record meets it.

// pipelines over plain ranges
#include <dstream/core.hpp>

// the world outside, and how it is entered
#include <dstream/runtime/accumulator.hpp>
#include <dstream/runtime/broadcast.hpp>
#include <dstream/runtime/configuration.hpp>
#include <dstream/runtime/context.hpp>
#include <dstream/runtime/describe.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/runtime/stats_report_listener.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/runtime/world.hpp>

// where batches come from
#include <dstream/sources/binaryRecordsStream.hpp>
#include <dstream/sources/constantStream.hpp>
#include <dstream/sources/fileStream.hpp>
#include <dstream/sources/objectFileStream.hpp>
#include <dstream/sources/queueStream.hpp>
#include <dstream/sources/rangeStream.hpp>
#include <dstream/sources/rawSocketStream.hpp>
#include <dstream/sources/receiverStream.hpp>
#include <dstream/sources/resumableSocketStream.hpp>
#include <dstream/sources/resumableSocketTextStream.hpp>
#include <dstream/sources/socketStream.hpp>
#include <dstream/sources/socketTextStream.hpp>
#include <dstream/sources/standardInputStream.hpp>
#include <dstream/sources/textFileStream.hpp>

// what a stream is
#include <dstream/stream/any_dstream.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/explain.hpp>
#include <dstream/stream/slice.hpp>
#include <dstream/stream/transform.hpp>

// several batches as one
#include <dstream/windows/countByValueAndWindow.hpp>
#include <dstream/windows/countByWindow.hpp>
#include <dstream/windows/groupByKeyAndWindow.hpp>
#include <dstream/windows/reduceByKeyAndWindow.hpp>
#include <dstream/windows/reduceByWindow.hpp>
#include <dstream/windows/window.hpp>

// what is carried from batch to batch
#include <dstream/state/mapWithState.hpp>
#include <dstream/state/updateStateByKey.hpp>

// what outlives the program
#include <dstream/checkpoint/checkpoint.hpp>
#include <dstream/checkpoint/checkpointInfo.hpp>

// where a batch leaves
#include <dstream/stream/batch_rdd.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/outputs/print.hpp>
#include <dstream/outputs/saveAsObjectFiles.hpp>
#include <dstream/outputs/saveAsTextFiles.hpp>

// what a program of many files compiles once
#if defined(DSTREAM_COMPILED) || defined(DSTREAM_COMPILE_HERE)
#include <dstream/compiled.hpp>
#endif
