// SPDX-License-Identifier: BSL-1.0
#pragma once
// appendText: the text form of a record, as Scala or as Python would print it.

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/dead_letter.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/variant.hpp>

namespace dstream::inline v0 {

/// Scala: `(a,1)`, `Some(2)`, `List(1, 2)`, `1.0E10`. Python: `('a', 1)`, `None`, `[1, 2]`, `10000000000.0`; a text that is itself the record
/// stands without quotes in both.
enum class TextStyle { Scala, Python };

namespace detail {

template <class T>
concept HasToText = requires(const T& value) {
  { toText(value) } -> std::convertible_to<std::string_view>;
};
template <class T>
concept TextLike = std::convertible_to<const T&, std::string_view>;
/// An operator<< found beside its type, where <ostream> is known. Not that of a smart pointer, which writes an address.
template <class T, class Char = char>
concept Streamed = requires(std::basic_ostream<Char>& out, const T& value) { operator<<(out, value); } && requires { sizeof(std::basic_ostream<Char>); } &&
                   !requires(const T& value) { value.get(); };
template <class T>
concept OptionalLike = requires(const T& value) {
  { value.has_value() } -> std::convertible_to<bool>;
  *value;
} && !requires(const T& value) { value.error(); };
template <class T>
concept ProductLike = requires { std::tuple_size<T>::value; } && !Iterable<const T>;

template <class T>
consteval bool hasTextForm();
template <template <class...> class Variant, class... Each>
consteval bool eachHasTextForm(const Variant<Each...>*) {
  return ((std::is_empty_v<Each> || hasTextForm<Each>()) && ...);
}

template <class T>
consteval bool hasTextForm() {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (HasToText<Plain> || TextLike<Plain> || std::is_arithmetic_v<Plain> || Streamed<Plain>) {
    return true;
  } else if constexpr (OptionalLike<Plain>) {
    return hasTextForm<decltype(*std::declval<const Plain&>())>();
  } else if constexpr (ProductLike<Plain>) {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
      return (hasTextForm<std::tuple_element_t<Index, Plain>>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<Plain>>{});
  } else if constexpr (isVariant<Plain>) {
    return eachHasTextForm(static_cast<const Plain*>(nullptr));
  } else if constexpr (Iterable<const Plain>) {
    return hasTextForm<decltype(*detail::first(std::declval<const Plain&>()))>();
  } else {
    return false;
  }
}

/// Char is char, and a parameter so that <ostream> is needed only where something is streamed.
template <class Char>
class TextBuffer final : public std::basic_streambuf<Char> {
  using Traits = typename std::basic_streambuf<Char>::traits_type;

 public:
  std::string* out = nullptr;

 protected:
  std::streamsize xsputn(const Char* text, std::streamsize size) override {
    out->append(text, static_cast<std::size_t>(size));
    return size;
  }
  typename Traits::int_type overflow(typename Traits::int_type c) override {
    if (!Traits::eq_int_type(c, Traits::eof())) *out += Traits::to_char_type(c);
    return Traits::not_eof(c);
  }
};

/// A stream for one value after another, as new for each: what a manipulator, an error or a locale left in it does not reach the next.
template <class Char>
class TextStream {
 public:
  TextStream() {
    asNew_.exceptions(asNew_.badbit);  // or it would keep to itself that there is no memory
    asNew_.imbue(decltype(asNew_.getloc())::classic());
  }
  template <class T>
  void append(std::string& out, const T& value) {
    buffer_.out = &out;
    stream_.rdbuf(&buffer_);  // clears the errors
    stream_.copyfmt(asNew_);
    operator<<(stream_, value);
  }

 private:
  TextBuffer<Char> buffer_;
  std::basic_ios<Char> asNew_{&buffer_};
  std::basic_ostream<Char> stream_{&buffer_};
};

template <class Char>
std::unique_ptr<TextStream<Char>>& idleStream() {
  thread_local std::unique_ptr<TextStream<Char>> idle;
  return idle;
}
/// A thread has one stream, since making one takes longer than writing most values. While it is taken, by an operator<< that appends a text itself, there is another.
template <class Char, class T>
void appendStreamed(std::string& out, const T& value) {
  std::unique_ptr<TextStream<Char>>& idle = idleStream<Char>();
  std::unique_ptr<TextStream<Char>> stream = std::move(idle);
  if (stream == nullptr) stream = std::make_unique<TextStream<Char>>();
  stream->append(out, value);
  idle = std::move(stream);
}

template <std::integral T>
void appendInteger(std::string& out, T number) {
  char text[24];
  const char* const end = std::to_chars(text, text + sizeof(text), +number).ptr;  // +: of characters the numbers
  out.append(text, static_cast<std::size_t>(end - text));
}

/// The shortest digits that read back as the same number, laid out as Java's Double.toString or Python's repr does.
template <TextStyle style, std::floating_point T>
void appendFloat(std::string& out, T number) {
  constexpr bool scala = style == TextStyle::Scala;
  if (number != number) {
    out += scala ? "NaN" : "nan";
    return;
  }
  if (number < 0 || (number == 0 && T{1} / number < 0)) {
    out += '-';
    number = -number;
  }
  if (number > 0 && number == number / 2) {
    out += scala ? "Infinity" : "inf";
    return;
  }
  char buffer[64];
  const char* const from = buffer;
  const char* const end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::scientific).ptr;
  const auto size = static_cast<std::size_t>(end - from);
  const std::size_t e = std::string_view(from, size).find('e');  // d[.ddd]e±xx
  int exponent = 0;
  std::from_chars(from + e + (from[e + 1] == '+' ? 2 : 1), end, exponent);
  const bool fraction = e > 1;
  if (fraction) buffer[1] = buffer[0];  // over the point: all digits stand together
  const std::string_view digits(from + fraction, e - fraction);

