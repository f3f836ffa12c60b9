// SPDX-License-Identifier: BSL-1.0
#pragma once
// TextBlocks: received blocks as a batch of lines, one partition per block, nothing copied.

#include <cstddef>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/text/lines.hpp>

namespace dstream::inline v0 {

/// **meaning** the lines of blocks that are cut at line ends. Copies share the blocks, which go back to their pool with the last copy.
template <class Use = OnUse>
class BasicTextBlocks {
 public:
  using reference = std::string_view;
  using value_type = std::string_view;

  BasicTextBlocks(BlockList<Use> blocks, RunnerRef runner)
      : blocks_(std::allocate_shared<const BlockList<Use>>(detail::BatchAllocator<BlockList<Use>>{}, std::move(blocks))), runner_(runner) {}

  [[nodiscard]] std::size_t partitions() const { return blocks_->size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return lines(partition).splits(0, bytes); }
  [[nodiscard]] RunnerRef runner() const { return runner_; }
  static void prepare(auto&) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    return lines(slice.partition).fold(Slice{0, slice.index, slice.count}, std::move(accumulator), step);
  }

 private:
  [[nodiscard]] Lines lines(std::size_t partition) const { return Lines{(*blocks_)[partition].text()}; }

  std::shared_ptr<const BlockList<Use>> blocks_;
  RunnerRef runner_;
};
using TextBlocks = BasicTextBlocks<>;

}  // namespace dstream::inline v0
