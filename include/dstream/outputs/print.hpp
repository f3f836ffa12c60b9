// SPDX-License-Identifier: BSL-1.0
#pragma once
// print, pprint: DStream<T> → output, the first records of each batch on the console, as Spark's Scala or Python does.

#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/outputs/exactly_once.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/outputs/text_form.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

namespace detail {

template <TextStyle style>
std::string timeLine(Time time) {
  if constexpr (style == TextStyle::Scala) {
    return "Time: " + std::to_string(time.milliseconds()) + " ms\n";
  } else {
    const std::time_t seconds = time.nanoseconds / 1'000'000'000;
    const auto micros = time.nanoseconds / 1000 % 1'000'000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[32];
    std::string line = "Time: " + std::string(text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts));
    if (micros != 0) {
      const std::string digits = std::to_string(micros);
      line += "." + std::string(6 - digits.size(), '0') + digits;
    }
    return line + "\n";
  }
}

template <TextStyle style>
struct PrintOutput : Nameable<PrintOutput<style>>, AtLeastOnceOnly<PrintOutput<style>> {
  static constexpr Kind kind = Kind::Output;
  static constexpr OperatorInfo info{style == TextStyle::Scala ? "print" : "pprint", Role::Output};

  explicit PrintOutput(std::size_t count) : most(count) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool printable = hasTextForm<Record>();
    static_assert(printable, "print needs a text form of the record; write std::string toText(const Record&) beside its type, or map it to text");
    return printable && canKeep<Record>();
  }

  template <Node N>
  void attach(Graph& graph, const N& node) const {
    auto show = [most = most, &graph](const auto& batch) {
      const auto records = batch.take(most + (most < static_cast<std::size_t>(-1) ? 1 : 0));
      const std::string rule = std::string(43, '-') + "\n";
      std::string page = rule + timeLine<style>(batch.time()) + rule;
      for (std::size_t i = 0; i < records.size() && i < most; ++i) {
        dstream::appendText<style>(page, records[i]);
        page += '\n';
      }
      if (records.size() > most) page += "...\n";
      graph.console(page + "\n");
    };
    auto output = std::make_unique<ForeachOutput<N, decltype(show)>>(node, std::move(show));
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
