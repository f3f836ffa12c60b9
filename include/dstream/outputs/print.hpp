// SPDX-License-Identifier: BSL-1.0
#pragma once
// print, pprint: DStream<T> → output, the first records of each batch on the console, as Spark's Scala or Python does.

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/outputs/exactly_once.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/outputs/text_form.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

namespace detail {

template <TextStyle style>
void appendTime(std::string& page, Time time) {
  page += "Time: ";
  if constexpr (style == TextStyle::Scala) {
    page += std::to_string(time.milliseconds());
    page += " ms";
  } else {
    const std::time_t seconds = time.nanoseconds / 1'000'000'000;
    const auto micros = time.nanoseconds / 1000 % 1'000'000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[32];
    page.append(text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts));
    if (micros != 0) {
      const std::string digits = std::to_string(micros);
      page += '.';
      page.append(6 - digits.size(), '0') += digits;
    }
  }
  page += '\n';
}

/// Writes a record down where there may be more, else that there are more.
template <TextStyle style>
struct PageStep {
  template <class Record>
  Until<std::size_t> operator()(std::size_t left, Record&& record) const {
    if (left == 0) {
      page += "...\n";
      return {0, true};
    }
    dstream::appendText<style>(page, record);
    page += '\n';
    return {left - 1, false};
  }
  std::string& page;
};

template <TextStyle style>
struct PrintOutput : Nameable<PrintOutput<style>>, AtLeastOnceOnly<PrintOutput<style>> {
  static constexpr Kind kind = Kind::Output;
  static constexpr OperatorInfo info{style == TextStyle::Scala ? "print" : "pprint", Role::Output};

  explicit PrintOutput(std::size_t count) : most(count) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool printable = hasTextForm<Record>();
    static_assert(printable, "print needs a text form of the record; write std::string toText(const Record&) or an operator<< beside its type, or map it to text");
    return printable;
  }

  template <Node N>
  void attach(Graph& graph, const N& node) const {
    auto show = [most = most, &graph, page = std::string()](auto batch) mutable {
      constexpr std::string_view rule = "-------------------------------------------\n";
      page = rule;
      appendTime<style>(page, batch.time());
      page += rule;
      auto runner = batch.runner();
      batch.prepare(runner);
      std::size_t left = most;
      for (std::size_t partition = 0, count = batch.partitions(); partition < count; ++partition) {
        const auto shown = foldUntil(batch, Slice{partition}, left, PageStep<style>{page});
        if (shown.stop) break;
        left = shown.value;
      }
      page += '\n';
      graph.console(page);
    };
    std::unique_ptr<Output> output(new ForeachOutput<N, decltype(show)>(node, std::move(show)));
    output->name = this->name;
    output->operatorInfo = info;
    graph.addOutput(std::move(output));
  }

  std::size_t most;
};

}  // namespace detail

/// **shape** DStream<T> → output
/// **meaning** writes the batch time and the first `num` records of each batch to stdout, then `...` if there are more, in Scala's text form.
/// **cost** computes num + 1 records (and what is wide above them). **errors** compile time: records without a text form, or that cannot be
/// kept. A console that fails (closed pipe, full disk) fails the output. **source** Spark DStream.print. **example** examples/words.cpp
[[nodiscard]] inline auto print(std::size_t num = 10) { return detail::PrintOutput<TextStyle::Scala>{num}; }

/// The same with the local date and time, and records in Python's text form. **source** PySpark DStream.pprint.
[[nodiscard]] inline auto pprint(std::size_t num = 10) { return detail::PrintOutput<TextStyle::Python>{num}; }

}  // namespace dstream::inline v0
