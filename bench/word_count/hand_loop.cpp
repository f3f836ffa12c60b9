// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <unordered_map>

#include "support/rivals.hpp"
#include "word_count/contenders.hpp"

namespace bench {

namespace {
bool isBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
}  // namespace

/// As one writes it first: a string grows byte by byte and is the key.
Digest handNaive(std::string_view text) {
  std::unordered_map<std::string, long> counts;
  std::string word;
  for (const char c : text) {
    if (!isBlank(c)) {
      word += c;
    } else if (!word.empty()) {
      ++counts[word];
      word.clear();
    }
  }
  if (!word.empty()) ++counts[word];
  return digestOfAll(counts);
}

namespace {

/// Views into the text as keys: nothing is copied.
template <template <class...> class Map, class View>
Digest countViews(std::string_view text) {
  Map<View, long> counts;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    while (at != end && isBlank(*at)) ++at;
    const char* const word = at;
    while (at != end && !isBlank(*at)) ++at;
    if (at != word) ++counts[View(word, static_cast<std::size_t>(at - word))];
  }
  Digest digest;
  for (const auto& [word, count] : counts)
    digest += digestOf(std::string_view(word.data(), word.size()), count);
  return digest;
}

}  // namespace

Digest handViews(std::string_view text) {
  return countViews<std::unordered_map, std::string_view>(text);
}

Digest handCareful(std::string_view text) { return countViews<CarefulMap, CarefulText>(text); }

Digest handCarefulBatches(const Batches& batches) {
  Digest digest;
  for (const std::string_view batch : batches) digest += handCareful(batch);
  return digest;
}

}  // namespace bench
