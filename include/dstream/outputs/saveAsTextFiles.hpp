// SPDX-License-Identifier: BSL-1.0
#pragma once
// saveAsTextFiles: DStream<T> → output, each batch a directory of text files.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/outputs/batch_directory.hpp>
#include <dstream/outputs/exactly_once.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/outputs/text_form.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Lines, in pieces of 64 KiB.
class TextWriter {
 public:
  explicit TextWriter(File& file) : file_(file) {}
  template <class Record>
  void add(const Record& record) {
    appendText<TextStyle::Scala>(text_, record);
    text_ += '\n';
    if (text_.size() >= pieceBytes) finish();
  }
  void finish() {
    file_.append(text_);
    text_.clear();
  }

 private:
  static constexpr std::size_t pieceBytes = std::size_t{64} << 10;
  File& file_;
  std::string text_;
};

template <Node N, class Save>
class SavingOutput final : public ForeachOutput<N, Save>, public StagedOutput {
 public:
  using ForeachOutput<N, Save>::ForeachOutput;
  [[nodiscard]] SinkClass sinkClass() const override { return SinkClass::Staged; }
  StagedOutput* staged() override { return this; }
  [[nodiscard]] std::string target() const override { return this->function().target(); }
  void beginJob(const std::string& job) override { this->function().beginJob(job); }
  void publish(const Batch& batch) override { this->function().publish(batch); }
  void abort(const Batch& batch) override { this->function().abort(batch); }
  void verify(const Batch& committed) override { this->function().verify(committed); }
  void recover(const Batch& committed) override { this->function().recover(committed); }
};

template <class Writer, bool once = false>
struct SaveOutput : Nameable<SaveOutput<Writer, once>> {
  static constexpr Kind kind = Kind::Output;
  static constexpr OperatorInfo info{Writer::operatorName, Role::Output};

  SaveOutput(std::string given, std::string end, SaveOptions how) : prefix(std::move(given)), suffix(std::move(end)), options(how) {
    if (options.rollEvery.count() < 0) throw std::invalid_argument("dstream: rollEvery must not be negative");
  }

  /// Each batch is to be seen exactly once, whatever happens: the stream needs a checkpoint directory, and sources that can give the same data again.
  [[nodiscard]] auto exactlyOnce() const {
    SaveOutput<Writer, true> output{prefix, suffix, options};
    output.name = this->name;
    return output;
  }

  template <class Record>
  static consteval bool check() {
    return Writer::template check<Record>();
  }

  template <Node N>
  void attach(Graph& graph, const N& node) const {
    if constexpr (canBeExactlyOnce<N, once>()) {
      using Save = SaveBatches<typename Writer::type>;
      if (options.rollEvery.count() % node.slide() != 0) throw std::invalid_argument("dstream: rollEvery must be a multiple of the stream's slide");
      std::unique_ptr<Output> output(new SavingOutput<N, Save>(node, Save(*graph.files, prefix, suffix, options, node.slide())));
      output->name = this->name;
      output->operatorInfo = info;
      output->exactlyOnce = once;
      graph.addOutput(std::move(output));
    }
  }

  std::string prefix;
  std::string suffix;
  SaveOptions options;
};

struct AsText {
  using type = TextWriter;
  static constexpr const char* operatorName = "saveAsTextFiles";
  template <class Record>
  static consteval bool check() {
    constexpr bool printable = hasTextForm<Record>();
    static_assert(printable, "saveAsTextFiles needs a text form of the record; write std::string toText(const Record&) or an operator<< beside its type, or map it to text");
    return printable;
  }
};

}  // namespace detail

/// **shape** DStream<T> → output
/// **meaning** for each batch, empty ones too, a directory `prefix-TIME` or `prefix-TIME.suffix` (TIME the batch's in milliseconds; in µs or ns where batches
/// are not whole milliseconds apart) with a file `part-00000`… for each partition, one record a line in Scala's text form, and `_SUCCESS`.
/// It is written beside its place by a name with a dot in front, made durable, and shown by one rename: who sees it sees all of it. The directories above
/// are made. A directory of that name is replaced if it holds a batch's files and nothing else. See SaveOptions.
/// With a checkpoint directory it is shown after its batch is committed, once, whatever the functions above do; `_SUCCESS` names job, seq and time, and of each part its length
/// and crc32c; a directory that is there already is not replaced but fails the batch. `.exactlyOnce()` has the compiler refuse sources that cannot give the same again.
/// **order** the partitions', in the files' names. **cost** a file and two syncs per partition and batch. **errors** compile time: no text form.
/// What the file system refuses fails the output of this batch, names operation and path, and leaves nothing behind that is seen.
/// std::invalid_argument for a rollEvery that is no multiple of the slide, and for prefix and suffix of another output of the stream.
/// **source** Spark's saveAsTextFiles. **example** examples/save_word_count.cpp
[[nodiscard]] inline auto saveAsTextFiles(std::string prefix, std::string suffix = "", SaveOptions options = {}) {
  return detail::SaveOutput<detail::AsText>{std::move(prefix), std::move(suffix), options};
}

}  // namespace dstream::inline v0
