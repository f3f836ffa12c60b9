// SPDX-License-Identifier: BSL-1.0
#pragma once
// canKeep: whether an operator may keep a record past its step, and the sentences that say why not.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>

namespace dstream::inline v0::detail {

/// A copy can be made: of containers, too, which say so whatever they hold.
template <class T>
inline constexpr bool canCopy = std::is_copy_constructible_v<T>;
template <class T>
  requires std::is_copy_constructible_v<T> && requires { typename T::allocator_type; } && (!std::is_same_v<typename T::value_type, T>)  // a tree
inline constexpr bool canCopy<T> = canCopy<typename T::value_type>;
template <template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members))
inline constexpr bool canCopy<Product<Members...>> = (canCopy<std::remove_cvref_t<Members>> && ...);

template <class Record, class T = std::remove_cvref_t<Record>>
inline constexpr bool atItsEnd = std::is_same_v<Record, T> || std::is_same_v<Record, T&&>;
/// What is kept of a record can be made of it: by a move where it is at its end, else by a copy. Of a pair and its like each member for itself.
template <class Record, class T = std::remove_cvref_t<Record>>
inline constexpr bool canOwn = !SelfOwned<T> || atItsEnd<Record> || canCopy<T>;
template <class Record, template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members))
inline constexpr bool canOwn<Record, Product<Members...>> =
    (canOwn<std::conditional_t<std::is_reference_v<Members> || atItsEnd<Record>, Members, const Members&>> && ...);

/// The one sentence on ownership, spoken by whatever operator would keep the record.
template <class Record>
consteval bool canKeep() {
  using T = std::remove_cvref_t<Record>;
  constexpr bool pointer = std::is_pointer_v<T>;
  static_assert(!pointer, "this operator keeps records past their step, and a pointer may outlive what it points to; "
                          "map it to an owning type such as std::string first");
  static_assert(pointer || Ownable<T>, "this operator keeps records past their step, and it cannot be seen that this type owns what it refers to; "
                                       "map it to an owning type, or, if it does, say so: template <> struct dstream::Owned<T> : dstream::KeptAsIs<T> {};");
  if constexpr (Ownable<T>) {
    constexpr bool fits = canOwn<Record> && (!SelfOwned<T> || std::is_constructible_v<T, Record>);
    static_assert(fits, "these records cannot be copied, and the pipeline may not move them; std::move the container into it, or let its operators make what can be copied");
    return fits;
  }
  return false;
}

/// What an operator carries from batch to batch it copies as well: a batch that was given its earlier form may still be looked at.
template <class... Carried>
consteval bool canCarry() {
  constexpr bool copies = (canCopy<Carried> && ...);
  static_assert(copies, "this operator carries keys and values from batch to batch and copies them where an earlier batch may still be looked at, "
                        "and one of these types can only be moved; let it hold a std::shared_ptr");
  return copies;
}

}  // namespace dstream::inline v0::detail
