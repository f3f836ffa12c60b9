// SPDX-License-Identifier: BSL-1.0
#pragma once
// The text of the text benches: Don Quijote where it is, else one with its shape, the same
// everywhere.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/random.hpp"

namespace bench {

/// 40 000 words of 1 to 12 letters, the n-th about n times rarer than the first; ten to a line,
/// CRLF.
inline std::string generatedText(std::size_t bytes) {
  Random random(4);
  std::vector<std::string> words(40'000);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t letters = 1 + random() % (i < 100 ? 4 : 12);
    for (std::size_t n = 0; n < letters; ++n) words[i] += static_cast<char>('a' + random() % 26);
  }
  std::string text;
  for (std::size_t n = 1; text.size() < bytes; ++n) {
    const std::size_t octave =
        random() % 16;  // each doubling of the rank is as likely as the next: Zipf
    text += words[(random() % (std::size_t{1} << octave) + (std::size_t{1} << octave) - 1)
                  % words.size()];
    text += n % 10 == 0 ? "\r\n" : " ";
  }
  return text;
}

/// `bytes`: no more than so many, cut behind a line; 0: all.
inline std::string book(std::size_t bytes = 0) {
  const char* given = std::getenv("DSTREAM_BENCH_TEXT");
  const std::filesystem::path path =
      given != nullptr
          ? std::filesystem::path(given)
          : std::filesystem::path(__FILE__).parent_path() / "../../../shared/data/donQuijote.txt";
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.assign(std::istreambuf_iterator<char>(file), {});
  } else {
    std::printf("%s is not there; a generated text takes its place\n", path.filename().c_str());
    text = generatedText(2'200'000);
  }
  if (bytes != 0 && bytes < text.size()) text.resize(text.rfind('\n', bytes) + 1);
  return text;
}

}  // namespace bench
