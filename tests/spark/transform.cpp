// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

const Replays transforms{
    {"transform",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | transform([](auto batch) {
                                  return batch | map([](Number x) { return x * 2; }) | filter([](Number x) { return x % 3 == 0; });
                                }));
     }},
    {"transformTime",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | transform([](auto batch, const Batch& at) {
                                  return batch | filter([i = static_cast<Number>(at.seq)](Number x) { return x % i == 0; });
                                }));
     }},
    {"transformWith",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | transformWith(run.otherNumbers(), [](auto a, auto b) {
                                  return a | unionWith(b) | filter([](Number x) { return x % 2 == 0; });
                                }));
     }},
    {"transformWithTime",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | transformWith(run.otherNumbers(), [](auto a, auto b, const Batch& at) {
                                  return a | map([i = static_cast<Number>(at.seq)](Number x) { return x * i; }) | unionWith(b);
                                }));
     }},
    {"transformOfTwo",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | transformWith(run.otherNumbers(), [](auto a, auto b, const Batch& at) {
                                  return b | unionWith(a) | map([i = static_cast<Number>(at.seq)](Number x) { return x + i; });
                                }));
     }},
};

}  // namespace
