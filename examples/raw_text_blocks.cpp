// SPDX-License-Identifier: BSL-1.0
// raw_text_blocks: the lines of stdin as rawSocketStream reads them: encoded, in blocks with a
// length.

#include <cstddef>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/core/codec.hpp>

#include "options.hpp"

namespace {

void write(std::string& block) {
  std::string length;
  for (int shift = 24; shift >= 0; shift -= 8) length += static_cast<char>(block.size() >> shift);
  if (!(std::cout << length << block)) throw std::runtime_error("cannot write to stdout");
  block.clear();
}

}  // namespace

int main(int argc, char* argv[]) try {
  const examples::Options options(argc, argv, "--block-bytes N");
  const auto most = options.number<std::size_t>("--block-bytes", 65'536, 1, 1 << 24);
  std::string block;
  for (std::string line; std::getline(std::cin, line);) {
    dstream::Codec<std::string>::encode(line, block);
    if (block.size() >= most) write(block);
  }
  if (!block.empty()) write(block);
  std::cout.flush();
} catch (const std::exception& error) {
  return examples::complain(error);
}
