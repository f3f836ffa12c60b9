// SPDX-License-Identifier: BSL-1.0
#pragma once
// CheckpointedJob: what of a graph a checkpoint has to do with, and whether a checkpoint fits it.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/checkpoint/options.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/stream/graph.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

/// **kept** the nodes that keep something, by name, the outputs that show their batches later, by their place, and the one database that decides, if there is one.
template <class Use = OnUse>
class BasicCheckpointedJob {
  using Graph = BasicGraph<Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;

 public:
  struct Node {
    NodeBase* node;
    Persistent* kept;
  };
  struct Staged {
    StagedOutput* output;
    std::string name;
    std::string target;
  };

  /// **errors** std::invalid_argument: nodes that keep something and have no name, or may not be in a checkpoint; two databases.
  void collect(Graph& graph, const Nodes& all) {
    graph_ = &graph;
    std::string unnamed;
    for (NodeBase* node : all) {
      if (node->transient())
        throw std::invalid_argument("dstream: " + label(*node) + " is transient(), so no checkpoint may have what it keeps; take transient() away, or checkpoint() of the stream");
      Persistent* const kept = node->persistent();
      if (kept == nullptr) continue;
      if (node->name.empty() || node->nameless) unnamed += (unnamed.empty() ? "" : ", ") + label(*node);
      nodes.push_back({node, kept});
    }
    if (!unnamed.empty())
      throw std::invalid_argument("dstream: a checkpoint knows nodes by their names, and these have none: " + unnamed + "; give each one with .named(\"…\")");
    for (const auto& output : graph.outputs()) {
      if (output->sinkClass() == SinkClass::AtLeastOnce) plans = true;
      if (StagedOutput* const shows = output->staged()) staged.push_back({shows, output->name, shows->target()});
      Decider* const found = output->decider();
      if (found == nullptr || found == decider) continue;
      if (decider != nullptr)
        throw std::invalid_argument("dstream: transactional outputs of one job must share one database: " + decider->name() + " and " + found->name());
      decider = found;
    }
  }

  /// **errors** CheckpointError naming the node and both schemas.
  void requireFits(const BasicSnapshot<Use>& snapshot, const CheckpointOptions& options, const std::string& directory) const {
    const auto refuse = [&](const std::string& what) { refuseFit(directory, what); };
    for (const Node& node : nodes) {
      const auto* const known = find(snapshot, node.node->name);
      if (known == nullptr) {
        if (!options.allowNew) refuse("it has no \"" + node.node->name + "\" (" + node.kept->schema() + "); CheckpointOptions::allowNew lets new nodes begin empty");
      } else if (!node.kept->reads(known->schema)) {
        refuse("\"" + node.node->name + "\" is \"" + std::string(known->schema) + "\" there and \"" + node.kept->schema() + "\" here");
      }
    }
    for (const auto& known : snapshot.nodes) {
      if (find(known.name) == nullptr && !mayDrop(known.name, options))
        refuse("this program has no \"" + std::string(known.name) + "\" (" + std::string(known.schema) + "); CheckpointOptions::allowDropped names what may be dropped");
    }
  }

  /// Whether the output is here to which batch `seq` was staged; false: it may be dropped. **errors** CheckpointError naming it.
  [[nodiscard]] bool requireShows(std::string_view known, std::uint64_t seq, const CheckpointOptions& options, const std::string& directory) const {
    for (const Staged& one : staged)
      if (one.target == known || one.name == known) return true;  // by name: an earlier build wrote it
    if (!mayDrop(known, options))
      refuseFit(directory, "this program has no output \"" + std::string(known) + "\", to which batch " + std::to_string(seq) +
                               " may still have to be shown; CheckpointOptions::allowDropped names what may be dropped");
    return false;
  }
  [[nodiscard]] static const KeptNode<std::string_view>* find(const BasicSnapshot<Use>& snapshot, std::string_view name) {
    for (const auto& node : snapshot.nodes)
      if (node.name == name) return &node;
    return nullptr;
  }
  [[nodiscard]] const Node* find(std::string_view name) const {
    for (const Node& node : nodes)
      if (node.node->name == name) return &node;
    return nullptr;
  }
  [[nodiscard]] Graph& graph() const { return *graph_; }

  Deferred<std::vector<Node>, Use> nodes;
  Deferred<std::vector<Staged>, Use> staged;
  Decider* decider = nullptr;
  /// There is an output that a repetition would tell again: it must be told the same.
  bool plans = false;

 private:
  [[noreturn]] static void refuseFit(const std::string& directory, const std::string& what) {
    throw CheckpointError("dstream: the checkpoint in " + directory + " does not fit this program: " + what);
  }
  static bool mayDrop(std::string_view name, const CheckpointOptions& options) {
    for (const std::string& dropped : options.allowDropped)
      if (dropped == name) return true;
    return false;
  }
  static std::string label(const NodeBase& node) {
    std::string text = node.operatorInfo.name;
    if (!node.name.empty() && !node.nameless) text += " \"" + node.name + "\"";
    return text;
  }

  Graph* graph_ = nullptr;
};

}  // namespace dstream::inline v0::detail
