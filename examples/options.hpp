// SPDX-License-Identifier: BSL-1.0
#pragma once
// Options: the command line of the examples; the usage sentence is the list of what is known.

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace examples {

class Options {
 public:
  /// `usage` names every option, as in "--port P --once": one with a word behind it takes a value.
  Options(int argc, char* const argv[], const std::string& usage) {
    std::map<std::string, bool> takesValue;
    std::istringstream words(usage);
    for (std::string word, option; words >> word;)
      word.starts_with("--") ? takesValue[option = word] = false : takesValue[option] = true;
    for (int i = 1; i < argc; ++i) {
      const std::string option = argv[i];
      if (option == "--help") {
        std::cout << "usage: " << argv[0] << ' ' << usage << std::endl;
        std::exit(EXIT_SUCCESS);
      }
      const auto known = takesValue.find(option);
      if (known == takesValue.end())
        throw std::invalid_argument("unknown option '" + option + "'; known: " + usage);
      if (known->second && ++i == argc) throw std::invalid_argument(option + " needs a value");
      given_[option] = known->second ? argv[i] : "";
    }
  }

  bool has(const std::string& option) const { return given_.contains(option); }

  std::string text(const std::string& option, const std::string& otherwise) const {
    return has(option) ? given_.at(option) : otherwise;
  }

  template <class Number>
  Number number(const std::string& option, Number otherwise, Number least, Number most) const {
    if (!has(option)) return otherwise;
    const std::string& text = given_.at(option);
    const char* const end = text.data() + text.size();
    Number number{};
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end || number < least || number > most)
      throw std::invalid_argument(option + " needs a number from " + std::to_string(least) + " to "
                                  + std::to_string(most) + ", not '" + text + "'");
    return number;
  }

 private:
  std::map<std::string, std::string> given_;
};

/// What ended the program goes to stderr. Gives main's status.
inline int complain(const std::exception& error) {
  std::cerr << "error: " << error.what() << std::endl;
  return 2;
}

}  // namespace examples
