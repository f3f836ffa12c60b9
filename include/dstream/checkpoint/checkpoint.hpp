// SPDX-License-Identifier: BSL-1.0
#pragma once
// StreamingContext::checkpoint and getOrCreate: a job that goes on where it was.

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/checkpoint/checkpointer.hpp>
#include <dstream/checkpoint/options.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/streaming_context.hpp>

namespace dstream::inline v0 {

/// **meaning** what sources took, what states and windows keep, and which outputs are visible change together, batch by batch: all of a batch, or, after a crash at
/// any moment, nothing of it, and then it comes again with the same seq. Kept are data, never code: the program builds its graph as ever and start() gives its nodes
/// what they kept, by their names, so each node that keeps something needs `.named("…")`. The job is the Context's name; one process has it at a time.
/// **kept** on disk two snapshots and the changes since the older one; in memory nothing more. **cost** per batch one write and one sync (see bench/checkpoint),
/// a second of both where an output is neither staged nor transactional; a snapshot's bytes are made between two batches, written beside them.
/// **errors** std::invalid_argument from start for nodes without names or that are transient; CheckpointError from start for a directory that is in use, damaged, of
/// another job, or does not fit the program: it names file and byte, or node and both schemas, or the output. A batch that fails is repeated, then stops the stream
/// or is skipped, by the options; Configuration::onFailure has no say. What the disk refuses ends the stream, and nothing that was committed is lost.
/// The directory's parent must exist, on a local file system. **example** examples/recoverable_network_word_count.cpp
template <class Use>
void BasicStreamingContext<Use>::checkpoint(std::string directory, CheckpointOptions options) {
  graph_->requireOpen("a checkpoint directory");
  if (directory.empty()) throw std::invalid_argument("dstream: checkpoint needs a directory");
  if (!checkpointDirectory_.empty()) throw std::invalid_argument("dstream: the checkpoint directory is already set, to " + checkpointDirectory_);
  checkpointDirectory_ = directory;
  auto checkpointer = std::make_shared<detail::BasicCheckpointer<Use>>(world_, events_, *graph_, context_.name(), directory, std::move(options));
  checkpointer_ = checkpointer.get();
  run_.commitBy(std::move(checkpointer));
}
template <class Use>
void BasicStreamingContext<Use>::checkpoint(std::string directory) {
  checkpoint(std::move(directory), CheckpointOptions{});
}

/// **meaning** Spark's form of the same: `make` builds the graph, at every start of the program, and calls `checkpoint(directory)` or leaves that to this function. With
/// `createOnError` a checkpoint that cannot be read is no error of start, which begins the job anew: see CheckpointOptions::createOnError.
/// **errors** std::invalid_argument when it has set another directory, or gives none. **source** Spark's; there `make` is called for a new job alone.
template <class Use>
template <class Make>
auto BasicStreamingContext<Use>::getOrCreate(const std::string& directory, Make make, bool createOnError) {
  constexpr bool fits = makesStreamingContext<Make>;
  static_assert(fits, "getOrCreate needs a function that makes a std::unique_ptr<StreamingContext>");
  if constexpr (fits) {
    auto stream = made("getOrCreate", make);
    if (stream->checkpointDirectory_.empty()) stream->checkpoint(directory);
    if (stream->checkpointDirectory_ != directory)
      throw std::invalid_argument("dstream: getOrCreate(\"" + directory + "\"): the streaming context has its checkpoint in " + stream->checkpointDirectory_);
    if (createOnError) {
      stream->graph_->requireOpen("createOnError");
      stream->checkpointer_->createOnError();
    }
    return stream;
  }
}

/// **meaning** the active context, whatever its checkpoint, else what getOrCreate gives. **errors** as getOrCreate. **source** Spark's.
template <class Use>
template <class Make>
auto BasicStreamingContext<Use>::getActiveOrCreate(const std::string& directory, Make make, bool createOnError) {
  constexpr bool fits = makesStreamingContext<Make>;
  static_assert(fits, "getActiveOrCreate needs a function that makes a std::unique_ptr<StreamingContext>");
  if constexpr (fits) {
    if (BasicStreamingContext* const active = getActive()) return ActiveOrCreated<BasicStreamingContext>(*active);
    return ActiveOrCreated<BasicStreamingContext>(getOrCreate(directory, std::move(make), createOnError));
  }
}

}  // namespace dstream::inline v0
