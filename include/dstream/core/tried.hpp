// SPDX-License-Identifier: BSL-1.0
#pragma once
// TriedData: the records of a batch that functions took, and the dead letters of those they did
// not.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/dead_letter.hpp>
#include <dstream/core/no_fault.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0::detail {

/// The records that a task made, and those it could not make anything of.
template <class T, class U>
struct TriedSlice {
  std::vector<Kept<U>> records;
  std::vector<DeadLetter<Kept<T>>> letters;
};

/// A record is one or the other: what its functions had given before one of them threw is taken
/// back.
template <class T, class Records, class Inner>
struct TryStep {
  using Letters = std::vector<DeadLetter<Kept<T>>>;

  template <class Record>
  DSTREAM_INLINE Records* operator()(Records* records, Record&& record) {
    const std::size_t before = records->size();
    try {
      return inner(records, std::as_const(record));
    } catch (const std::bad_alloc&) {  // no fault of the record's
      throw;
    } catch (const NoFault&) {
      throw;
    } catch (const std::exception& error) {
      setAside(*records, before, record, error.what());
    } catch (...) {
      setAside(*records, before, record, "an exception of unknown type");
    }
    return records;
  }
  template <class Record>
  [[gnu::noinline]] void setAside(Records& records, std::size_t before, const Record& record,
                                  const char* message) {
    while (records.size() > before) records.pop_back();
    letters.push_back({Owned<T>::own(record), node, message, seq});
  }

  Inner& inner;
  Letters& letters;
  const std::string& node;
  const std::uint64_t seq;
};

/// The records as a wide operator's data, the letters beside them.
template <class T, class U>
class TriedData : public Partitions<U> {
 public:
  using Letters = Partitions<DeadLetter<Kept<T>>>;

  TriedData() = default;
  TriedData(std::vector<std::vector<Kept<U>>> records,
            std::vector<std::vector<DeadLetter<Kept<T>>>> letters)
      : Partitions<U>(std::move(records)), letters_(std::move(letters)) {}
  [[nodiscard]] const Letters& letters() const { return letters_; }

 private:
  Letters letters_;
};

/// The other part of what was tried; asking for it tries nothing anew.
template <class Data>
class DeadLettersRdd {
 public:
  using reference = typename Data::Letters::reference;
  using value_type = typename Data::Letters::value_type;

  explicit DeadLettersRdd(WideRdd<Data> tried) : tried_(std::move(tried)) {}

  [[nodiscard]] std::size_t partitions() const { return tried_.data().letters().partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    return tried_.data().letters().splits(partition, bytes);
  }
  [[nodiscard]] RunnerRef runner() const { return tried_.runner(); }
  void prepare(RunnerRef runner) { tried_.prepare(runner); }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    return tried_.data().letters().fold(slice, std::move(accumulator), step);
  }

 private:
  WideRdd<Data> tried_;
};

}  // namespace dstream::inline v0::detail
