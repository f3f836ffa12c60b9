// SPDX-License-Identifier: BSL-1.0
#pragma once
// State: what mapWithState's function may ask and change of one key's state.

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>

namespace dstream::inline v0 {

/// **meaning** the state of the key of this call. Valid during the call. **errors** std::out_of_range from get and modify without a state;
/// std::invalid_argument from update, modify and remove after a remove in the same call, and while the state times out.
template <class S>
class State {
 public:
  State(const S* state, bool timingOut) : known_(state), timingOut_(timingOut) {}
  /// `own()`: the same state if it may be changed where it is, else null; asked during the call.
  State(const S* state, bool timingOut, FunctionRef<S*()> own) : known_(state), own_(own), timingOut_(timingOut) {}
  State(const State&) = delete;  // what a copy is told nobody learns
  State& operator=(const State&) = delete;

  [[nodiscard]] bool exists() const { return !removed_ && (updated_ || known_ != nullptr); }
  [[nodiscard]] const S& get() const {
    if (!exists()) throw std::out_of_range("dstream: State::get: this key has no state");
    return updated_ ? *updated_ : *known_;
  }
  [[nodiscard]] std::optional<S> getOption() const { return exists() ? std::optional<S>(get()) : std::nullopt; }
  void update(S state) {
    require("update");
    updated_.emplace(std::move(state));
  }
  /// `change(S&)` changes the state and counts as an update. What it changed before it threw stays changed, unless the batch fails.
  /// **cost** a copy of the state for the key's first change in a batch, as the batch may fail; then none: it is changed where it is kept.
  template <class Change>
  void modify(Change&& change) {
    require("modify");
    if (!exists()) throw std::out_of_range("dstream: State::modify: this key has no state");
    S* const own = updated_ || !own_ ? nullptr : (*own_)();
    if (own == nullptr && !updated_) updated_.emplace(*known_);
    change(own == nullptr ? *updated_ : *own);
  }
  void remove() {
    require("remove");
    removed_ = true;
  }
  /// True in the last call for a key, whose state is removed after it whatever the function does.
  [[nodiscard]] bool isTimingOut() const { return timingOut_; }

  // For the library: what the call left behind.
  [[nodiscard]] bool removed() const { return removed_; }
  [[nodiscard]] std::optional<S>& updated() { return updated_; }

 private:
  void require(const char* what) const {
    const char* const why = removed_ ? "it has been removed in this call" : timingOut_ ? "it is timing out" : nullptr;
    if (why != nullptr) throw std::invalid_argument(std::string("dstream: State::") + what + ": the state cannot be changed, " + why);
  }

  const S* known_;
  std::optional<FunctionRef<S*()>> own_;
  std::optional<S> updated_;
  bool removed_ = false;
  const bool timingOut_;
};

}  // namespace dstream::inline v0
