// SPDX-License-Identifier: BSL-1.0
#pragma once
// Persistent: what a checkpoint asks of a node that keeps something from batch to batch.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** bytes out of a node and into it. `saveChange` gives what a batch changed, once all of it has run and before it is committed; `saveAll` all that
/// is kept, between batches. What is restored is as if those batches had run: `restoreAll` in the place of what there was, then each
/// later batch's change, in order. **threads** the jobs lane. **errors** DecodeError for bytes that are not such; the node is unusable then.
class Persistent {
 public:
  /// What the bytes hold, as text: two nodes of one schema read each other's.
  [[nodiscard]] virtual std::string schema() const = 0;
  /// Whether what was written under this schema can be restored.
  [[nodiscard]] virtual bool reads(std::string_view written) const { return written == schema(); }

  /// From now on changes will be asked for.
  virtual void noteChanges() {}
  virtual void saveChange(const Batch& batch, std::string& out) = 0;
  virtual void saveAll(RunnerRef runner, std::string& out) = 0;
  virtual void restoreAll(std::string_view bytes, std::string_view writtenSchema, RunnerRef runner) = 0;
  virtual void restoreChange(std::string_view bytes, const Batch& batch, RunnerRef runner) = 0;
  /// Whether NodeBase::rollback takes a batch back. If not, it is restored from the checkpoint.
  [[nodiscard]] virtual bool undoes() const { return true; }

  /// All that was committed up to now is durable: what it had kept to be able to repeat it may go.
  virtual void settled() {}

  /// It is a source: its change of a batch is known once all nodes have advanced, and says what the batch takes.
  [[nodiscard]] virtual bool isSource() const { return false; }
  /// The next batch is this one again: it takes what `saveChange` gave for it. **errors** what makes that impossible.
  virtual void replan(std::string_view change, const Batch& batch) {
    static_cast<void>(change);
    static_cast<void>(batch);
  }

 protected:
  ~Persistent() = default;
};

namespace detail {

/// **meaning** the Persistent of a node that has its functions itself, `schema()` as `keptSchema()`; null for one that is transient.
template <class Node, bool durable>
class PersistentPart final : public Persistent {
 public:
  explicit PersistentPart(Node& node) : node_(node) {}
  [[nodiscard]] Persistent* get() { return this; }

  [[nodiscard]] std::string schema() const override { return node_.keptSchema(); }
  void noteChanges() override { node_.noteChanges(); }
  void saveChange(const Batch& batch, std::string& out) override { node_.saveChange(batch, out); }
  void saveAll(RunnerRef, std::string& out) override { node_.saveAll(out); }
  void restoreAll(std::string_view bytes, std::string_view, RunnerRef runner) override { node_.restoreAll(bytes, runner); }
  void restoreChange(std::string_view bytes, const Batch& batch, RunnerRef runner) override { node_.restoreChange(bytes, batch, runner); }
  [[nodiscard]] bool undoes() const override { return Node::undoes; }
  [[nodiscard]] bool isSource() const override {
    if constexpr (requires { Node::source; }) return true;
    return false;
  }
  void replan(std::string_view change, const Batch& batch) override {
    if constexpr (requires { Node::source; }) node_.replan(change, batch);
  }

 private:
  Node& node_;
};
template <class Node>
class PersistentPart<Node, false> {
 public:
  explicit PersistentPart(Node&) {}
  [[nodiscard]] static Persistent* get() { return nullptr; }
};

/// How many values follow, each of at least a byte.
inline std::size_t takeCount(std::string_view& in) {
  const auto count = takeNumber<std::uint64_t>(in);
  if (count > in.size()) throw DecodeError("dstream: decode: there are fewer values than there should be");
  return static_cast<std::size_t>(count);
}
inline void putSize(std::size_t count, std::string& out) { putNumber(static_cast<std::uint64_t>(count), out); }
inline void putTime(Time time, std::string& out) { putNumber(static_cast<std::uint64_t>(time.nanoseconds), out); }
inline Time takeTime(std::string_view& in) { return {static_cast<std::int64_t>(takeNumber<std::uint64_t>(in))}; }

/// `body(part, text)` writes each part, by several tasks; loadParts gives each its own bytes again.
template <class Body>
void saveParts(std::string& out, std::size_t parts, RunnerRef runner, const Body& body) {
  Deferred<std::vector<std::string>, Body> texts(parts);
  runner.forEach(parts, [&](std::size_t, std::size_t part) { body(part, texts[part]); });
  putNumber(static_cast<std::uint32_t>(parts), out);
  for (const std::string& text : texts) {
    putNumber(static_cast<std::uint64_t>(text.size()), out);
    out += text;
  }
}
/// `make(parts)` first. `body(part, in)` takes all of `in`.
template <class Make, class Body>
void loadParts(std::string_view in, RunnerRef runner, const Make& make, const Body& body) {
  const auto parts = takeNumber<std::uint32_t>(in);
  if (parts > in.size() / 8) throw DecodeError("dstream: decode: there are fewer parts than there should be");
  Deferred<std::vector<std::string_view>, Body> texts(parts);
  for (std::string_view& text : texts) {
    const auto size = takeNumber<std::uint64_t>(in);
    if (size > in.size()) throw DecodeError("dstream: decode: a part is shorter than it should be");
    text = takeBytes(in, static_cast<std::size_t>(size));
  }
  if (!in.empty()) throw DecodeError("dstream: decode: bytes behind the last part");
  make(static_cast<std::size_t>(parts));
  runner.forEach(parts, [&](std::size_t, std::size_t part) {
    body(part, texts[part]);
    if (!texts[part].empty()) throw DecodeError("dstream: decode: bytes behind the last value of a part");
  });
}

}  // namespace detail

}  // namespace dstream::inline v0
