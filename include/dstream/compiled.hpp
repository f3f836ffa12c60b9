// SPDX-License-Identifier: BSL-1.0
#pragma once
// The classes of the runtime, compiled once for a program of many files and not in each of them.
//
// <dstream/dstream.hpp> includes this where DSTREAM_COMPILED is defined, as for whoever links the CMake target dstream::compiled, a static library
// that is built with the program. Without CMake: -DDSTREAM_COMPILED for all files, and one file more, of two lines,
//     #define DSTREAM_COMPILE_HERE
//     #include <dstream/dstream.hpp>
// **cost** that file takes as long as one and a half that use the runtime, each of the others less than half of what it took. A program is as fast as without
// it: all functions of these classes are inline, and are still built into their callers where a compiler sees fit. Their thread_local members are constinit:
// for one that another file defines, g++ calls an initialiser that is not there.

#include <dstream/checkpoint/checkpointInfo.hpp>
#include <dstream/checkpoint/checkpointer.hpp>
#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/job.hpp>
#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/opening.hpp>
#include <dstream/checkpoint/receive_log.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/checkpoint/restorer.hpp>
#include <dstream/checkpoint/segment.hpp>
#include <dstream/checkpoint/segment_trimmer.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/checkpoint/snapshot_writer.hpp>
#include <dstream/checkpoint/standing.hpp>
#include <dstream/core/explain.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/outputs/batch_directory.hpp>
#include <dstream/outputs/stage.hpp>
#include <dstream/runtime/batch_clock.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/committer.hpp>
#include <dstream/runtime/context.hpp>
#include <dstream/runtime/describe.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/metrics.hpp>
#include <dstream/runtime/pid_estimator.hpp>
#include <dstream/runtime/real_world.hpp>
#include <dstream/runtime/real_world_files.hpp>
#include <dstream/runtime/real_world_input.hpp>
#include <dstream/runtime/real_world_loop.hpp>
#include <dstream/runtime/real_world_signals.hpp>
#include <dstream/runtime/real_world_socket.hpp>
#include <dstream/runtime/scheduler.hpp>
#include <dstream/runtime/stats_report_listener.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/runtime/streaming_run.hpp>
#include <dstream/shuffle/table_store.hpp>
#include <dstream/shuffle/text_arena.hpp>
#include <dstream/sources/directory_watch.hpp>
#include <dstream/sources/file_part.hpp>
#include <dstream/sources/line_former.hpp>
#include <dstream/sources/line_reader.hpp>
#include <dstream/sources/resumption.hpp>
#include <dstream/sources/socketTextStream.hpp>
#include <dstream/sources/text_blocks.hpp>
#include <dstream/stream/explain.hpp>
#include <dstream/stream/graph.hpp>

#ifdef DSTREAM_COMPILE_HERE
#define DSTREAM_ONCE template
#else
#define DSTREAM_ONCE extern template
#endif

