// SPDX-License-Identifier: BSL-1.0
#pragma once
// WindowPane: one batch of a window: as it came, or as a checkpoint has it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

/// Records that a checkpoint gave back, as an Rdd.
template <class Record>
class RestoredRecords : public Partitions<Record> {
 public:
  explicit RestoredRecords(Partitions<Record> records) : Partitions<Record>(std::move(records)) {}
  [[nodiscard]] static RunnerRef runner() { return {}; }
  static void prepare(auto&) {}
};

/// Records in partitions as bytes, and back. Record: what the Rdd carries; its kept form has a Codec.
template <class Record>
struct RecordBytes {
  using Stored = Kept<Record>;

  template <Rdd R>
  static void save(R& rdd, RunnerRef runner, std::string& out) {
    saveParts(out, rdd.partitions(), runner, [&](std::size_t part, std::string& text) {
      auto encode = [](std::string* into, auto&& record) {
        putElement<Stored>(Owned<Record>::own(std::forward<decltype(record)>(record)), *into);
        return into;
      };
      static_cast<void>(rdd.fold(Slice{part}, &text, encode));
    });
  }
  static RestoredRecords<Record> load(std::string_view bytes, RunnerRef runner) {
    std::vector<std::vector<Stored>> parts;
    loadParts(bytes, runner, [&](std::size_t count) { parts.resize(count); }, [&](std::size_t part, std::string_view& in) {
      while (!in.empty()) parts[part].push_back(takeElement<Stored>(in));
    });
    return RestoredRecords<Record>(Partitions<Record>(std::move(parts)));
  }
};

/// **meaning** an R, or what RecordBytes gives of one; its records have the same type either way.
template <Rdd R>
class WindowPane {
  using Record = typename R::value_type;

 public:
  using reference = typename R::reference;
  using value_type = Record;

  explicit WindowPane(R live) : live_(std::move(live)) {}
  explicit WindowPane(Partitions<Record> restored) : restored_(std::make_shared<const Partitions<Record>>(std::move(restored))) {}

  /// From now on it is these records.
  void replace(Partitions<Record> records) {
    restored_ = std::make_shared<const Partitions<Record>>(std::move(records));
    live_.reset();
  }

  [[nodiscard]] std::size_t partitions() const { return live_ ? live_->partitions() : restored_->partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    return live_ ? live_->splits(partition, bytes) : restored_->splits(partition, bytes);
  }
  [[nodiscard]] RunnerRef runner() const { return live_ ? RunnerRef(live_->runner()) : RunnerRef{}; }
  template <Runner Any>
  void prepare(Any& runner) {
    if (live_) live_->prepare(runner);
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    if (live_) return live_->fold(slice, std::move(accumulator), step);
    auto asLive = [&step](Accumulator so, auto&& record) -> Accumulator {
      if constexpr (std::is_reference_v<reference> && !std::is_rvalue_reference_v<reference>) {
        return step(std::move(so), static_cast<reference>(record));
      } else {
        return step(std::move(so), std::remove_cvref_t<reference>(record));
      }
    };
    return restored_->fold(slice, std::move(accumulator), asLive);
  }

 private:
  std::optional<R> live_;
  std::shared_ptr<const Partitions<Record>> restored_;
};

}  // namespace dstream::inline v0::detail
