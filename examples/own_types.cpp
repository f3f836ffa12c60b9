// SPDX-License-Identifier: BSL-1.0
// own_types: what the library asks of types of the program's own: a framing and a file format that
// cut paragraphs, a class as key, and a state whose form has changed since the last version.
// Prints how many paragraphs there are of each length; with --directory D those of files that appear
// there, with --checkpoint C across restarts.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

// [framing]
/// Records end with an empty line.
struct Paragraphs {
  using value_type = std::string_view;
  static constexpr bool openEnd = true;  // the last one may end with the connection

  /// The size of the first record with all that belongs to it; 0 while that is not known.
  std::size_t frame(std::string_view bytes) const {
    const std::size_t gap = bytes.find("\n\n");
    return gap == bytes.npos ? 0 : gap + 2;
  }
  std::string_view record(std::string_view frame) const {
    while (frame.starts_with('\n')) frame.remove_prefix(1);
    while (frame.ends_with('\n')) frame.remove_suffix(1);
    return frame;
  }
};
// [/framing]

// [format]
/// The same of a file, which one task reads whole.
struct ParagraphFile {
  using value_type = std::string_view;
  static constexpr bool cuttable = false;

  template <class Part, class Accumulator, class Step>
  Accumulator fold(Part& part, Accumulator accumulator, Step& step) const {
    std::string text(part.size(), '\0');
    part.read(0, text.data(), text.size());
    for (std::string_view rest = text; !rest.empty() && !stopped(accumulator);) {
      const std::size_t frame = paragraphs.frame(rest);
      const std::string_view first = rest.substr(0, frame == 0 ? rest.size() : frame);
      accumulator = step(std::move(accumulator), paragraphs.record(first));
      rest.remove_prefix(first.size());
    }
    return accumulator;
  }
  Paragraphs paragraphs;
};
// [/format]

/// How many lines a paragraph has. A class with private members tells nothing about itself.
class Length {
 public:
  explicit Length(std::int64_t lines) : lines_(lines) {}
  std::int64_t lines() const { return lines_; }
  bool operator==(const Length&) const = default;

 private:
  std::int64_t lines_;
};

// [key]
/// How it is printed and saved as text.
std::string toText(const Length& length) { return std::to_string(length.lines()); }

/// It owns all it refers to, and is kept as it is.
template <>
struct dstream::Owned<Length> : dstream::KeptAsIs<Length> {};

/// Equal ones have equal hashes, on every machine.
template <>
struct dstream::KeyHash<Length> {
  static std::uint64_t hash(const Length& length, std::uint64_t seed) {
    return KeyHash<std::int64_t>::hash(length.lines(), seed);
  }
};

/// Its form in checkpoints, object files and raw sockets.
template <>
struct dstream::Codec<Length> {
  static constexpr const char* schema = "lines of a paragraph";
  static void encode(const Length& length, std::string& out) {
    Codec<std::int64_t>::encode(length.lines(), out);
  }
  static Length decode(std::string_view& in) { return Length(Codec<std::int64_t>::decode(in)); }
};
// [/key]

// [evolved]
/// An aggregate needs none of that.
struct Tally {
  std::int64_t paragraphs = 0;
  std::int64_t bytes = 0;
};

/// Once the state was the number alone: a checkpoint that has those can still be used.
template <>
struct dstream::Evolved<Tally> {
  using from = std::int64_t;
  static Tally migrate(std::int64_t paragraphs) { return {paragraphs, 0}; }
};
// [/evolved]

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--directory D --checkpoint C");
  Context context{options.master, "OwnTypes"};
  StreamingContext stream{context, options.interval};
  if (const auto directory = options.text("--checkpoint", ""); !directory.empty())
    stream.checkpoint(directory);

  const auto add = [](const std::vector<std::int64_t>& bytes, std::optional<Tally> soFar) {
    Tally tally = soFar.value_or(Tally{});
    for (const std::int64_t size : bytes) {
      ++tally.paragraphs;
      tally.bytes += size;
    }
    return std::optional{tally};
  };
  const auto lengths =
      filter([](std::string_view paragraph) { return !paragraph.empty(); })
      | map([](std::string_view paragraph) {
          std::int64_t lines = 1;
          for (const char c : paragraph) lines += c == '\n' ? 1 : 0;
          return std::pair{Length(lines), static_cast<std::int64_t>(paragraph.size())};
        })
      | updateStateByKey(add).named("tallies") | mapValues([](const Tally& known) { return known.paragraphs; });

  if (const auto directory = options.text("--directory", ""); !directory.empty())
    stream.fileStream(directory, ParagraphFile{}).named("files") | lengths | print(options.show);
  else
    stream.socketStream(options.host, options.port, Paragraphs{}, options.socket).named("server")
        | lengths | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
