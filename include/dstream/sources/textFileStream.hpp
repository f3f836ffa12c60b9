// SPDX-License-Identifier: BSL-1.0
#pragma once
// textFileStream: the text files that appear in a directory → DStream<string_view>, one record a line.

#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/sources/file_part.hpp>
#include <dstream/sources/fileStream.hpp>
#include <dstream/sources/line_reader.hpp>
#include <dstream/text/lines.hpp>

namespace dstream::inline v0 {

/// **meaning** the FileFormat of lines, as `lines` cuts them. Lines are views, valid during the step.
struct TextLines {
  using reference = std::string_view;
  using value_type = std::string_view;
  static constexpr bool cuttable = true;

  template <class Part, class Accumulator, class Step>
  Accumulator fold(Part& part, Accumulator accumulator, Step& step) const {
    detail::BasicLineReader<Deferred<OnUse, Part>> reader(part);
    bool head = stripBom && part.from() == 0;
    for (std::string_view text = reader.next(); !text.empty(); text = reader.next()) {
      if (std::exchange(head, false) && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
      accumulator = Lines(text).fold(std::move(accumulator), step);
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

  bool stripBom = false;
};

/// **shape** directory → DStream<string_view>
/// **meaning** the lines of the files that appear in a directory; as fileStream. Lines are as in `lines`; a last line without an end counts. A line
/// over Configuration::maxRecordBytes is dropped, with an event. **source** Spark's textFileStream. **example** examples/file_word_count.cpp
template <class Use>
auto BasicStreamingContext<Use>::textFileStream(std::string directory, FileOptions options) {
  const TextLines format{options.stripBom};
  return addFiles("text files", std::move(directory), format, std::move(options));
}
template <class Use>
auto BasicStreamingContext<Use>::textFileStream(std::string directory) {
  return textFileStream(std::move(directory), FileOptions{});
}

}  // namespace dstream::inline v0
