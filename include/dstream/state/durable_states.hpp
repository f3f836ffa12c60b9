// SPDX-License-Identifier: BSL-1.0
#pragma once
// DurableStates: the states of mapWithState in a checkpoint.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/crc32c.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/schema.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the forms in which states of type S may have been written: its own, then what it has evolved from, and so on.
template <class S>
struct StateForms {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// How many steps older the form of this schema is; `begin` stands before the state's in the schema, `end` behind it.
  static std::size_t find(const std::string& begin, const std::string& end, std::string_view schema) {
    if (begin + schemaOf<S>() + end == schema) return 0;
    if constexpr (HasOlderForm<S>) {
      const std::size_t older = StateForms<typename Evolved<S>::from>::find(begin, end, schema);
      if (older != none) return older + 1;
    }
    return none;
  }
  /// The same for the crc of a schema.
  static std::size_t find(const std::string& begin, const std::string& end, std::uint32_t crc) {
    if (crc32c(begin + schemaOf<S>() + end) == crc) return 0;
    if constexpr (HasOlderForm<S>) {
      const std::size_t older = StateForms<typename Evolved<S>::from>::find(begin, end, crc);
      if (older != none) return older + 1;
    }
    return none;
  }
  static S decode(std::string_view& in, std::size_t older) {
    if constexpr (HasOlderForm<S>)
      if (older != 0) return Evolved<S>::migrate(StateForms<typename Evolved<S>::from>::decode(in, older - 1));
    return Codec<S>::decode(in);
  }
};

/// **meaning** the schema of keyed states, and the form in which bytes were written. A change begins with the crc of its schema, since changes of a program and of
/// the one after it may stand in one journal.
template <class Key, class S>
class StateSchema {
 public:
  StateSchema(const std::string& kind, std::string end) : begin_(kind + ": " + schemaOf<Key>() + " -> "), end_(std::move(end)) {}

  [[nodiscard]] std::string text() const { return begin_ + schemaOf<S>() + end_; }
  [[nodiscard]] bool reads(std::string_view schema) const { return StateForms<S>::find(begin_, end_, schema) != StateForms<S>::none; }
  [[nodiscard]] std::size_t form(std::string_view schema) const { return known(StateForms<S>::find(begin_, end_, schema)); }
  void putForm(std::string& out) const { putNumber(crc32c(text()), out); }
  [[nodiscard]] std::size_t takeForm(std::string_view& in) const { return known(StateForms<S>::find(begin_, end_, takeNumber<std::uint32_t>(in))); }

 private:
  static std::size_t known(std::size_t form) {
    if (form == StateForms<S>::none) throw DecodeError("dstream: decode: states of a form that this program does not know");
    return form;
  }

  const std::string begin_;
  const std::string end_;
};

/// How a change of one key begins.
enum class KeyChange : std::uint8_t { Removed, Touched, Put };
inline KeyChange takeKeyChange(std::string_view& in) {
  const auto change = takeNumber<std::uint8_t>(in);
  if (change > static_cast<std::uint8_t>(KeyChange::Put)) throw DecodeError("dstream: decode: a change that is none");
  return static_cast<KeyChange>(change);
}

/// **kept** nothing of its own. Bytes of a part: per key itself, its state and, with a timeout, the time of its last update.
template <class States, class Key, class S>
class DurableStates final : public Persistent {
  using StoredKey = Kept<Key>;

 public:
  explicit DurableStates(States& states) : states_(states), schema_("mapWithState", states.timed() ? ", with timeout" : "") {}

  [[nodiscard]] std::string schema() const override { return schema_.text(); }
  [[nodiscard]] bool reads(std::string_view written) const override { return schema_.reads(written); }

  void saveChange(const Batch&, std::string& out) override {
    schema_.putForm(out);
    saveParts(out, states_.parts(), RunnerRef{}, [&](std::size_t part, std::string& text) {
      const auto begin = [&](KeyChange change, const StoredKey& key) {
        putNumber(static_cast<std::uint8_t>(change), text);
        Codec<StoredKey>::encode(key, text);
      };
      states_.order(part).eachChange(
          states_.table(part), [&](const StoredKey& key) { begin(KeyChange::Removed, key); },
          [&](const StoredKey& key, std::int64_t updated) {
            begin(KeyChange::Touched, key);
            putNumber(static_cast<std::uint64_t>(updated), text);
          },
          [&](const StoredKey& key, const S& state, std::int64_t updated) {
            begin(KeyChange::Put, key);
            Codec<S>::encode(state, text);
            putNumber(static_cast<std::uint64_t>(updated), text);
          });
    });
  }
  void restoreChange(std::string_view bytes, const Batch&, RunnerRef runner) override {
    const std::size_t form = schema_.takeForm(bytes);
    loadParts(bytes, runner, [&](std::size_t parts) { states_.restore(parts, runner); }, [&](std::size_t part, std::string_view& in) {
      while (!in.empty()) {
        const KeyChange change = takeKeyChange(in);
        const StoredKey key = Codec<StoredKey>::decode(in);
        std::optional<S> state;
        if (change == KeyChange::Put) state.emplace(StateForms<S>::decode(in, form));
        const auto updated = change == KeyChange::Removed ? 0 : static_cast<std::int64_t>(takeNumber<std::uint64_t>(in));
        states_.restoreKey(part, key, std::move(state), updated, change == KeyChange::Removed);
      }
    });
    states_.commit();
  }
  void saveAll(RunnerRef runner, std::string& out) override {
    saveParts(out, states_.parts(), runner, [&](std::size_t part, std::string& text) {
      states_.order(part).each(states_.table(part), [&](const StoredKey& key, const S& state, std::int64_t updated) {
        Codec<StoredKey>::encode(key, text);
        Codec<S>::encode(state, text);
        if (states_.timed()) putNumber(static_cast<std::uint64_t>(updated), text);
      });
    });
  }
  void restoreAll(std::string_view bytes, std::string_view writtenSchema, RunnerRef runner) override {
    const std::size_t form = schema_.form(writtenSchema);
    states_.clear();
    loadParts(bytes, runner, [&](std::size_t parts) { states_.restore(parts, runner); }, [&](std::size_t part, std::string_view& in) {
      while (!in.empty()) {
        const StoredKey key = Codec<StoredKey>::decode(in);
        S state = StateForms<S>::decode(in, form);
        const auto updated = states_.timed() ? static_cast<std::int64_t>(takeNumber<std::uint64_t>(in)) : 0;
        states_.restoreKey(part, key, std::move(state), updated, false);
      }
    });
    states_.commit();
  }

 private:
  States& states_;
  const StateSchema<Key, S> schema_;
};

struct NotDurable {
  explicit NotDurable(auto&) {}
};
/// DurableStates, or nothing for a spec that is transient.
template <bool durable>
struct DurableOr {
  template <class States, class Key, class S>
  using type = DurableStates<States, Key, S>;
};
template <>
struct DurableOr<false> {
  template <class, class, class>
  using type = NotDurable;
};

}  // namespace dstream::inline v0::detail
