// SPDX-License-Identifier: BSL-1.0
#pragma once
// schemaOf<T>: what a Codec writes of a T, as text; Evolved<T>: how a T is made from what an older program wrote.

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/members.hpp>

namespace dstream::inline v0 {

/// **meaning** specialise it for a type whose form has changed since checkpoints were written: `using from = OlderVisit;` the old form, with its own
/// Codec, and `static Visit migrate(OlderVisit old)`. Old forms may have older ones. It is asked for the states of mapWithState and updateStateByKey.
/// **example** tests/checkpoint/schema.cpp
template <class T>
struct Evolved {};

namespace detail {

template <class T>
concept HasOlderForm = requires { typename Evolved<T>::from; };

template <class T>
void appendSchema(std::string& out);

template <class First, class... Rest>
void appendSchemas(std::string& out, const char* open, const char* close) {
  out += open;
  appendSchema<First>(out);
  ((out += ", ", appendSchema<Rest>(out)), ...);
  out += close;
}

template <class T>
void appendNumber(std::string& out) {
  if constexpr (std::is_enum_v<T>) {
    out += "enum ";
    appendNumber<std::underlying_type_t<T>>(out);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += "bool";
  } else {
    out += std::is_floating_point_v<T> ? "float" : std::is_unsigned_v<T> ? "uint" : "int";
    out += std::to_string(8 * sizeof(T));
  }
}

template <class T>
void appendSchema(std::string& out) {
  if constexpr (requires { Codec<T>::schema; }) {
    out += Codec<T>::schema;
  } else if constexpr (CodecText<T>) {
    out += "text";
  } else if constexpr (CodecNumber<T>) {
    appendNumber<T>(out);
  } else if constexpr (CodecDuration<T>) {
    appendNumber<typename T::rep>(out);
    out += " * " + std::to_string(T::period::num) + "/" + std::to_string(T::period::den) + " s";
  } else if constexpr (CodecMoment<T>) {
    out += "moment ";
    appendSchema<typename T::duration>(out);
  } else if constexpr (CodecOptional<T>) {
    appendSchemas<typename T::value_type>(out, "optional(", ")");
  } else if constexpr (CodecArray<T>) {
    std::string element;
    appendSchema<typename T::value_type>(element);
    out += '(';
    for (std::size_t i = 0; i < std::tuple_size_v<T>; ++i) out += (i == 0 ? "" : ", ") + element;
    out += ')';
  } else if constexpr (CodecProduct<T>) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      appendSchemas<std::remove_cv_t<std::tuple_element_t<Index, T>>...>(out, "(", ")");
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (CodecContainer<T>) {
    appendSchemas<typename T::value_type>(out, "[", "]");
  } else if constexpr (requires { Codec<T>::byMembers; }) {
    [&]<class... Members>(MemberTypes<Members...>) { appendSchemas<Members...>(out, "{", "}"); }(MembersOf<T>{});
  } else if constexpr (requires { typename Codec<T>::Alternatives; }) {
    [&]<class... Each>(MemberTypes<Each...>) { appendSchemas<Each...>(out, "one of (", ")"); }(typename Codec<T>::Alternatives{});
  } else if constexpr (CodecNothing<T>) {
    out += "nothing";
  } else {
    out += "own codec";
  }
}

}  // namespace detail

/// **meaning** two types of one schema have the same bytes. Numbers by kind and bits, `text`, `(members)` of pairs and tuples, `{members}` of aggregates,
/// `[element]`, `one of (alternatives)` of variants. A Codec of the user's is `Codec<T>::schema`, a `const char*`, if it has one: change it whenever the bytes change.
template <Codable T>
[[nodiscard]] std::string schemaOf() {
  std::string text;
  detail::appendSchema<T>(text);
  return text;
}

}  // namespace dstream::inline v0
