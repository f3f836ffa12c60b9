// SPDX-License-Identifier: BSL-1.0
#pragma once
// Codec<T>: a value as bytes that any machine reads back: what object files hold and raw sockets carry.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/members.hpp>
#include <dstream/core/variant.hpp>

namespace dstream::inline v0 {

/// Bytes that are not what was asked for: too few, or a value that cannot be.
struct DecodeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// **meaning** `encode(value, out)` appends to a std::string; `decode(in)` takes a value off the front of a std::string_view. Numbers are little-endian and
/// fixed-width, `long` 8 bytes; texts and containers are a 4-byte count and their elements (see putElement); an optional is a byte and perhaps a value; pairs, tuples,
/// arrays and aggregates (of up to 16 members, none an array as in C, and no base) are their members; a variant is a byte, its index, and that alternative, of which
/// one without members has no bytes. A decoded string_view points into `in`.
/// Specialise it for other types of yours; a `static constexpr const char* schema` in it tells checkpoints of one form from those of the next.
/// **errors** DecodeError; nothing is allocated on the word of a count alone. std::length_error for a text or container of 4 GiB.
template <class T>
struct Codec;

namespace detail {

template <class T>
concept CodecText = std::same_as<T, std::string> || std::same_as<T, std::string_view>;
template <class T>
concept CodecNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;
/// std::array: elements, of which there may be more than a compiler takes in a pack of members.
template <class T>
concept CodecArray = requires(T& array) {
  std::tuple_size<T>::value;
  array.begin();
} && std::is_default_constructible_v<typename T::value_type> && std::is_move_assignable_v<typename T::value_type>;
template <class T>
concept CodecProduct = requires { std::tuple_size<T>::value; } && !CodecArray<T>;
/// No `expected`: what it has instead of a value would be lost.
template <class T>
concept CodecOptional = requires(const T& value, T& emptied) {
  { value.has_value() } -> std::same_as<bool>;
  typename T::value_type;
  emptied.reset();
} && !requires(const T& value) { value.error(); };
template <class T>
concept CodecDuration = requires(const T& value) {
  { T{value.count()} } -> std::same_as<T>;
  typename T::period;
};
template <class T>
concept CodecMoment = requires(const T& value) {
  typename T::clock;
  { T{value.time_since_epoch()} } -> std::same_as<T>;
};
template <class T>
concept CodecContainer = requires(T& value) {
  typename T::value_type;
  value.insert(value.end(), std::declval<typename T::value_type>());
  value.size();
} && !CodecText<T>;
/// An alternative that says all by being there: std::monostate and its like.
template <class T>
concept CodecNothing = std::is_empty_v<T> && std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> && !requires { sizeof(Codec<T>); };
template <class T>
concept CodecAggregate = HasMembers<T> && !CodecText<T> && !CodecDuration<T> && !CodecMoment<T> && !CodecOptional<T> && !CodecArray<T> && !CodecProduct<T> && !CodecContainer<T>;

/// As an unsigned integer of the same width; `long` and `long long` are the same on the wire.
template <std::size_t bytes>
using UnsignedOf = std::conditional_t<bytes == 1, std::uint8_t, std::conditional_t<bytes == 2, std::uint16_t, std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;

inline std::string_view takeBytes(std::string_view& in, std::size_t bytes) {
  if (in.size() < bytes) throw DecodeError("dstream: decode: the bytes end in the middle of a value");
  const std::string_view taken = in.substr(0, bytes);
  in.remove_prefix(bytes);
  return taken;
}

inline constexpr bool littleEndian = std::endian::native == std::endian::little;  // memory holds a number as the wire does

template <class Unsigned>
void putNumber(Unsigned number, std::string& out) {
  char bytes[sizeof(Unsigned)];
  if constexpr (littleEndian) {
    __builtin_memcpy(bytes, &number, sizeof bytes);
  } else {
    for (std::size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
  }
  out.append(bytes, sizeof bytes);
}
template <class Unsigned>
Unsigned takeNumber(std::string_view& in) {
  const std::string_view bytes = takeBytes(in, sizeof(Unsigned));
  Unsigned number = 0;
  if constexpr (littleEndian) {
    __builtin_memcpy(&number, bytes.data(), sizeof number);
  } else {
    for (std::size_t i = 0; i < sizeof number; ++i) number = static_cast<Unsigned>(number | static_cast<Unsigned>(static_cast<Unsigned>(static_cast<unsigned char>(bytes[i])) << (8 * i)));
  }
  return number;
}

inline void putCount(std::size_t count, std::string& out) {
  if (count > 0xffffffffU) throw std::length_error("dstream: encode: a text or container of 4 GiB or more");
  putNumber(static_cast<std::uint32_t>(count), out);
}

inline constexpr char bareElement = '\1';

/// One of values whose number bytes tell, or a count that is believed only as far as there are bytes: what encodes to nothing is a byte here. A codec takes
/// off the front what it has written, whatever follows: if it writes nothing for one value of a type, it does so for all of them.
template <class T>
void putElement(const T& value, std::string& out) {
  const std::size_t before = out.size();
  Codec<T>::encode(value, out);
  if (out.size() == before) out += bareElement;
}
template <class T>
T takeElement(std::string_view& in) {
  const std::size_t before = in.size();
  T value = Codec<T>::decode(in);
  if (in.size() == before && takeBytes(in, 1).front() != bareElement) throw DecodeError("dstream: decode: bytes where a value has none");
  return value;
}

template <class T>
consteval bool isBool() {
  if constexpr (std::is_enum_v<T>) return std::is_same_v<std::underlying_type_t<T>, bool>;
  return std::is_same_v<T, bool>;
}

template <class T>
consteval bool codable() {
  if constexpr (CodecText<T> || CodecNumber<T> || CodecDuration<T> || CodecMoment<T>) {
    return true;
  } else if constexpr (CodecOptional<T> || CodecArray<T>) {
    return codable<typename T::value_type>();
  } else if constexpr (CodecProduct<T>) {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
      return (codable<std::remove_cv_t<std::tuple_element_t<Index, T>>>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (CodecContainer<T>) {
    return codable<typename T::value_type>();
  } else if constexpr (requires { Codec<T>::byMembers; }) {
    return []<class... Members>(MemberTypes<Members...>) { return (codable<Members>() && ...); }(MembersOf<T>{});
  } else if constexpr (requires { typename Codec<T>::Alternatives; }) {
    return []<class... Each>(MemberTypes<Each...>) { return ((CodecNothing<Each> || codable<Each>()) && ...); }(typename Codec<T>::Alternatives{});
  } else {
    return requires(const T& value, std::string& out, std::string_view& in) {
      Codec<T>::encode(value, out);
      { Codec<T>::decode(in) } -> std::convertible_to<T>;
    };
  }
}

}  // namespace detail

/// Has a Codec.
template <class T>
concept Codable = detail::codable<std::remove_cvref_t<T>>();

template <detail::CodecText T>
struct Codec<T> {
  static void encode(std::string_view text, std::string& out) {
    detail::putCount(text.size(), out);
    out += text;
  }
  static T decode(std::string_view& in) {
    const auto size = detail::takeNumber<std::uint32_t>(in);
    return T(detail::takeBytes(in, size));
  }
};

template <detail::CodecNumber T>
struct Codec<T> {
  using Bits = detail::UnsignedOf<sizeof(T)>;
  static_assert(sizeof(T) == sizeof(Bits), "numbers of 1, 2, 4 and 8 bytes have a codec");
  static void encode(T value, std::string& out) {
    Bits bits;
    std::memcpy(&bits, &value, sizeof bits);
    detail::putNumber(bits, out);
  }
  static T decode(std::string_view& in) {
    const Bits bits = detail::takeNumber<Bits>(in);
    if constexpr (detail::isBool<T>()) {
      if (bits > 1) throw DecodeError("dstream: decode: a bool that is neither true nor false");
      return static_cast<T>(bits != 0);
    } else {
      T value;
      std::memcpy(&value, &bits, sizeof value);
      return value;
    }
  }
};

template <detail::CodecDuration T>
struct Codec<T> {
  static void encode(const T& value, std::string& out) { Codec<typename T::rep>::encode(value.count(), out); }
  static T decode(std::string_view& in) { return T{Codec<typename T::rep>::decode(in)}; }
};

template <detail::CodecMoment T>
struct Codec<T> {
  static void encode(const T& value, std::string& out) { Codec<typename T::duration>::encode(value.time_since_epoch(), out); }
  static T decode(std::string_view& in) { return T{Codec<typename T::duration>::decode(in)}; }
};

template <detail::CodecOptional T>
struct Codec<T> {
  static void encode(const T& value, std::string& out) {
    Codec<bool>::encode(value.has_value(), out);
    if (value.has_value()) Codec<typename T::value_type>::encode(*value, out);
  }
  static T decode(std::string_view& in) {
    if (!Codec<bool>::decode(in)) return T{};
    return T{Codec<typename T::value_type>::decode(in)};
  }
};

template <detail::CodecArray T>
struct Codec<T> {
  using Element = typename T::value_type;
  static void encode(const T& value, std::string& out) {
    for (const auto& element : value) Codec<Element>::encode(element, out);
  }
  static T decode(std::string_view& in) {
    T value{};
    for (auto& element : value) element = Codec<Element>::decode(in);
    return value;
  }
};

template <detail::CodecProduct T>
struct Codec<T> {
  static void encode(const T& value, std::string& out) {
    std::apply([&](const auto&... members) { (Codec<std::remove_cvref_t<decltype(members)>>::encode(members, out), ...); }, value);
  }
  static T decode(std::string_view& in) {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      return T{Codec<std::remove_cv_t<std::tuple_element_t<Index, T>>>::decode(in)...};  // braces: from left to right
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  }
};

template <class T>
  requires(detail::CodecContainer<T> && !detail::CodecArray<T> && !detail::CodecProduct<T> && !detail::CodecOptional<T>)
struct Codec<T> {
  using Element = typename T::value_type;
  static void encode(const T& value, std::string& out) {
    detail::putCount(value.size(), out);
    for (const auto& element : value) detail::putElement<Element>(element, out);
  }
  static T decode(std::string_view& in) {
    const auto count = detail::takeNumber<std::uint32_t>(in);
    T value;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (in.empty()) throw DecodeError("dstream: decode: a container has fewer elements than it says");
      value.insert(value.end(), detail::takeElement<Element>(in));
    }
    return value;
  }
};

template <template <class...> class Variant, class... Each>
  requires(detail::isVariant<Variant<Each...>> && sizeof...(Each) <= 256)
struct Codec<Variant<Each...>> {
  using T = Variant<Each...>;
  using Alternatives = detail::MemberTypes<Each...>;

  static void encode(const T& value, std::string& out) {
    if (value.valueless_by_exception()) throw std::invalid_argument("dstream: encode: a variant without a value");
    detail::putNumber(static_cast<std::uint8_t>(value.index()), out);
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      (encodeIf(get_if<Index>(&value), out), ...);
    }(std::index_sequence_for<Each...>{});
  }
  static T decode(std::string_view& in) { return decodeFrom<0>(detail::takeNumber<std::uint8_t>(in), in); }

 private:
  template <class One>
  static void encodeIf(const One* alternative, std::string& out) {
    if constexpr (!detail::CodecNothing<One>)
      if (alternative != nullptr) Codec<One>::encode(*alternative, out);
  }
  template <std::size_t index>
  static T decodeFrom(std::size_t wanted, std::string_view& in) {
    if constexpr (index == sizeof...(Each)) {
      throw DecodeError("dstream: decode: a variant has no such alternative");
    } else {
      using One = std::tuple_element_t<index, std::tuple<Each...>>;
      if (wanted != index) return decodeFrom<index + 1>(wanted, in);
      if constexpr (detail::CodecNothing<One>) {
        return T(std::in_place_index<index>);
      } else {
        return T(std::in_place_index<index>, Codec<One>::decode(in));
      }
    }
  }
};

template <detail::CodecAggregate T>
struct Codec<T> {
  static constexpr bool byMembers = true;
  static void encode(const T& value, std::string& out) {
    detail::withMembers(value, [&](const auto&... members) { (Codec<std::remove_cvref_t<decltype(members)>>::encode(members, out), ...); });
  }
  static T decode(std::string_view& in) {
    return [&]<class... Members>(detail::MemberTypes<Members...>) {
      return T{Codec<Members>::decode(in)...};  // braces: from left to right
    }(detail::MembersOf<T>{});
  }
};

}  // namespace dstream::inline v0
