// SPDX-License-Identifier: BSL-1.0
#pragma once
// Owned<T>: what is kept of a record past its step. Views become owners by themselves; what may dangle unseen is refused.

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/aggregate.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/variant.hpp>

namespace dstream::inline v0 {

/// **meaning** how a record of type T is kept. `type` is what is stored, `view` what the next loop is given of it;
/// `own(record)` makes the stored form, `look(stored)` the view. The primary template is a type of unknown ownership: refused wherever
/// something is kept. Specialise it for your own type; where T owns all it refers to, `struct Owned<T> : KeptAsIs<T> {}` is enough.
template <class T>
struct Owned {
  static constexpr bool refused = true;
};

/// **meaning** the Owned of a type that can be kept unchanged.
template <class T>
struct KeptAsIs {
  static constexpr bool refused = false;
  using type = T;
  using view = const T&;
  template <class Record>
  DSTREAM_INLINE static constexpr type own(Record&& record) {
    return static_cast<type>(std::forward<Record>(record));
  }
  DSTREAM_INLINE static constexpr view look(const type& stored) { return stored; }
};

namespace detail {

struct Refused {
  static constexpr bool refused = true;
};

template <class T>
concept Ownable = !Owned<std::remove_cv_t<T>>::refused;

template <class T>
concept SelfOwned = Ownable<T> && std::is_same_v<typename Owned<std::remove_cv_t<T>>::type, std::remove_cv_t<T>>;

/// The same of what stays where it is: the keys of a map are const there, and kept without it.
template <class T>
inline constexpr bool ownsItself = SelfOwned<T>;
template <template <class...> class Product, class Key, class Value>
  requires(std::tuple_size<Product<const Key, Value>>::value == 2)
inline constexpr bool ownsItself<Product<const Key, Value>> = SelfOwned<Key> && SelfOwned<Value>;

// Class types known by their shape, so that their headers need not be included.

template <class T>
concept Chrono = (requires { typename T::rep; typename T::period; } && std::is_arithmetic_v<typename T::rep>) ||
                 requires { typename T::clock; typename T::duration; };

template <class T>
concept Container = requires(T& container) {
  typename T::allocator_type;
  typename T::value_type;
  container.begin();
  container.end();
};

template <class T>
concept SmartPointer = requires(const T& pointer) {
  typename T::element_type;
  { pointer.get() } -> std::same_as<typename T::element_type*>;
} && (requires { typename T::deleter_type; } || requires(const T& pointer) { pointer.use_count(); });

template <class T>
struct VariantOf : std::false_type {};
template <template <class...> class Variant, class... Alternatives>
  requires isVariant<Variant<Alternatives...>>
struct VariantOf<Variant<Alternatives...>> : std::bool_constant<(ownsItself<Alternatives> && ...)> {};

template <class T>
concept KnownContainer = Container<T> && ownsItself<typename T::value_type>;
template <class T>
concept KnownPointer = SmartPointer<T> && ownsItself<typename T::element_type>;

template <class T>
struct Unkept : std::bool_constant<!ownsItself<T>> {};

template <class T>
concept KnownAggregate = std::is_class_v<T> && std::is_aggregate_v<T> && !Container<T> && (memberCount<T>() <= mostMembers) && !mayRefer<T> &&
                         noMemberIs<T, Unkept>;

/// Refers to what it does not own, whatever its shape says: span, string_view of any kind, reference_wrapper.
template <class T>
concept RefersAway = requires(const T& t) { t.data(); t.size(); } && !Container<T> && !std::is_aggregate_v<T>;

}  // namespace detail

template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_empty_v<T> || detail::Chrono<T>
struct Owned<T> : KeptAsIs<T> {};

template <class T>
  requires(!std::is_empty_v<T>) && (!detail::Chrono<T>) && (!detail::RefersAway<T>) &&
          (detail::KnownContainer<T> || detail::KnownPointer<T> || detail::VariantOf<T>::value || detail::KnownAggregate<T>)
struct Owned<T> : KeptAsIs<T> {};

/// A literal's array decays; its characters are not what a `const char*` record owns.
template <class T>
struct Owned<T*> : detail::Refused {};
template <class T>
struct Owned<T&> : detail::Refused {};
/// Copying from a const reference is always safe: views of kept pairs have such members.
template <class T>
struct Owned<const T&> : Owned<T> {};

template <class Char, class Traits>
struct Owned<std::basic_string_view<Char, Traits>> {
  static constexpr bool refused = false;
  using type = std::basic_string<Char, Traits>;
  using view = std::basic_string_view<Char, Traits>;
  static constexpr type own(view record) { return type(record); }
  DSTREAM_INLINE static constexpr view look(const type& stored) { return stored; }
};

/// vector<string_view> and its like. The vector of a kept type is kept as it is (above).
template <class T, class Allocator>
  requires detail::Ownable<T> && (!detail::SelfOwned<T>)
struct Owned<std::vector<T, Allocator>> {
  static constexpr bool refused = false;
  using type = std::vector<typename Owned<T>::type>;
  using view = const type&;
  template <class Record>
  static constexpr type own(Record&& record) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Record>, type>) {
      return std::forward<Record>(record);
    } else {
      type stored;
      stored.reserve(record.size());
      for (auto&& element : record) stored.push_back(Owned<T>::own(element));
      return stored;
    }
  }
  static constexpr view look(const type& stored) { return stored; }
};

