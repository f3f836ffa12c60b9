// SPDX-License-Identifier: BSL-1.0
#pragma once
// LineFraming: a stream of bytes as lines.

#include <cstddef>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/line_former.hpp>
#include <dstream/sources/text_blocks.hpp>

namespace dstream::inline v0 {

/// **meaning** the framing behind socketTextStream. It looks for the last line end only; where lines begin is found out by the batch.
struct LineFraming {
  template <class Use>
  using Former = BasicLineFormer<Use>;
  template <class Use>
  using Blocks = BasicTextBlocks<Use>;

  template <class Use>
  [[nodiscard]] static Former<Use> former(std::shared_ptr<BasicBlockPool<Use>> pool, std::size_t maxRecordBytes, Actor& owner) {
    return {std::move(pool), maxRecordBytes, owner};
  }
  template <class Use>
  [[nodiscard]] static Blocks<Use> blocks(BlockList<Use> blocks, RunnerRef runner) {
    return {std::move(blocks), runner};
  }
};

}  // namespace dstream::inline v0
