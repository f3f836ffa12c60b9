// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/members.hpp>

#include "support/catch.hpp"

namespace {

struct One {
  int a;
};
struct Sixteen {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
};
struct Seventeen {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q;
};
static_assert(dstream::detail::HasMembers<One> && dstream::detail::HasMembers<Sixteen> && !dstream::detail::HasMembers<Seventeen>);

constexpr auto sum = [](const auto&... members) { return (members + ...); };

TEST_CASE("members: from one to sixteen, each once") {
  constexpr One one{7};
  static_assert(dstream::detail::withMembers(one, sum) == 7);
  const Sixteen all{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
  CHECK(dstream::detail::withMembers(all, sum) == 65535);
  const auto sumOf = [](const auto& value) { return dstream::detail::withMembers(value, sum); };
  struct Two { int a, b; };
  struct Three { int a, b, c; };
  struct Four { int a, b, c, d; };
  struct Five { int a, b, c, d, e; };
  struct Six { int a, b, c, d, e, f; };
  struct Seven { int a, b, c, d, e, f, g; };
  struct Eight { int a, b, c, d, e, f, g, h; };
  struct Nine { int a, b, c, d, e, f, g, h, i; };
  struct Ten { int a, b, c, d, e, f, g, h, i, j; };
  struct Eleven { int a, b, c, d, e, f, g, h, i, j, k; };
  struct Twelve { int a, b, c, d, e, f, g, h, i, j, k, l; };
  struct Thirteen { int a, b, c, d, e, f, g, h, i, j, k, l, m; };
  struct Fourteen { int a, b, c, d, e, f, g, h, i, j, k, l, m, n; };
  struct Fifteen { int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o; };
  CHECK(sumOf(Two{1, 2}) == 3);
  CHECK(sumOf(Three{1, 2, 4}) == 7);
  CHECK(sumOf(Four{1, 2, 4, 8}) == 15);
  CHECK(sumOf(Five{1, 2, 4, 8, 16}) == 31);
  CHECK(sumOf(Six{1, 2, 4, 8, 16, 32}) == 63);
  CHECK(sumOf(Seven{1, 2, 4, 8, 16, 32, 64}) == 127);
  CHECK(sumOf(Eight{1, 2, 4, 8, 16, 32, 64, 128}) == 255);
  CHECK(sumOf(Nine{1, 2, 4, 8, 16, 32, 64, 128, 256}) == 511);
  CHECK(sumOf(Ten{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}) == 1023);
  CHECK(sumOf(Eleven{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}) == 2047);
  CHECK(sumOf(Twelve{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048}) == 4095);
  CHECK(sumOf(Thirteen{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096}) == 8191);
  CHECK(sumOf(Fourteen{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192}) == 16383);
  CHECK(sumOf(Fifteen{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384}) == 32767);
}

}  // namespace