namespace dstream::inline v0 {

// core
DSTREAM_ONCE class detail::BasicPlanText<OnUse>;
DSTREAM_ONCE class detail::BasicClosureText<OnUse>;
DSTREAM_ONCE class detail::BasicSpareMemory<OnUse>;

// shuffle
DSTREAM_ONCE class detail::BasicTableStore<OnUse>;
DSTREAM_ONCE class detail::BasicTextArena<OnUse>;

// stream
DSTREAM_ONCE class detail::BasicStreamPlan<OnUse>;
DSTREAM_ONCE class BasicGraph<OnUse>;

// runtime
DSTREAM_ONCE class BasicBatchClock<OnUse>;
DSTREAM_ONCE class BasicBlockPool<OnUse>;
DSTREAM_ONCE class BasicBlock<OnUse>;
DSTREAM_ONCE class BasicCommitter<OnUse>;
DSTREAM_ONCE class BasicContext<OnUse>;
DSTREAM_ONCE struct detail::Describe<OnUse>;
DSTREAM_ONCE class BasicDefaultListener<OnUse>;
DSTREAM_ONCE class BasicEventBus<OnUse>;
DSTREAM_ONCE struct BasicRuntime<OnUse>;
DSTREAM_ONCE class detail::SourceCall<OnUse>;
DSTREAM_ONCE struct BasicMetrics<OnUse>;
DSTREAM_ONCE class detail::BasicPidEstimator<OnUse>;
DSTREAM_ONCE class detail::BasicHiredWorkers<OnUse>;
DSTREAM_ONCE class BasicRealWorld<OnUse>;
DSTREAM_ONCE class detail::BasicRealFile<OnUse>;
DSTREAM_ONCE class detail::BasicRealFiles<OnUse>;
DSTREAM_ONCE class detail::BasicRealInput<OnUse>;
DSTREAM_ONCE class detail::BasicLanes<OnUse>;
DSTREAM_ONCE class detail::BasicSignalWatch<OnUse>;
DSTREAM_ONCE struct detail::BasicLookup<OnUse>;
DSTREAM_ONCE class detail::BasicRealConnection<OnUse>;
DSTREAM_ONCE class BasicScheduler<OnUse>;
DSTREAM_ONCE class BasicStatsReportListener<OnUse>;
DSTREAM_ONCE class BasicStreamingContext<OnUse>;
DSTREAM_ONCE class detail::BasicStreamingRun<OnUse>;

// checkpoint
DSTREAM_ONCE struct BasicCheckpointInfo<OnUse>;
DSTREAM_ONCE class detail::BasicCheckpointer<OnUse>;
DSTREAM_ONCE class detail::BasicCheckpointDirectory<OnUse>;
DSTREAM_ONCE class detail::BasicCheckpointedJob<OnUse>;
DSTREAM_ONCE struct detail::BasicBatchPayload<OnUse>;
DSTREAM_ONCE class detail::BasicJournalWriter<OnUse>;
DSTREAM_ONCE class detail::BasicJournalContent<OnUse>;
DSTREAM_ONCE class detail::BasicOpening<OnUse>;
DSTREAM_ONCE class detail::BasicReceiveLog<OnUse>;
DSTREAM_ONCE struct detail::BasicRecordLayout<OnUse>;
DSTREAM_ONCE class detail::BasicRecordWriter<OnUse>;
DSTREAM_ONCE class detail::BasicWholeFile<OnUse>;
DSTREAM_ONCE class detail::BasicRecordReader<OnUse>;
DSTREAM_ONCE class detail::BasicRecovery<OnUse>;
DSTREAM_ONCE class detail::BasicRestorer<OnUse>;
DSTREAM_ONCE class detail::BasicSegmentDirectory<OnUse>;
DSTREAM_ONCE class detail::BasicSegmentTrimmer<OnUse>;
DSTREAM_ONCE struct detail::BasicSnapshot<OnUse>;
DSTREAM_ONCE class detail::BasicSnapshotWriter<OnUse>;
DSTREAM_ONCE class detail::BasicStanding<OnUse>;

// sources
DSTREAM_ONCE class ByteReceiver<LineFraming, FromServer>;
DSTREAM_ONCE class detail::BasicDirectoryWatch<OnUse>;
DSTREAM_ONCE class BasicFilePart<OnUse>;
DSTREAM_ONCE class BasicLineFormer<OnUse>;
DSTREAM_ONCE class detail::BasicLineReader<OnUse>;
DSTREAM_ONCE class detail::BasicReceivedBlocks<LineFraming>;
DSTREAM_ONCE class detail::BasicResumeTalk<OnUse>;
DSTREAM_ONCE class detail::BasicResumption<OnUse>;
DSTREAM_ONCE class BasicTextBlocks<OnUse>;

// outputs
DSTREAM_ONCE class detail::BasicBatchDirectory<OnUse>;
DSTREAM_ONCE struct detail::BasicFileTree<OnUse>;
DSTREAM_ONCE class detail::BasicCheckedFile<OnUse>;
DSTREAM_ONCE class detail::BasicStage<OnUse>;

}  // namespace dstream::inline v0

#undef DSTREAM_ONCE
