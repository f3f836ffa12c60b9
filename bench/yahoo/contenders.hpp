// SPDX-License-Identifier: BSL-1.0
#pragma once
// The Yahoo streaming benchmark in memory: of all events the views, of each its ad and from that
// the campaign, and how many of each there are in each window of ten batches. A third of the events
// are views; 1,000 ads, 100 campaigns.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Uuid = std::array<std::uint64_t, 2>;
enum class Kind : std::uint32_t { View, Click, Purchase };

/// 80 bytes; those of the benchmark have 78.
struct Event {
  Uuid user;
  Uuid page;
  Uuid ad;
  Kind kind;
  std::uint32_t adType;
  std::int64_t time;
  std::uint64_t address;
  std::uint64_t session;
};
static_assert(sizeof(Event) == 80);

using Events = std::vector<Event>;
/// A batch a second; ten are a window.
using Window = std::vector<Events>;

constexpr std::size_t campaigns = 100;
constexpr std::size_t ads = 1'000;

/// Which campaign an ad belongs to: what every contender's map asks.
class Campaigns {
 public:
  Campaigns() {
    Random random(7);
    for (std::size_t ad = 0; ad < ads; ++ad) {
      const Uuid id{random(), random()};
      ids_.push_back(id);
      std::size_t at = slotOf(id);
      while (slots_[at].id != Uuid{}) at = (at + 1) % slots_.size();
      slots_[at] = {id, static_cast<std::uint32_t>(ad % campaigns)};
    }
  }
  [[nodiscard]] std::uint32_t of(const Uuid& ad) const {
    std::size_t at = slotOf(ad);
    while (slots_[at].id != ad) at = (at + 1) % slots_.size();
    return slots_[at].campaign;
  }
  [[nodiscard]] const Uuid& id(std::size_t ad) const { return ids_[ad]; }

 private:
  struct Slot {
    Uuid id{};
    std::uint32_t campaign = 0;
  };
  static std::size_t slotOf(const Uuid& id) { return id[0] >> 52; }

  std::vector<Uuid> ids_;
  std::vector<Slot> slots_ = std::vector<Slot>(4096);
};

Window makeWindow(const Campaigns& table, std::size_t eventsPerBatch);

/// Takes all batches of a window; gives the sum of each campaign's count times its number's square.
using Counting = std::function<std::uint64_t(const Window&)>;
constexpr std::uint64_t digestOf(std::uint64_t campaign, std::uint64_t count) {
  return (campaign + 1) * (campaign + 1) * count;
}

Counting handCounts(const Campaigns& table, std::size_t threads);
/// Only reads: one word of each cache line.
Counting readAlone(std::size_t threads);
Counting dstreamCounts(const Campaigns& table, std::size_t threads);

}  // namespace bench
