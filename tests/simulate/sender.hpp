// SPDX-License-Identifier: BSL-1.0
#pragma once
// The sender at the other end of a job's socket: what it sends, how its connections end, and what
// of its lines may be lost.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "simulate/job.hpp"
#include "simulate/ledger.hpp"

namespace simulate {

// A line, or what a receiver drops, among all bytes of the sender.
struct Sent {
  std::uint64_t begin;
  std::uint64_t end;
  std::string line;  // empty: what is dropped
};

// One that is told where to go on keeps its text until it is told that it may forget it; another
// one has sent what it has sent. It lives longer than the processes that it sends to.
class Sender final : public dstream::Actor {
 public:
  Sender(dstream::testing::World& world, Ledger& ledger, Source kind, std::uint64_t seed)
      : world_(world),
        ledger_(ledger),
        resumable_(kind != Source::Socket),
        framed_(kind == Source::Frames),
        random_(seed) {}

  void add(const std::string& line) {
    if (resumable_ && random_.below(12) == 0) drops();
    append(line, line);
    if (framed_ && random_.below(4) == 0) drops();  // a batch may end with them
  }
  // A process begins; a calm one meets no mischief.
  void processBegins(bool calm) {
    constexpr std::size_t ways[] = {0, 200, 40, 10};
    calm_ = calm;
    everySo_ = calm ? 0 : ways[random_.below(4)];
    if (calm || random_.below(8) != 0) comeBack();
    if (calm) remember();
    mischief_ = away_ || begin_ != told_;
    world_.spawn(*this, dstream::Lane::Io);
  }
  // What it had read is in its log or in `logged`, or was in its memory only. A graceful one leaves
  // nothing there.
  void processEnds(bool graceful, const std::set<std::string>& logged) {
    world_.retire(*this);
    hangUp();
    for (const Past& past : pasts_) {
      const std::uint64_t read = past.end - past.peer.unread();
      mayLose(read, past.end);
      for (const Sent& sent : sent_) {
        if (resumable_ || sent.begin < past.begin || sent.end > read || logged.contains(sent.line))
          continue;
        ledger_.require(!graceful, "(8) " + sent.line
                                       + " was read, and is not in the log after a graceful stop");
        lost_.insert(sent.line);
      }
    }
    pasts_.clear();
    denied_.reset();
  }

  // Told by the receiver: no byte before this is asked for again.
  [[nodiscard]] std::uint64_t told() const { return told_; }
  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
  [[nodiscard]] const std::set<std::string>& lost() const { return lost_; }
  // Since this process began it has done what may make a receiver fail.
  [[nodiscard]] bool mischief() const { return mischief_; }
  // It has refused to go on where it was told, the receiver has read that, and nobody has said so.
  [[nodiscard]] bool deniedUnheard() const {
    return denied_ && denied_->unread() == 0 && denied_->closedByLibrary();
  }
  void denialHeard() { denied_.reset(); }

  dstream::Step step(dstream::World&) override {
    if (away_ && random_.below(4) == 0) comeBack();
    if (begin_ != told_ && random_.below(12) == 0) remember();
    accept();
    if (peer_ && peer_->closedByLibrary()) hangUp();
    if (peer_) everySo_ != 0 && random_.below(everySo_) == 0 ? misbehave() : serve();
    return dstream::Step::at(
        world_.now(dstream::Clock::Steady)
        + 1'000'000 * (1 + static_cast<dstream::Nanos>(random_.below(calm_ ? 20 : 150))));
  }

 private:
  struct Past {
    dstream::testing::Peer peer;
    std::uint64_t begin;
    std::uint64_t end;
  };

  void append(std::string bytes, std::string line) {
    if (framed_) {
      std::string size = std::to_string(bytes.size());
      bytes.insert(0, size.insert(0, 4 - size.size(), '0'));
    } else {
      bytes += '\n';
    }
    sent_.push_back({text_.size(), text_.size() + bytes.size(), std::move(line)});
    text_ += bytes;
  }
  // What is too long, or refused.
  void drops() {
    const bool refused = framed_ && random_.below(2) == 0;
    append(refused ? "?" + std::string(random_.below(40), '!')
                   : std::string(longestLine + random_.below(2 * longestLine), '!'),
           {});
  }