template <class T>
  requires detail::Ownable<T>
struct Owned<std::optional<T>> {
  static constexpr bool refused = false;
  using type = std::optional<typename Owned<T>::type>;
  using view = std::conditional_t<detail::SelfOwned<T>, const type&, std::optional<std::remove_cvref_t<typename Owned<T>::view>>>;
  template <class Record>
  static constexpr type own(Record&& record) {
    if (!record) return std::nullopt;
    return Owned<T>::own(*std::forward<Record>(record));
  }
  static constexpr view look(const type& stored) {
    if constexpr (detail::SelfOwned<T>) {
      return stored;
    } else {
      if (!stored) return std::nullopt;
      return Owned<T>::look(*stored);
    }
  }
};

namespace detail {

/// What a member of a looked-at pair or tuple is: a view by value, a small value by value, anything larger by const reference.
template <class T>
using MemberView = std::conditional_t<std::is_lvalue_reference_v<typename Owned<T>::view> && sizeof(typename Owned<T>::type) <= 16 &&
                                          std::is_trivially_copyable_v<typename Owned<T>::type>,
                                      typename Owned<T>::type, typename Owned<T>::view>;

template <template <class...> class Product, class... Members>
struct OwnedProduct {
  static constexpr bool refused = false;
  static constexpr bool asIs = ((SelfOwned<Members> && !std::is_const_v<Members>) && ...);
  using type = std::conditional_t<asIs, Product<Members...>, Product<typename Owned<std::remove_cv_t<Members>>::type...>>;
  using view = std::conditional_t<asIs, const type&, Product<MemberView<std::remove_cv_t<Members>>...>>;

  template <class Record>
  static constexpr type own(Record&& record) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Record>, type>) {
      return std::forward<Record>(record);
    } else {
      return ownMembers(std::forward<Record>(record), std::index_sequence_for<Members...>{});
    }
  }
  DSTREAM_INLINE static constexpr view look(const type& stored) {
    if constexpr (asIs) {
      return stored;
    } else {
      return lookMembers(stored, std::index_sequence_for<Members...>{});
    }
  }

 private:
  template <class Record, std::size_t... Index>
  static constexpr type ownMembers(Record&& record, std::index_sequence<Index...>) {
    using std::get;
    return type(Owned<std::remove_cv_t<Members>>::own(get<Index>(std::forward<Record>(record)))...);
  }
  template <std::size_t... Index>
  DSTREAM_INLINE static constexpr view lookMembers(const type& stored, std::index_sequence<Index...>) {
    using std::get;
    return view(Owned<std::remove_cv_t<Members>>::look(get<Index>(stored))...);
  }
};

}  // namespace detail

/// pair, tuple and their like, known by std::tuple_size.
template <template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members)) && (detail::Ownable<Members> && ...)
struct Owned<Product<Members...>> : detail::OwnedProduct<Product, Members...> {};

template <class T, std::size_t n>
  requires detail::Ownable<T> && (n > 0)
struct Owned<std::array<T, n>> {
  static constexpr bool refused = false;
  using type = std::array<typename Owned<T>::type, n>;
  using view = const type&;
  template <class Record>
  static constexpr type own(Record&& record) {
    return ownElements(std::forward<Record>(record), std::make_index_sequence<n>{});
  }
  static constexpr view look(const type& stored) { return stored; }

 private:
  template <class Record, std::size_t... Index>
  static constexpr type ownElements(Record&& record, std::index_sequence<Index...>) {
    using std::get;
    return type{Owned<T>::own(get<Index>(std::forward<Record>(record)))...};
  }
};

/// The stored form of a record, and what the next loop is given of it.
template <class Record>
using Kept = typename Owned<std::remove_cvref_t<Record>>::type;
template <class Record>
using View = typename Owned<std::remove_cvref_t<Record>>::view;

namespace detail {

/// Two forms of one record, a text and a view of it, say: what is kept of both is the same.
template <class First, class Second>
inline constexpr bool sameRecords = false;
template <class First, class Second>
  requires std::is_same_v<std::remove_cvref_t<First>, std::remove_cvref_t<Second>>
inline constexpr bool sameRecords<First, Second> = true;
template <class First, class Second>
  requires(!std::is_same_v<std::remove_cvref_t<First>, std::remove_cvref_t<Second>>) && Ownable<std::remove_cvref_t<First>> && Ownable<std::remove_cvref_t<Second>>
inline constexpr bool sameRecords<First, Second> = std::is_same_v<Kept<First>, Kept<Second>>;

/// A record in the form in which what is kept of it is shown, to be compared with that: a pair whose key is const is another type.
template <class T, class Record>
DSTREAM_INLINE constexpr decltype(auto) asShown(const Record& record) {
  if constexpr (std::is_same_v<std::remove_cvref_t<View<T>>, Record> || !std::is_constructible_v<View<T>, const Record&>) {
    return (record);
  } else {
    return View<T>(record);
  }
}

/// A stored record on its way into another loop: moved where the record owns itself, else looked at.
template <class T>
DSTREAM_INLINE constexpr decltype(auto) handOver(Kept<T>& stored) {
  if constexpr (SelfOwned<T>) {
    return std::move(stored);
  } else {
    return Owned<T>::look(stored);
  }
}

}  // namespace detail

}  // namespace dstream::inline v0
