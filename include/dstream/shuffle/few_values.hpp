// SPDX-License-Identifier: BSL-1.0
#pragma once
// FewValues: what is gathered of the values of a key where most keys have one.

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>

namespace dstream::inline v0 {

namespace detail {

/// **meaning** values in the order in which they came. **kept** the first one here; only a second one asks for memory.
template <class T>
class FewValues {
 public:
  FewValues() = default;
  FewValues(FewValues&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : first_(std::move(other.first_)), more_(std::exchange(other.more_, nullptr)) {}
  FewValues& operator=(FewValues&&) = delete;
  ~FewValues() { delete more_; }

  DSTREAM_INLINE void push_back(T&& value) {
    if (!first_) [[likely]] {
      first_.emplace(std::move(value));
    } else {
      addAnother(std::move(value));
    }
  }
  /// Behind these, those of another.
  void append(FewValues&& others) {
    for (std::size_t i = 0; i < others.size(); ++i) push_back(std::move(i == 0 ? *others.first_ : (*others.more_)[i - 1].value));
  }

  [[nodiscard]] DSTREAM_INLINE bool empty() const { return !first_; }
  [[nodiscard]] DSTREAM_INLINE std::size_t size() const { return more_ != nullptr ? more_->size() + 1 : first_ ? 1 : 0; }
  [[nodiscard]] DSTREAM_INLINE const T& operator[](std::size_t i) const { return i == 0 ? *first_ : (*more_)[i - 1].value; }

 private:
  /// Since a vector of bool has none to refer to.
  struct Another {
    T value;
  };

  [[gnu::noinline]] void addAnother(T&& value) {
    if (more_ == nullptr) more_ = new std::vector<Another>;
    more_->push_back({std::move(value)});
  }

  std::optional<T> first_;
  std::vector<Another>* more_ = nullptr;  // std::unique_ptr's header would cost every program
};

}  // namespace detail

template <class T>
struct Owned<detail::FewValues<T>> : KeptAsIs<detail::FewValues<T>> {};

}  // namespace dstream::inline v0
