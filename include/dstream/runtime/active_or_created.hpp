// SPDX-License-Identifier: BSL-1.0
#pragma once
// ActiveOrCreated: what getActiveOrCreate gives.

#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>

namespace dstream::inline v0 {

/// **meaning** the active streaming context, which is somebody else's and must outlive this, or a new one, which goes with this. **errors** none of its own. **source** Spark's
/// StreamingContext.getActiveOrCreate, where the garbage collector knows whose it is.
template <class Stream>
class ActiveOrCreated {
 public:
  explicit ActiveOrCreated(Stream& active) : stream_(&active) {}
  explicit ActiveOrCreated(std::unique_ptr<Stream> created) : stream_(created.get()), owned_(std::move(created)) {}

  [[nodiscard]] Stream& operator*() const { return *stream_; }
  [[nodiscard]] Stream* operator->() const { return stream_; }
  /// It is the new one, which nobody has started.
  [[nodiscard]] bool created() const { return owned_ != nullptr; }

 private:
  Stream* stream_;
  std::unique_ptr<Stream> owned_;
};

}  // namespace dstream::inline v0