  constexpr int least = scala ? -3 : -4;
  constexpr int most = scala ? 7 : 16;
  if (number != 0 && (exponent < least || exponent >= most)) {
    out += digits[0];
    if (scala || fraction) out += '.';
    if (scala && !fraction) out += '0';
    out += digits.substr(1);
    if (scala) {
      out += 'E';
    } else {
      out += exponent < 0 ? "e-" : "e+";
      exponent = exponent < 0 ? -exponent : exponent;
      if (exponent < 10) out += '0';
    }
    appendInteger(out, exponent);
    return;
  }
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  out += digits.substr(0, whole);
  if (digits.size() > whole) {
    out += '.';
    out += digits.substr(whole);
  } else {
    out.append(whole - digits.size(), '0');
    out += ".0";
  }
}

/// Bytes of the UTF-8 sequence at the beginning of `text`; 0 when there is none.
inline std::size_t utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xC2 && byte(0) < 0xE0 && tail(1)) return 2;
  if ((byte(0) & 0xF0) == 0xE0 && tail(1) && tail(2) && !(byte(0) == 0xE0 && byte(1) < 0xA0) && !(byte(0) == 0xED && byte(1) >= 0xA0)) return 3;
  if (byte(0) >= 0xF0 && byte(0) < 0xF5 && tail(1) && tail(2) && tail(3) && !(byte(0) == 0xF0 && byte(1) < 0x90) && !(byte(0) == 0xF4 && byte(1) >= 0x90)) return 4;
  return 0;
}

/// Python's repr of a str; bytes that are no UTF-8 as \xNN.
inline void appendQuoted(std::string& out, std::string_view text) {
  const bool doubled = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = doubled ? '"' : '\'';
  out += quote;
  while (!text.empty()) {
    const char c = text[0];
    std::size_t length = 1;
    if (c == '\\' || c == quote) {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || utf8Length(text) == 0) {
      constexpr char hex[] = "0123456789abcdef";
      out += "\\x";
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    } else {
      length = utf8Length(text);
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += quote;
}

template <TextStyle style, class T>
void appendElement(std::string& out, const T& value, bool nested);

/// The alternative that a variant is; one without members as Scala's Unit and Python's empty tuple.
template <TextStyle style, template <class...> class Variant, class... Each>
void appendAlternative(std::string& out, const Variant<Each...>& variant, bool nested) {
  const auto append = [&]<class T>(const T* value) {
    if (value == nullptr) return;
    if constexpr (hasTextForm<T>()) {
      appendElement<style>(out, *value, nested);
    } else {
      out += "()";
    }
  };
  [&]<std::size_t... Index>(std::index_sequence<Index...>) { (append(get_if<Index>(&variant)), ...); }(std::index_sequence_for<Each...>{});
}

template <TextStyle style, class T>
void appendElement(std::string& out, const T& value, bool nested) {
  constexpr bool scala = style == TextStyle::Scala;
  if constexpr (HasToText<T>) {
    out += toText(value);
  } else if constexpr (TextLike<T>) {
    if (scala || !nested) {
      out += std::string_view(value);
    } else {
      appendQuoted(out, value);
    }
  } else if constexpr (Streamed<T> && !std::is_arithmetic_v<T>) {
    appendStreamed<char>(out, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? (scala ? "true" : "True") : (scala ? "false" : "False");
  } else if constexpr (std::is_same_v<T, char>) {
    appendElement<style>(out, std::string_view(&value, 1), nested);
  } else if constexpr (std::is_floating_point_v<T>) {
    appendFloat<style>(out, value);
  } else if constexpr (std::is_integral_v<T>) {
    appendInteger(out, value);
  } else if constexpr (OptionalLike<T>) {
    if (!value.has_value()) {
      out += "None";
    } else {
      if (scala) out += "Some(";
      appendElement<style>(out, *value, nested);
      if (scala) out += ')';
    }
  } else if constexpr (ProductLike<T>) {
    out += '(';
    std::apply(
        [&](const auto&... members) {
          std::size_t index = 0;
          ((out += index++ == 0 ? "" : (scala ? "," : ", "), appendElement<style>(out, members, true)), ...);
          if (!scala && index == 1) out += ',';
        },
        value);
    out += ')';
  } else if constexpr (isVariant<T>) {
    appendAlternative<style>(out, value, nested);
  } else {
    out += scala ? "List(" : "[";
    bool any = false;
    for (auto from = detail::first(value), to = detail::last(value); from != to; ++from) {
      if (std::exchange(any, true)) out += ", ";
      appendElement<style>(out, *from, true);
    }
    out += scala ? ')' : ']';
  }
}

}  // namespace detail

/// A dead letter as a line: batch, node, message and record, with tabs between; message and record are quoted, so that neither has an end of line in it; the node's name is as `named` was given it.
template <class Record>
  requires(detail::hasTextForm<Record>())
std::string toText(const DeadLetter<Record>& letter) {
  std::string text = std::to_string(letter.seq) + '\t' + letter.node + '\t';
  detail::appendQuoted(text, letter.message);
  text += '\t';
  detail::appendElement<TextStyle::Python>(text, letter.record, true);
  return text;
}

/// Appends the text form of a record. For types of yours, write `std::string toText(const Yours&)` or an operator<< beside them.
template <TextStyle style, class T>
void appendText(std::string& out, const T& record) {
  detail::appendElement<style>(out, record, false);
}

}  // namespace dstream::inline v0
