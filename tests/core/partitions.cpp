// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/partitions.hpp>

#include <cstddef>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

struct Append {
  template <class Records, class Record>
  Records* operator()(Records* records, Record&& record) const {
    records->push_back(record);
    return records;
  }
};

TEST_CASE("Partitions: slices of each partition, one after another, are the partition") {
  const std::vector<std::vector<int>> parts{ranges::views::iota(0, 11) | ranges::to<std::vector>(), {}, {5}};
  const Partitions<int> partitions(parts);
  CHECK(partitions.partitions() == 3);
  Append append;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{8}, std::size_t{30}, ~std::size_t{0}})
    for (std::size_t partition = 0; partition < 3; ++partition) {
      const std::size_t slices = partitions.splits(partition, bytes);
      CHECK(slices >= 1);
      std::vector<int> seen;
      for (std::size_t slice = 0; slice < slices; ++slice) partitions.fold(Slice{partition, slice, slices}, &seen, append);
      CHECK(seen == parts[partition]);
    }
  CHECK(partitions.splits(0, 4) > 1);
  CHECK(partitions.splits(0, ~std::size_t{0}) == 1);
  CHECK(Partitions<int>{}.partitions() == 0);
}

TEST_CASE("Partitions: owners are kept, views are given; bool too") {
  static_assert(std::is_same_v<Partitions<std::string_view>::Stored, std::string>);
  static_assert(std::is_same_v<Partitions<std::string_view>::reference, std::string_view>);
  static_assert(std::is_same_v<Partitions<std::string>::reference, const std::string&>);
  const Partitions<bool> flags(std::vector<std::vector<bool>>{{true, false}});
  std::vector<bool> seen;
  Append append;
  flags.fold(Slice{}, &seen, append);
  CHECK(seen == std::vector{true, false});
  CHECK(flags.splits(0, ~std::size_t{0}) == 1);
}

}  // namespace