  void accept() {
    while (!away_ && world_.connecting(senderHost, senderPort) != 0) {
      hangUp();
      peer_ = world_.accept(senderHost, senderPort);
      connected_ = at_;
      heard_ = 0;
      greeted_ = !resumable_;
    }
  }
  // The connection is over; a sender that is not told where to go on does so with the next line.
  void hangUp() {
    if (!peer_) return;
    if (!resumable_) pasts_.push_back({*std::exchange(peer_, std::nullopt), connected_, at_});
    peer_.reset();
    if (!resumable_) skip(0);
  }
  // The next bytes, and the rest of the line they end in, are never sent.
  void skip(std::uint64_t bytes) {
    const std::uint64_t from = at_;
    at_ = std::min<std::uint64_t>(at_ + bytes, text_.size());
    for (const Sent& sent : sent_)
      if (sent.begin < at_ && at_ < sent.end) at_ = sent.end;
    mayLose(from, at_);
  }
  void mayLose(std::uint64_t from, std::uint64_t to) {
    for (const Sent& sent : sent_)
      if (!resumable_ && sent.begin < to && from < sent.end) lost_.insert(sent.line);
  }
  [[nodiscard]] bool betweenLines() const {
    return std::none_of(sent_.begin(), sent_.end(),
                        [&](const Sent& sent) { return sent.begin < at_ && at_ < sent.end; });
  }

  void serve() {
    if (resumable_) listen();
    if (!peer_ || !greeted_ || at_ == text_.size() || peer_->unread() > 100'000) return;
    constexpr std::size_t sizes[] = {3, 40, 1000, 20'000};
    const std::size_t most = calm_ ? 100'000 : sizes[random_.below(4)];
    const std::size_t bytes = std::min<std::size_t>(1 + random_.below(most), text_.size() - at_);
    peer_->send(text_.substr(at_, bytes));
    at_ += bytes;
  }
  void listen() {
    while (const auto number = nextNumber()) {
      if (greeted_) {
        ledger_.require(*number >= told_ && *number <= text_.size(),
                        "(7) a receiver that had told byte " + std::to_string(told_)
                            + " tells byte " + std::to_string(*number));
        told_ = *number;
        begin_ = std::max(begin_, told_);
      } else {
        greet(*number);
      }
      if (!peer_) return;
    }
  }
  void greet(std::uint64_t asked) {
    ledger_.require(asked >= told_, "(7) byte " + std::to_string(asked) + " is asked for, and byte "
                                        + std::to_string(told_) + " was told");
    ledger_.require(asked <= text_.size(), "(7) byte " + std::to_string(asked)
                                               + " is asked for, and there are "
                                               + std::to_string(text_.size()));
    if (asked < begin_ || asked > text_.size()) {
      denied_ = *peer_;
      if (random_.below(2) == 0) peer_->send(std::to_string(begin_) + "\n" + text_.substr(begin_));
      peer_->close();
      hangUp();
      return;
    }
    greeted_ = true;
    at_ = connected_ = asked;
    const std::string answer = std::to_string(asked) + "\n";
    const std::size_t some = random_.below(answer.size() + 1);
    peer_->send(answer.substr(0, some));
    peer_->send(answer.substr(some));
  }
  std::optional<std::uint64_t> nextNumber() {
    const std::string& said = peer_->received();
    const std::size_t end = said.find('\n', heard_);
    if (end == std::string::npos) return std::nullopt;
    std::uint64_t number = 0;
    const auto [behind, error] = std::from_chars(said.data() + heard_, said.data() + end, number);
    ledger_.require(error == std::errc{} && behind == said.data() + end,
                    "(7) a receiver tells " + said.substr(heard_, end - heard_));
    heard_ = end + 1;
    return number;
  }

  void misbehave() {
    mischief_ = true;
    switch (random_.below(7)) {
      case 0:
        if (resumable_ || betweenLines()) peer_->close();
        return hangUp();
      case 1:  // what is on its way is lost too
        if (!resumable_) {
          peer_->reset();
          pasts_.push_back({*std::exchange(peer_, std::nullopt), connected_, at_});
          return skip(random_.below(3000));
        }
        break;
      case 2:
        away_ = true;
        world_.refuse(senderHost, senderPort);
        break;
      case 3:  // it has lost what it was to keep
        if (resumable_) begin_ = text_.size();
        break;
      case 4:  // another one, which answers nothing
        if (resumable_ && !greeted_) peer_->send(text_);
        break;
      case 5:  // nor does this one
        return;
      default:
        break;
    }
    peer_->reset();
    hangUp();
  }
  void comeBack() {
    if (std::exchange(away_, false)) world_.listen(senderHost, senderPort);
  }
  void remember() { begin_ = told_; }

  dstream::testing::World& world_;
  Ledger& ledger_;
  const bool resumable_;
  const bool framed_;
  dstream::testing::Random random_;
  bool calm_ = false;
  std::size_t everySo_ = 0;  // steps; 0: never
  bool mischief_ = false;
  bool away_ = true;

  std::string text_;
  std::vector<Sent> sent_;
  std::uint64_t begin_ = 0;  // what is before it is forgotten
  std::uint64_t told_ = 0;
  std::uint64_t at_ = 0;  // the next byte
  std::set<std::string> lost_;

  std::optional<dstream::testing::Peer> peer_;
  std::optional<dstream::testing::Peer> denied_;
  std::uint64_t connected_ = 0;  // the connection's first byte
  std::size_t heard_ = 0;
  bool greeted_ = false;
  std::vector<Past> pasts_;  // connections of this process
};

}  // namespace simulate
