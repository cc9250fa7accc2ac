/// FlagBit for C++17: flagbit.h with values, containers and destructors. Header-only; link with -lflagbit.
/// SPDX-License-Identifier: Apache-2.0
///
///     auto client = flagbit::Client::from_file("flags.json", true);
///     if (!client) {
///         std::cerr << client.error().message << '\n';
///     } else if (client->is_enabled("premium-feature", {{"user_id", "usr_123"}, {"plan", "pro"}})) {
///         ...
///     }
///
/// Errors: nothing here throws except std::bad_alloc when memory runs out and std::system_error when a thread cannot be
/// started. The header builds with -fno-exceptions and -fno-rtti. Calls that can fail return a Result. Evaluations
/// never fail: they give your default, and evaluate() says why.
///
/// Threads: any number of threads may call const member functions of an object at once. Move or destroy an object only
/// when no other thread is in a call with it.
///
/// Text is UTF-8 and may contain NUL. Arguments are borrowed for the call.
#ifndef FLAGBIT_HPP
#define FLAGBIT_HPP

#include <flagbit.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace flagbit {

/// Why a call failed.
struct Error {
    flagbit_status status;
    /// A message for people: what went wrong, where, and what to do.
    std::string message;
};

/// The result of a call that can fail: a value or an Error. Taking the value of an error, or the error of a value, is a
/// mistake in your program: the call prints a message and aborts the program.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : value_(std::move(value)) {}
    Result(Error error) : error_(std::move(error)) {}

    /// Returns whether there is a value.
    explicit operator bool() const noexcept { return value_.has_value(); }

    /// The value; moved out of a temporary: `auto client = Client::from_snapshot(text).value();`
    T &value() &noexcept { return check(), *value_; }
    const T &value() const &noexcept { return check(), *value_; }
    T value() &&noexcept { return check(), *std::move(value_); }
    T &operator*() &noexcept { return value(); }
    const T &operator*() const &noexcept { return value(); }
    T *operator->() noexcept { return &value(); }
    const T *operator->() const noexcept { return &value(); }

    const Error &error() const noexcept {
        if (value_) {
            fail("there is no error");
        }
        return error_;
    }

  private:
    void check() const noexcept {
        if (!value_) {
            fail(error_.message.c_str());
        }
    }

    [[noreturn]] static void fail(const char *message) noexcept {
        std::fprintf(stderr, "flagbit::Result: %s\n", message);
        std::abort();
    }

    std::optional<T> value_;
    Error error_{FLAGBIT_STATUS_OK, {}};
};

/// The result of a call that returns no value.
using Done = Result<std::monostate>;

/// The type of a flag's value.
enum class Kind : std::int32_t {
    /// No value: the error code says why.
    none = FLAGBIT_KIND_NONE,
    boolean = FLAGBIT_KIND_BOOLEAN,
    string = FLAGBIT_KIND_STRING,
    number = FLAGBIT_KIND_NUMBER,
    json = FLAGBIT_KIND_JSON,
};

/// The reason for the value of an evaluation.
enum class Reason : std::int32_t {
    error = FLAGBIT_REASON_ERROR,
    disabled = FLAGBIT_REASON_DISABLED,
    targeting_match = FLAGBIT_REASON_TARGETING_MATCH,
    percentage_rollout = FLAGBIT_REASON_PERCENTAGE_ROLLOUT,
    by_default = FLAGBIT_REASON_DEFAULT,
};

/// The reason why an evaluation has no value.
enum class ErrorCode : std::int32_t {
    flag_not_found = FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND,
    provider_not_ready = FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY,
    parse_error = FLAGBIT_ERROR_CODE_PARSE_ERROR,
    type_mismatch = FLAGBIT_ERROR_CODE_TYPE_MISMATCH,
    invalid_context = FLAGBIT_ERROR_CODE_INVALID_CONTEXT,
    general = FLAGBIT_ERROR_CODE_GENERAL,
};

/// The state of a client.
enum class State : std::int32_t {
    initializing = FLAGBIT_STATE_INITIALIZING,
    ready = FLAGBIT_STATE_READY,
    stale = FLAGBIT_STATE_STALE,
    error = FLAGBIT_STATE_ERROR,
    closed = FLAGBIT_STATE_CLOSED,
};

/// Returns the name, such as `targeting_match`; the text is static.
[[nodiscard]] inline const char *name(Reason reason) noexcept {
    return flagbit_reason_name(static_cast<std::int32_t>(reason));
}

/// Returns OpenFeature's name, such as `FLAG_NOT_FOUND`; the text is static.
[[nodiscard]] inline const char *name(ErrorCode code) noexcept {
    return flagbit_error_code_name(static_cast<std::int32_t>(code));
}

/// Returns the name, such as `ready`; the text is static.
[[nodiscard]] inline const char *name(State state) noexcept {
    return flagbit_state_name(static_cast<std::int32_t>(state));
}

class List;

/// The value of an attribute: a string, an integer, a floating-point number, a boolean, a moment or a List. Values
/// convert to it implicitly; strings and lists are borrowed. A null `const char *`, a floating-point number that is not
/// finite and a moment outside the years 0 to 9999 count as absent.
class Value {
  public:
    Value(std::string_view text) noexcept : Value(FLAGBIT_ATTRIBUTE_KIND_STRING) {
        native_.text = text.data();
        native_.length = text.size();
    }
    Value(const std::string &text) noexcept : Value(std::string_view(text)) {}
    /// Without this overload a string literal would be a boolean.
    Value(const char *text) noexcept : Value(text == nullptr ? std::string_view() : std::string_view(text)) {
        if (text == nullptr) {
            become_unsupported(FLAGBIT_UNSUPPORTED_REASON_NULL);
        }
    }
    /// Deleted because it could mean a letter or a small number. Write a string or an int.
    Value(char) = delete;
    Value(std::nullptr_t) = delete;

    /// Converts a moment to its RFC 3339 text in UTC, such as `2026-12-01T08:00:00.5Z`. The fraction has no trailing
    /// zeros.
    template <class Duration>
    Value(std::chrono::time_point<std::chrono::system_clock, Duration> moment) noexcept
        : Value(FLAGBIT_ATTRIBUTE_KIND_STRING) {
        const auto second = std::chrono::floor<std::chrono::seconds>(moment);
        const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(moment - second);
        native_.text = moment_.data();
        write_moment(std::int64_t{second.time_since_epoch().count()}, static_cast<std::uint32_t>(rest.count()));
    }

    template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
    Value(T number) noexcept : Value(kind_of<T>()) {
        if constexpr (std::is_floating_point_v<T>) {
            native_.number = static_cast<double>(number);
        } else if constexpr (std::is_signed_v<T>) {
            native_.integer = static_cast<std::uint64_t>(std::int64_t{number});
        } else {
            native_.integer = std::uint64_t{number};
        }
    }

    Value(const List &list) noexcept;

    Value(const Value &other) noexcept : native_(other.native_) { copy_moment(other); }
    Value &operator=(const Value &other) noexcept {
        native_ = other.native_;
        copy_moment(other);
        return *this;
    }

    /// The struct for the functions of flagbit.h, without a name. It is valid as long as this object, and as what this
    /// object borrows.
    [[nodiscard]] const flagbit_attribute &native() const noexcept { return native_; }

  private:
    friend struct Attribute;
    using Moment = std::array<char, 30>; // room for nanoseconds

    explicit Value(flagbit_attribute_kind kind) noexcept : native_() { native_.kind = kind; }

    template <class T>
    static constexpr flagbit_attribute_kind kind_of() noexcept {
        if constexpr (std::is_same_v<T, bool>) {
            return FLAGBIT_ATTRIBUTE_KIND_BOOLEAN;
        } else if constexpr (std::is_floating_point_v<T>) {
            return FLAGBIT_ATTRIBUTE_KIND_NUMBER;
        } else {
            return std::is_signed_v<T> ? FLAGBIT_ATTRIBUTE_KIND_INTEGER : FLAGBIT_ATTRIBUTE_KIND_UNSIGNED;
        }
    }

    /// The text of a moment is in the object itself.
    void copy_moment(const Value &other) noexcept {
        if (other.native_.text == other.moment_.data()) {
            moment_ = other.moment_;
            native_.text = moment_.data();
        }
    }

    void become_unsupported(flagbit_unsupported_reason reason) noexcept {
        native_ = flagbit_attribute();
        native_.kind = FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED;
        native_.reason = reason;
    }

    void write_moment(std::int64_t second, std::uint32_t nanosecond) noexcept {
        constexpr std::int64_t day = 86400, first = -62167219200, last = 253402300799; // of the years 0 to 9999
        if (second < first || second > last) {
            become_unsupported(FLAGBIT_UNSUPPORTED_REASON_TIME_RANGE);
            return;
        }
        // Count days from 1 March of the year -400, so that a leap day is the last day of its year. An era of 400 years
        // always has the same length.
        const auto days = static_cast<std::uint32_t>((second - first) / day) + 146037;
        const auto clock = static_cast<std::uint32_t>((second - first) % day);
        const std::uint32_t era = days / 146097, in_era = days % 146097;
        const std::uint32_t of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
        const std::uint32_t in_year = in_era - (365 * of_era + of_era / 4 - of_era / 100);
        const std::uint32_t march = (5 * in_year + 2) / 153, month = march < 10 ? march + 3 : march - 9;
        digits(400 * era + of_era + (month < 3 ? 1 : 0) - 400, 4, '-');
        digits(month, 2, '-');
        digits(in_year - (153 * march + 2) / 5 + 1, 2, 'T');
        digits(clock / 3600, 2, ':');
        digits(clock / 60 % 60, 2, ':');
        digits(clock % 60, 2, nanosecond > 0 ? '.' : 'Z');
        if (nanosecond > 0) {
            std::size_t width = 9;
            for (; nanosecond % 10 == 0; nanosecond /= 10) {
                width--;
            }
            digits(nanosecond, width, 'Z');
        }
    }

    /// Writes a number with leading zeros, and the separator after it.
    void digits(std::uint32_t number, std::size_t width, char after) noexcept {
        for (std::size_t index = width; index-- > 0; number /= 10) {
            moment_[native_.length + index] = static_cast<char>('0' + number % 10);
        }
        moment_[native_.length + width] = after;
        native_.length += width + 1;
    }

    flagbit_attribute native_;
    Moment moment_{};
};

/// A list of at most 1,000 values as the value of an attribute: `{"roles", flagbit::List{"admin", "dev"}}`. It borrows
/// the values.
class List {
  public:
    List(std::initializer_list<Value> values) noexcept : count_(values.size()) { first_ = values.begin(); }
    explicit List(const std::vector<Value> &values) noexcept : first_(values.data()), count_(values.size()) {}

  private:
    friend class Value;
    const Value *first_;
    std::size_t count_;
};

inline Value::Value(const List &list) noexcept : Value(FLAGBIT_ATTRIBUTE_KIND_LIST) {
    native_.items = list.count_ > 0 ? &list.first_->native_ : nullptr;
    native_.length = list.count_;
}

/// One attribute of a user or another subject. It borrows its name and its value.
struct Attribute {
    Attribute(std::string_view name, const Value &of) noexcept : value(of) {
        value.native_.name = name.data();
        value.native_.name_length = name.size();
    }

    /// The value, whose struct has the name too.
    Value value;
};
// The library steps by one size through attributes and through the values of a list.
static_assert(sizeof(Attribute) == sizeof(Value));

/// The attributes of a user or another subject that you set one by one. Names are unique; if a name is repeated, its
/// first value counts. The object copies the values, and allocates only beyond `inline_size` bytes. If you know all
/// attributes at once, `{{"plan", "pro"}, {"age", 34}}` in the call itself costs less.
class Attributes {
  public:
    /// Room for about ten attributes on the stack.
    static constexpr std::size_t inline_size = 512;

    Attributes() noexcept : packed_(flagbit_attributes_begin(inline_.data(), inline_.size())) {}
    Attributes(std::initializer_list<Attribute> attributes) : Attributes() {
        for (const Attribute &attribute : attributes) {
            const flagbit_attribute &native = attribute.value.native();
            set(std::string_view(native.name, native.name_length), attribute.value);
        }
    }
    Attributes(const Attributes &) = delete;
    Attributes &operator=(const Attributes &) = delete;

    Attributes &set(std::string_view name, const Value &value) {
        const flagbit_attribute &native = value.native();
        if (native.kind == FLAGBIT_ATTRIBUTE_KIND_LIST) {
            begin_list(name);
            for (std::size_t index = 0; index < native.length; index++) {
                append_item(*at(native.items, index));
            }
            return *this;
        }
        const Packed packed(native);
        reserve(9 + name.size() + packed.size);
        flagbit_attributes_append(&packed_, packed.kind, name.data(), name.size(), packed.data, packed.size);
        return *this;
    }
    Attributes &set(std::string_view name, std::initializer_list<Value> list) { return set(name, Value(List(list))); }
    template <class T>
    Attributes &set(std::string_view name, const std::vector<T> &list) {
        begin_list(name);
        for (const auto &element : list) {
            append_item(Value(element).native());
        }
        return *this;
    }

    /// The packed form, for the functions of flagbit.h.
    [[nodiscard]] const std::uint8_t *data() const noexcept { return packed_.buffer; }
    [[nodiscard]] std::size_t size() const noexcept { return packed_.length; }

  private:
    /// The bytes of a single value.
    struct Packed {
        explicit Packed(const flagbit_attribute &native) noexcept : kind(static_cast<std::uint8_t>(native.kind)) {
            switch (native.kind) {
                case FLAGBIT_ATTRIBUTE_KIND_STRING:
                    data = native.text;
                    size = native.length;
                    return;
                case FLAGBIT_ATTRIBUTE_KIND_NUMBER: {
                    std::uint64_t bits = 0;
                    std::memcpy(&bits, &native.number, sizeof bits);
                    flagbit_attributes_write_bits(room.data(), bits);
                    break;
                }
                case FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED:
                    room[0] = static_cast<std::uint8_t>(native.reason);
                    size = 1;
                    break;
                default:
                    flagbit_attributes_write_bits(room.data(), native.integer);
                    size = native.kind == FLAGBIT_ATTRIBUTE_KIND_BOOLEAN ? 1 : room.size();
            }
            data = room.data();
        }
        Packed(const Packed &) = delete;
        Packed &operator=(const Packed &) = delete;

        std::uint8_t kind;
        std::array<std::uint8_t, 8> room;
        const void *data = nullptr;
        std::size_t size = sizeof room;
    };

    /// The struct of an element, which is part of a Value.
    static const flagbit_attribute *at(const flagbit_attribute *items, std::size_t index) noexcept {
        const void *byte = reinterpret_cast<const unsigned char *>(items) + index * sizeof(Value);
        return static_cast<const flagbit_attribute *>(byte);
    }

    void begin_list(std::string_view name) {
        reserve(9 + name.size());
        flagbit_attributes_append(&packed_, FLAGBIT_ATTRIBUTE_KIND_LIST, name.data(), name.size(), nullptr, 0);
    }

    /// Appends to the last list. The packed form has no list in a list: there it is unsupported.
    void append_item(const flagbit_attribute &native) {
        flagbit_attribute nested = flagbit_attribute();
        nested.kind = FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED;
        nested.reason = FLAGBIT_UNSUPPORTED_REASON_NESTED_LIST;
        const Packed packed(native.kind == FLAGBIT_ATTRIBUTE_KIND_LIST ? nested : native);
        reserve(5 + packed.size);
        flagbit_attributes_append_item(&packed_, packed.kind, packed.data, packed.size);
    }

    void reserve(std::size_t more) {
        if (more <= packed_.capacity - packed_.length) {
            return;
        }
        std::vector<std::uint8_t> larger(2 * packed_.length + more);
        std::memcpy(larger.data(), packed_.buffer, packed_.length);
        heap_ = std::move(larger);
        packed_.buffer = heap_.data();
        packed_.capacity = heap_.size();
    }

    // Not initialised: only packed bytes are read.
    std::array<std::uint8_t, inline_size> inline_;
    std::vector<std::uint8_t> heap_;
    flagbit_attributes packed_;
};

/// The attributes that a call reads: `{{"plan", "pro"}, {"age", 34}}`, an array or a vector of Attribute, which the
/// library reads where they are without a copy, or Attributes. It is an argument and borrows: do not keep one.
class AttributesView {
  public:
    AttributesView() noexcept = default;
    AttributesView(std::initializer_list<Attribute> attributes) noexcept
        : AttributesView(attributes.begin(), attributes.size()) {}
    template <std::size_t count>
    AttributesView(const Attribute (&attributes)[count]) noexcept : AttributesView(attributes, count) {}
    AttributesView(const std::vector<Attribute> &attributes) noexcept
        : AttributesView(attributes.data(), attributes.size()) {}
    AttributesView(const Attributes &attributes) noexcept : packed_(attributes.data()), size_(attributes.size()) {}

    /// Calls `packed(bytes, size)` or `borrowed(first, count, attribute_size)`, whichever form this is.
    template <class Packed, class Borrowed>
    auto visit(Packed packed, Borrowed borrowed) const {
        return packed_ != nullptr ? packed(packed_, size_) : borrowed(first_, size_, sizeof(Attribute));
    }

  private:
    AttributesView(const Attribute *first, std::size_t count) noexcept
        : first_(count > 0 ? &first->value.native() : nullptr), size_(count) {}

    const std::uint8_t *packed_ = nullptr;
    const flagbit_attribute *first_ = nullptr;
    std::size_t size_ = 0;
};

namespace detail {

template <auto function>
struct FreedBy {
    template <class T>
    void operator()(T *handle) const noexcept {
        function(handle);
    }
};
template <class T, auto function>
using Owned = std::unique_ptr<T, FreedBy<function>>;

/// Runs `call(error)` and returns its failure as an Error.
template <class Call>
std::optional<Error> failure_of(Call call) {
    flagbit_error *raw = nullptr;
    const auto status = static_cast<flagbit_status>(call(&raw));
    const Owned<flagbit_error, flagbit_error_free> error(raw);
    if (status == FLAGBIT_STATUS_OK) {
        return std::nullopt;
    }
    return Error{status, error ? flagbit_error_message(error.get()) : flagbit_status_message(status)};
}

template <class Call>
Done done(Call call) {
    if (auto error = failure_of(std::move(call))) {
        return *std::move(error);
    }
    return std::monostate{};
}

/// Returns the texts of the list that `call(list)` makes; no texts if it fails.
template <class Call>
std::vector<std::string> texts_of(Call call) {
    flagbit_text_list *raw = nullptr;
    call(&raw);
    const Owned<flagbit_text_list, flagbit_text_list_free> list(raw);
    std::vector<std::string> texts;
    if (list) {
        texts.reserve(list->count);
        for (std::size_t index = 0; index < list->count; index++) {
            texts.emplace_back(list->text + list->items[index].offset, list->items[index].length);
        }
    }
    return texts;
}

/// Returns the bytes that `call(buffer, capacity, needed)` copies, including NULs. The text may grow between two calls.
template <class Call>
std::string copied_from(Call call) {
    std::string buffer(256, '\0');
    std::size_t needed = 0;
    while (call(buffer.data(), buffer.size(), &needed) == FLAGBIT_STATUS_BUFFER_TOO_SMALL) {
        buffer.resize(needed);
    }
    buffer.resize(needed);
    return buffer;
}

/// Does the same for a single text, without the NUL at its end.
template <class Call>
std::string text_from(Call call) {
    std::string text = copied_from(std::move(call));
    if (!text.empty()) {
        text.pop_back();
    }
    return text;
}

inline void append_json_string(std::string &json, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    json += '"';
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            json += '\\';
            json += letter;
        } else if (const auto code = static_cast<unsigned char>(letter); code < 0x20) {
            json.append("\\u00").append(1, digits[code >> 4]).append(1, digits[code & 0xF]);
        } else {
            json += letter;
        }
    }
    json += '"';
}

/// Writes a number as JSON; NaN and the infinities as null, which the library refuses.
inline void append_json_number(std::string &json, double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", number);
    if (number - number != 0) {
        json += "null";
        return;
    }
    for (const char *at = text; *at != '\0'; at++) {
        // The locale decides the decimal point, which may have more than one byte.
        const bool plain = (*at >= '0' && *at <= '9') || *at == '-' || *at == '+' || *at == 'e';
        if (plain || json.back() != '.') {
            json += plain ? *at : '.';
        }
    }
}

} // namespace detail

/// The attributes of a user or another subject, prepared for any number of evaluations. Immutable: any number of
/// threads and clients may use one at once.
class Context {
  public:
    /// Errors: UNSUPPORTED_VALUE for an attribute that no rule can match or whose name is repeated, INVALID_UTF8; the
    /// message names the attribute.
    static Result<Context> create(AttributesView attributes) {
        flagbit_context *context = nullptr;
        auto error = detail::failure_of([&](flagbit_error **failure) {
            return attributes.visit([&](auto... packed) { return flagbit_context_new(packed..., &context, failure); },
                                    [&](auto... array) { return flagbit_context_new_of(array..., &context, failure); });
        });
        if (error) {
            return *std::move(error);
        }
        return Context(context);
    }

    /// The pointer for the functions of flagbit.h; this object still owns it.
    [[nodiscard]] const flagbit_context *native() const noexcept { return context_.get(); }

  private:
    explicit Context(flagbit_context *context) noexcept : context_(context) {}

    detail::Owned<flagbit_context, flagbit_context_free> context_;
};

/// A JSON text as the value of a flag.
struct Json {
    std::string_view text;
};

/// A flag's key and its value for every context: a boolean, a string, a number, or Json with an object or an array,
/// `{"config", flagbit::Json{R"({"retries": 3})"}}`.
struct FlagValue {
    std::string_view key;
    /// The value as JSON.
    std::string json;

    FlagValue(std::string_view flag_key, std::string_view text) : key(flag_key) {
        detail::append_json_string(json, text);
    }
    FlagValue(std::string_view flag_key, const std::string &text) : FlagValue(flag_key, std::string_view(text)) {}
    /// Without this overload a string literal would be a boolean.
    FlagValue(std::string_view flag_key, const char *text) : FlagValue(flag_key, std::string_view(text)) {}
    FlagValue(std::string_view flag_key, Json value) : key(flag_key), json(value.text) {}
    /// Deleted because it could mean a letter or a small number. Write a string or an int.
    FlagValue(std::string_view, char) = delete;
    FlagValue(std::string_view, std::nullptr_t) = delete;

    template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
    FlagValue(std::string_view flag_key, T value) : key(flag_key) {
        if constexpr (std::is_same_v<T, bool>) {
            json = value ? "true" : "false";
        } else if constexpr (std::is_integral_v<T>) {
            json = std::to_string(value);
        } else {
            detail::append_json_number(json, static_cast<double>(value));
        }
    }
};

namespace detail {

inline std::string json_of(const std::vector<FlagValue> &values) {
    std::string json = "{";
    for (const FlagValue &value : values) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, value.key);
        json += ':';
        json += value.json;
    }
    return json += '}';
}

} // namespace detail

/// The result of an evaluation.
struct Evaluation {
    /// True if the flag is on; your default if there is an error code. A typed flag is on if it is enabled.
    bool enabled;
    Reason reason;
    /// The index of the rule that decided, from 0.
    std::optional<std::uint32_t> rule_index;
    /// The reason why there is no value; Client::error_message explains it.
    std::optional<ErrorCode> error_code;
    /// The generation of the flags that were evaluated; see Client::revision.
    std::uint64_t generation;
    /// The type of the flag's value.
    Kind kind;
    /// The value of a number flag; 0 for other flags. For an integer beyond 2^53 it is the nearest double.
    double number;
    /// The number of the variant of a typed flag, unique in this process; 0 for booleans.
    std::uint64_t variant_id;
    /// True if the flag has the same value for every context because it has no rules: OpenFeature's STATIC.
    bool is_static;
    /// The value of a number flag, exactly, if it is an integer from -2^63 to 2^63-1. 12.0 is 12.
    std::optional<std::int64_t> integer;
    /// The value of a number flag, exactly, if it is an integer from 0 to 2^64-1.
    std::optional<std::uint64_t> unsigned_integer;

    /// Returns the name of the reason, such as `targeting_match`; the text is static.
    [[nodiscard]] const char *reason_name() const noexcept { return name(reason); }
};

/// An evaluation with its texts; both are empty if there is an error code.
struct TypedEvaluation : Evaluation {
    /// The name of the variant; `on` or `off` for booleans.
    std::string variant;
    /// The value: `true` or `false`, a string as it is, a number, or JSON.
    std::string value;
};

/// The evaluation of one flag in Client::evaluate_all.
struct FlagEvaluation {
    std::string key;
    TypedEvaluation evaluation;
};

namespace detail {

inline Evaluation evaluation_of(const flagbit_evaluation &from, bool default_value) noexcept {
    Evaluation to{default_value,       static_cast<Reason>(from.reason),
                  std::nullopt,        std::nullopt,
                  from.generation,     static_cast<Kind>(from.kind),
                  from.number,         from.variant_id,
                  from.is_static == 1, std::nullopt,
                  std::nullopt};
    if (from.error_code == FLAGBIT_ERROR_CODE_NONE) {
        to.enabled = from.enabled == 1;
    } else {
        to.error_code = static_cast<ErrorCode>(from.error_code);
    }
    if (from.rule_index >= 0) {
        to.rule_index = static_cast<std::uint32_t>(from.rule_index);
    }
    if (from.integer_kind == FLAGBIT_INTEGER_KIND_SIGNED) {
        // A copy of the bits: before C++20 a conversion of large values is up to the compiler.
        std::int64_t integer = 0;
        std::memcpy(&integer, &from.integer, sizeof integer);
        to.integer = integer;
    }
    if (from.integer_kind == FLAGBIT_INTEGER_KIND_UNSIGNED || to.integer >= 0) {
        to.unsigned_integer = from.integer;
    }
    return to;
}

/// Returns the evaluation of a call that is not well formed.
inline flagbit_evaluation refused(flagbit_status status) noexcept {
    flagbit_evaluation evaluation{};
    evaluation.reason = FLAGBIT_REASON_ERROR;
    evaluation.rule_index = -1;
    evaluation.error_code = status == FLAGBIT_STATUS_MALFORMED_CONTEXT ? FLAGBIT_ERROR_CODE_INVALID_CONTEXT
                            : status == FLAGBIT_STATUS_NULL_ARGUMENT   ? FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY
                                                                       : FLAGBIT_ERROR_CODE_GENERAL;
    return evaluation;
}

/// Runs `call(evaluation)`.
template <class Call>
Evaluation evaluate(bool default_value, Call call) noexcept {
    flagbit_evaluation evaluation{};
    evaluation.struct_size = sizeof evaluation;
    const flagbit_status status = static_cast<flagbit_status>(call(&evaluation));
    return evaluation_of(status == FLAGBIT_STATUS_OK ? evaluation : refused(status), default_value);
}

/// Runs `call(evaluation, variant, value, buffer, capacity, needed)`.
template <class Call>
TypedEvaluation evaluate_value(bool default_value, Call call) {
    flagbit_evaluation evaluation{};
    evaluation.struct_size = sizeof evaluation;
    flagbit_text variant{}, value{};
    auto status = FLAGBIT_STATUS_OK;
    const std::string texts = copied_from([&](char *buffer, std::size_t capacity, std::size_t *needed) {
        return status = static_cast<flagbit_status>(call(&evaluation, &variant, &value, buffer, capacity, needed));
    });
    return {evaluation_of(status == FLAGBIT_STATUS_OK ? evaluation : refused(status), default_value),
            texts.substr(variant.offset, variant.length), texts.substr(value.offset, value.length)};
}

/// Returns the text of a value of this kind, or the default for another kind.
inline std::string text_of(Kind kind, TypedEvaluation evaluation, std::string_view default_value) {
    return evaluation.kind == kind ? std::move(evaluation.value) : std::string(default_value);
}

inline double number_of(const Evaluation &evaluation, double default_value) noexcept {
    return evaluation.kind == Kind::number ? evaluation.number : default_value;
}

template <class Call>
std::vector<FlagEvaluation> evaluate_all(bool default_value, Call call) {
    flagbit_evaluations *raw = nullptr;
    call(&raw);
    const Owned<flagbit_evaluations, flagbit_evaluations_free> all(raw);
    std::vector<FlagEvaluation> flags;
    if (all) {
        flags.reserve(all->count);
        for (std::size_t index = 0; index < all->count; index++) {
            flagbit_flag_evaluation item{};
            // Step by the library's size of an item: items of a later version are larger.
            std::memcpy(&item, reinterpret_cast<const char *>(all->items) + index * all->item_size, sizeof item);
            flags.push_back({std::string(all->text + item.key.offset, item.key.length),
                             {evaluation_of(item.evaluation, default_value),
                              std::string(all->text + item.variant.offset, item.variant.length),
                              std::string(all->text + item.value.offset, item.value.length)}});
        }
    }
    return flags;
}

} // namespace detail

/// The status of a client at one moment.
struct Status {
    State state;
    std::uint64_t generation;
    /// The revision that the snapshot in force states.
    std::optional<std::string> revision;
    /// A description of the source of the flags.
    std::string source;
    /// The number of flags in force, including those that are set aside.
    std::uint64_t flags;
    std::uint64_t flags_set_aside;
    /// The number of attributes with an unsupported value in evaluations so far.
    std::uint64_t unsupported_values;
    /// The time of the last successful read of the source.
    std::optional<std::chrono::system_clock::time_point> last_success;
    /// The reason why the last read failed; nothing after a successful one.
    std::optional<std::string> last_error;
    std::uint32_t consecutive_failures;
};

/// The flags that changed.
struct Changes {
    /// True if any flag may have changed; there are then no keys.
    bool all;
    std::vector<std::string> keys;
    /// The generation now in force.
    std::uint64_t generation;
};

/// The options of a client, for those that Client's own functions do not offer. For one thread at a time. Messages name
/// an option by its number in flagbit.h, such as FLAGBIT_OPTION_URL.
class Options {
  public:
    Options() {
        flagbit_options *made = nullptr;
        flagbit_options_new(&made);
        options_.reset(made);
    }

    /// Sets an option that is a string.
    /// Errors: INVALID_ARGUMENT for an option of another type or a value of another form, INVALID_UTF8.
    Done set(flagbit_option option, std::string_view value) {
        return detail::done([&](flagbit_error **error) {
            return flagbit_options_set_string(options_.get(), option, value.data(), value.size(), error);
        });
    }
    /// Sets an option that is an integer.
    /// Errors: INVALID_ARGUMENT for an option of another type or a value out of its range.
    Done set(flagbit_option option, std::int64_t value) {
        return detail::done(
            [&](flagbit_error **error) { return flagbit_options_set_integer(options_.get(), option, value, error); });
    }

    [[nodiscard]] const flagbit_options *native() const noexcept { return options_.get(); }

  private:
    detail::Owned<flagbit_options, flagbit_options_free> options_;
};

namespace detail {

/// The part that a client shares with its overrides and subscriptions, so that you may destroy them in any order.
using SharedClient = std::shared_ptr<flagbit_client>;

inline std::uint64_t milliseconds(std::chrono::milliseconds timeout) noexcept {
    return timeout.count() > 0 ? static_cast<std::uint64_t>(timeout.count()) : 0;
}

} // namespace detail

/// An override in force; destroying it ends the override. It may outlive its client.
class [[nodiscard]] Override {
  public:
    Override(Override &&other) noexcept = default;
    Override &operator=(Override other) noexcept {
        std::swap(client_, other.client_);
        std::swap(id_, other.id_);
        return *this;
    }
    ~Override() {
        if (client_) {
            flagbit_override_end(client_.get(), id_);
        }
    }

  private:
    friend class Client;
    Override(detail::SharedClient client, std::uint64_t id) noexcept : client_(std::move(client)), id_(id) {}

    detail::SharedClient client_;
    std::uint64_t id_;
};

/// One flag of a client, for code that asks it again and again: an evaluation looks up no key. It answers as its client
/// does, whatever the flags in force are meanwhile, and gives the default after the client is closed. It keeps the
/// client alive, and of its snapshots only the rules of this flag.
///
/// Threads: one at a time uses an object. Make one for each thread, with Client::flag.
class Flag {
  public:
    /// Returns whether the flag is on, or `default_value` if there is no answer.
    [[nodiscard]] bool is_enabled(const Context &context, bool default_value = false) noexcept {
        return flagbit_flag_is_enabled(native(), context.native(), default_value);
    }
    [[nodiscard]] bool is_enabled(AttributesView attributes = {}, bool default_value = false) noexcept {
        return attributes.visit(
            [&](auto... packed) { return flagbit_flag_is_enabled_with(native(), packed..., default_value); },
            [&](auto... array) { return flagbit_flag_is_enabled_of(native(), array..., default_value); });
    }

    /// Evaluates the flag; `enabled` is `default_value` if there is no answer.
    [[nodiscard]] Evaluation evaluate(const Context &context, bool default_value = false) noexcept {
        return detail::evaluate(default_value, [&](flagbit_evaluation *evaluation) {
            return flagbit_flag_evaluate(native(), context.native(), evaluation);
        });
    }
    [[nodiscard]] Evaluation evaluate(AttributesView attributes = {}, bool default_value = false) noexcept {
        return detail::evaluate(default_value, [&](flagbit_evaluation *evaluation) {
            return attributes.visit(
                [&](auto... packed) { return flagbit_flag_evaluate_with(native(), packed..., evaluation); },
                [&](auto... array) { return flagbit_flag_evaluate_of(native(), array..., evaluation); });
        });
    }

    /// The pointer for the functions of flagbit.h; this object still owns it. Null after a move from this object.
    [[nodiscard]] flagbit_flag *native() const noexcept { return flag_.get(); }

  private:
    friend class Client;
    Flag(detail::SharedClient open, flagbit_flag *flag) noexcept : open_(std::move(open)), flag_(flag) {}

    detail::SharedClient open_;
    detail::Owned<flagbit_flag, flagbit_flag_free> flag_;
};

/// A callback that listens; destroying it, or closing the client, ends it. It may outlive its client.
class [[nodiscard]] Subscription {
  public:
    Subscription(Subscription &&) noexcept = default;
    Subscription &operator=(Subscription other) noexcept {
        std::swap(client_, other.client_);
        std::swap(stopped_, other.stopped_);
        std::swap(thread_, other.thread_);
        return *this;
    }
    ~Subscription() { stop(); }

    /// Ends the callback. Returns when the callback has returned and will not run again; in the callback itself, at
    /// once.
    void stop() noexcept {
        if (!thread_.joinable()) {
            return;
        }
        stopped_->store(true);
        flagbit_client_wake(client_.get());
        if (thread_.get_id() == std::this_thread::get_id()) {
            thread_.detach();
        } else {
            thread_.join();
        }
    }

  private:
    friend class Client;
    /// Calls the callback if there is something new.
    using Tell = std::function<void(const flagbit_client *)>;

    Subscription(detail::SharedClient client, Tell tell);

    detail::SharedClient client_;
    std::shared_ptr<std::atomic<bool>> stopped_;
    std::thread thread_;
};

/// Answers "is this feature on for this user?" from flags in memory. Destroying it closes it.
class Client {
  public:
    /// A client of a snapshot in memory.
    /// Errors: SNAPSHOT_REFUSED, with the place in the message.
    static Result<Client> from_snapshot(std::string_view json) {
        return opened([&](flagbit_client **client, flagbit_error **error) {
            return flagbit_client_from_snapshot(json.data(), json.size(), client, error);
        });
    }

    /// A client of a snapshot in a file. With `watch` it checks the file each second and follows its changes; the file
    /// may then be missing at first. Errors: IO, SNAPSHOT_REFUSED, THREAD, INVALID_UTF8 for the path.
    static Result<Client> from_file(std::string_view path, bool watch = false) {
        Options options;
        if (auto set = options.set(FLAGBIT_OPTION_FILE, path); !set) {
            return set.error();
        }
        if (auto set = options.set(FLAGBIT_OPTION_WATCH, watch ? 1 : 0); !set) {
            return set.error();
        }
        return open(options);
    }

    /// A client of flags with one value for every context, for your own tests:
    /// `for_testing({{"premium-feature", true}})`.
    /// Errors: SNAPSHOT_REFUSED for a key that is empty, repeated or not UTF-8.
    static Result<Client> for_testing(const std::vector<FlagValue> &values) {
        Options options;
        if (auto set = options.set(FLAGBIT_OPTION_VALUES, detail::json_of(values)); !set) {
            return set.error();
        }
        return open(options);
    }

    /// A client of a FlagBit server. It fetches the flags in the background; see wait_until_ready. For more options,
    /// use Options with FLAGBIT_OPTION_URL. Errors: INVALID_ARGUMENT, THREAD.
    static Result<Client> server(std::string_view url, std::string_view server_key) {
        Options options;
        if (auto set = options.set(FLAGBIT_OPTION_URL, url); !set) {
            return set.error();
        }
        if (auto set = options.set(FLAGBIT_OPTION_SERVER_KEY, server_key); !set) {
            return set.error();
        }
        return open(options);
    }

    /// A client of any source.
    /// Errors: INVALID_ARGUMENT, and those of the source.
    static Result<Client> open(const Options &options) {
        return opened([&](flagbit_client **client, flagbit_error **error) {
            return flagbit_client_open(options.native(), client, error);
        });
    }

    Client(Client &&) noexcept = default;
    Client &operator=(Client other) noexcept {
        std::swap(client_, other.client_);
        std::swap(open_, other.open_);
        return *this;
    }
    /// Closes the client, unless a Flag of it is left, which then closes it.
    ~Client() = default;

    /// Returns whether a flag is on, or `default_value` if there is no answer. Allocates only for regular expressions.
    [[nodiscard]] bool is_enabled(std::string_view key, const Context &context,
                                  bool default_value = false) const noexcept {
        return flagbit_is_enabled_n(native(), key.data(), key.size(), context.native(), default_value);
    }
    [[nodiscard]] bool is_enabled(std::string_view key, AttributesView attributes = {},
                                  bool default_value = false) const noexcept {
        return attributes.visit(
            [&](auto... packed) {
                return flagbit_is_enabled_with_n(native(), key.data(), key.size(), packed..., default_value);
            },
            [&](auto... array) {
                return flagbit_is_enabled_of_n(native(), key.data(), key.size(), array..., default_value);
            });
    }

    /// Evaluates a flag; `enabled` is `default_value` if there is no answer. Allocates only for regular expressions.
    [[nodiscard]] Evaluation evaluate(std::string_view key, const Context &context,
                                      bool default_value = false) const noexcept {
        return detail::evaluate(default_value, [&](flagbit_evaluation *evaluation) {
            return flagbit_evaluate_n(native(), key.data(), key.size(), context.native(), evaluation);
        });
    }
    [[nodiscard]] Evaluation evaluate(std::string_view key, AttributesView attributes = {},
                                      bool default_value = false) const noexcept {
        return detail::evaluate(default_value, [&](flagbit_evaluation *evaluation) {
            return attributes.visit(
                [&](auto... packed) {
                    return flagbit_evaluate_with_n(native(), key.data(), key.size(), packed..., evaluation);
                },
                [&](auto... array) {
                    return flagbit_evaluate_of_n(native(), key.data(), key.size(), array..., evaluation);
                });
        });
    }

    /// Evaluates a flag of any kind, with the variant's name and the value as text.
    [[nodiscard]] TypedEvaluation value(std::string_view key, const Context &context,
                                        bool default_value = false) const {
        return detail::evaluate_value(default_value, [&](auto... outputs) {
            return flagbit_evaluate_value(native(), key.data(), key.size(), context.native(), outputs...);
        });
    }
    [[nodiscard]] TypedEvaluation value(std::string_view key, AttributesView attributes = {},
                                        bool default_value = false) const {
        return detail::evaluate_value(default_value, [&](auto... outputs) {
            return attributes.visit(
                [&](auto... packed) {
                    return flagbit_evaluate_value_with(native(), key.data(), key.size(), packed..., outputs...);
                },
                [&](auto... array) {
                    return flagbit_evaluate_value_of(native(), key.data(), key.size(), array..., outputs...);
                });
        });
    }

    /// Resolves a flag, which need not exist yet, for code that asks it again and again.
    /// Errors: INVALID_UTF8 for the key; NULL_ARGUMENT for a client that was moved from.
    [[nodiscard]] Result<Flag> flag(std::string_view key) const {
        flagbit_flag *made = nullptr;
        const auto status = static_cast<flagbit_status>(flagbit_flag_new(native(), key.data(), key.size(), &made));
        if (status != FLAGBIT_STATUS_OK) {
            return Error{status, flagbit_status_message(status)};
        }
        return Flag(open_, made);
    }

    /// Returns the value of a string flag, or `default_value` if there is no answer or the flag is of another kind.
    [[nodiscard]] std::string string_value(std::string_view key, const Context &context,
                                           std::string_view default_value = {}) const {
        return detail::text_of(Kind::string, value(key, context), default_value);
    }
    [[nodiscard]] std::string string_value(std::string_view key, AttributesView attributes = {},
                                           std::string_view default_value = {}) const {
        return detail::text_of(Kind::string, value(key, attributes), default_value);
    }

    /// Returns the value of a JSON flag, an object or an array, as text, or `default_value` if there is no answer or
    /// the flag is of another kind.
    [[nodiscard]] std::string json_value(std::string_view key, const Context &context,
                                         std::string_view default_value = {}) const {
        return detail::text_of(Kind::json, value(key, context), default_value);
    }
    [[nodiscard]] std::string json_value(std::string_view key, AttributesView attributes = {},
                                         std::string_view default_value = {}) const {
        return detail::text_of(Kind::json, value(key, attributes), default_value);
    }

    /// Returns the value of a number flag, or `default_value` if there is no answer or the flag is of another kind.
    /// For an integer beyond 2^53 it returns the nearest double. Allocates nothing.
    [[nodiscard]] double number_value(std::string_view key, const Context &context,
                                      double default_value = 0) const noexcept {
        return detail::number_of(evaluate(key, context), default_value);
    }
    [[nodiscard]] double number_value(std::string_view key, AttributesView attributes = {},
                                      double default_value = 0) const noexcept {
        return detail::number_of(evaluate(key, attributes), default_value);
    }

    /// Returns the value of a number flag as an integer, exactly, or `default_value` for a number with a fraction or
    /// outside -2^63 to 2^63-1. Allocates nothing.
    [[nodiscard]] std::int64_t integer_value(std::string_view key, const Context &context,
                                             std::int64_t default_value = 0) const noexcept {
        return evaluate(key, context).integer.value_or(default_value);
    }
    [[nodiscard]] std::int64_t integer_value(std::string_view key, AttributesView attributes = {},
                                             std::int64_t default_value = 0) const noexcept {
        return evaluate(key, attributes).integer.value_or(default_value);
    }

    /// Returns the same from 0 to 2^64-1, or `default_value` for any other number.
    [[nodiscard]] std::uint64_t unsigned_value(std::string_view key, const Context &context,
                                               std::uint64_t default_value = 0) const noexcept {
        return evaluate(key, context).unsigned_integer.value_or(default_value);
    }
    [[nodiscard]] std::uint64_t unsigned_value(std::string_view key, AttributesView attributes = {},
                                               std::uint64_t default_value = 0) const noexcept {
        return evaluate(key, attributes).unsigned_integer.value_or(default_value);
    }

    /// Explains an evaluation as JSON: each rule, and which of its conditions match. It is slow and contains values of
    /// the context: use it for support and tests. Empty if the call is not well formed.
    [[nodiscard]] std::string explain(std::string_view key, const Context &context) const {
        return detail::text_from([&](char *buffer, std::size_t capacity, std::size_t *needed) {
            return flagbit_explain(native(), key.data(), key.size(), context.native(), buffer, capacity, needed);
        });
    }
    [[nodiscard]] std::string explain(std::string_view key, AttributesView attributes = {}) const {
        return detail::text_from([&](char *buffer, std::size_t capacity, std::size_t *needed) {
            return attributes.visit(
                [&](auto... packed) {
                    return flagbit_explain_with(native(), key.data(), key.size(), packed..., buffer, capacity, needed);
                },
                [&](auto... array) {
                    return flagbit_explain_of(native(), key.data(), key.size(), array..., buffer, capacity, needed);
                });
        });
    }

    /// Evaluates all flags of one generation, sorted by key. Empty if the attributes are malformed.
    [[nodiscard]] std::vector<FlagEvaluation> evaluate_all(const Context &context, bool default_value = false) const {
        return detail::evaluate_all(default_value, [&](flagbit_evaluations **all) {
            return flagbit_evaluate_all(native(), context.native(), all);
        });
    }
    [[nodiscard]] std::vector<FlagEvaluation> evaluate_all(AttributesView attributes = {},
                                                           bool default_value = false) const {
        return detail::evaluate_all(default_value, [&](flagbit_evaluations **all) {
            return attributes.visit([&](auto... packed) { return flagbit_evaluate_all_with(native(), packed..., all); },
                                    [&](auto... array) { return flagbit_evaluate_all_of(native(), array..., all); });
        });
    }

    /// Returns the keys of the flags in force, sorted, including those that are set aside.
    [[nodiscard]] std::vector<std::string> flags() const {
        return detail::texts_of([&](flagbit_text_list **keys) { return flagbit_client_flags(native(), keys); });
    }

    /// Returns what is wrong with the flags that are set aside, in the snapshot's order.
    [[nodiscard]] std::vector<std::string> warnings() const {
        return detail::texts_of([&](flagbit_text_list **texts) { return flagbit_client_warnings(native(), texts); });
    }

    /// Takes the lines for the host's log, `warning: ...` or `info: ...`. Each line is returned once.
    [[nodiscard]] std::vector<std::string> take_log() const {
        return detail::texts_of([&](flagbit_text_list **lines) { return flagbit_client_take_log(native(), lines); });
    }

    /// Returns the status of the client.
    [[nodiscard]] Status status() const { return status_of(native()); }

    /// Returns the revision that the snapshot of a generation states; empty if it states none or is forgotten.
    [[nodiscard]] std::string revision(std::uint64_t generation) const {
        return detail::text_from([&](char *buffer, std::size_t capacity, std::size_t *needed) {
            return flagbit_client_revision(native(), generation, buffer, capacity, needed);
        });
    }

    /// Returns a message that says why an evaluation has no value: `no flag "x" among the 25 in force`.
    [[nodiscard]] std::string error_message(std::string_view key, ErrorCode code) const {
        return detail::text_from([&](char *buffer, std::size_t capacity, std::size_t *needed) {
            return flagbit_client_error_message(native(), key.data(), key.size(), static_cast<std::int32_t>(code),
                                                buffer, capacity, needed);
        });
    }

    /// Replaces the snapshot of a client of from_snapshot.
    /// Errors: SNAPSHOT_REFUSED (the previous snapshot stays in force), CLOSED, INVALID_ARGUMENT for a client of
    /// another source.
    Done load(std::string_view json) const {
        return detail::done(
            [&](flagbit_error **error) { return flagbit_client_load(native(), json.data(), json.size(), error); });
    }

    /// Fetches the flags now, or reads the file now. After the timeout a fetch continues in the background.
    /// Errors: IO, SNAPSHOT_REFUSED, REFUSED, UNAVAILABLE, TIMEOUT (the previous snapshot stays in force), CLOSED.
    Done refresh(std::chrono::milliseconds timeout = std::chrono::seconds(30)) const {
        return detail::done([&](flagbit_error **error) {
            return flagbit_client_refresh_within(native(), detail::milliseconds(timeout), error);
        });
    }

    /// Waits until the client has flags to serve. Returns false after the timeout, when the client is closed, and at
    /// once if there are no flags and the server refuses the key or the address: status() says why.
    [[nodiscard]] bool wait_until_ready(std::chrono::milliseconds timeout) const noexcept {
        return flagbit_client_wait_until_ready(native(), detail::milliseconds(timeout)) == FLAGBIT_STATUS_OK;
    }

    /// Returns the flags that changed after a generation.
    [[nodiscard]] Changes changes(std::uint64_t since) const { return changes_of(native(), since); }

    /// Calls the callback after each change of the flags, on a thread of its own. One call may stand for several
    /// changes. The callback must not throw.
    Subscription on_change(std::function<void(const Changes &)> callback) const {
        const std::uint64_t now = changes_of(native(), UINT64_MAX).generation;
        return Subscription(client_,
                            [callback = std::move(callback), told = now](const flagbit_client *client) mutable {
                                const Changes changes = changes_of(client, told);
                                told = changes.generation;
                                if (changes.all || !changes.keys.empty()) {
                                    callback(changes);
                                }
                            });
    }

    /// Like on_change, but calls the callback after each change of the state, such as from ready to stale, except when
    /// the client is closed.
    Subscription on_state_change(std::function<void(const Status &)> callback) const {
        return Subscription(
            client_, [callback = std::move(callback), told = status().state](const flagbit_client *client) mutable {
                const Status now = status_of(client);
                if (now.state != told && now.state != State::closed) {
                    told = now.state;
                    callback(now);
                }
            });
    }

    /// Gives flags one value for every context, instead of the snapshot's, until the Override is destroyed. If several
    /// overrides have the same flag, the latest one wins.
    /// Errors: SNAPSHOT_REFUSED for a key that is empty, repeated or not UTF-8; CLOSED.
    Result<Override> override_flags(const std::vector<FlagValue> &values) const {
        const std::string json = detail::json_of(values);
        std::uint64_t id = 0;
        auto error = detail::failure_of([&](flagbit_error **failure) {
            return flagbit_override_start(native(), json.data(), json.size(), &id, failure);
        });
        if (error) {
            return *std::move(error);
        }
        return Override(client_, id);
    }

    /// Closes the client. Evaluations then give the default, and waits end. You may call it more than once, and during
    /// any other call.
    void close() const noexcept { flagbit_client_close(native()); }

    /// The pointer for the functions of flagbit.h; this object still owns it. Null after a move from this object.
    [[nodiscard]] flagbit_client *native() const noexcept { return client_.get(); }

  private:
    friend class Subscription;
    explicit Client(flagbit_client *client)
        : client_(client, flagbit_client_free),
          open_(client, [owned = client_](flagbit_client *open) { flagbit_client_close(open); }) {}

    template <class Call>
    static Result<Client> opened(Call call) {
        flagbit_client *client = nullptr;
        if (auto error = detail::failure_of([&](flagbit_error **failure) { return call(&client, failure); })) {
            return *std::move(error);
        }
        return Client(client);
    }

    static Changes changes_of(const flagbit_client *client, std::uint64_t since) {
        Changes changes{false, {}, since};
        changes.keys = detail::texts_of([&](flagbit_text_list **keys) {
            return flagbit_client_changes(client, since, keys, &changes.all, &changes.generation);
        });
        return changes;
    }

    static Status status_of(const flagbit_client *client) {
        flagbit_client_report report{};
        report.struct_size = sizeof report;
        report.state = FLAGBIT_STATE_CLOSED; // the state of a client after a move from it
        report.last_success_ms = -1;
        const std::string texts = detail::copied_from([&](char *buffer, std::size_t capacity, std::size_t *needed) {
            return flagbit_client_status(client, &report, buffer, capacity, needed);
        });
        const auto text = [&](flagbit_text place) { return texts.substr(place.offset, place.length); };
        Status status{static_cast<State>(report.state),
                      report.generation,
                      std::nullopt,
                      text(report.source),
                      report.flags,
                      report.flags_set_aside,
                      report.unsupported_values,
                      std::nullopt,
                      std::nullopt,
                      report.consecutive_failures};
        if (report.has_revision == 1) {
            status.revision = text(report.revision);
        }
        if (report.last_success_ms >= 0) {
            status.last_success.emplace(std::chrono::milliseconds(report.last_success_ms));
        }
        if (report.last_error.length > 0) {
            status.last_error = text(report.last_error);
        }
        return status;
    }

    detail::SharedClient client_;
    /// Closes the client when it and its flags are gone, whatever overrides and subscriptions are left.
    detail::SharedClient open_;
};

inline Subscription::Subscription(detail::SharedClient client, Tell tell)
    : client_(client), stopped_(std::make_shared<std::atomic<bool>>(false)) {
    thread_ = std::thread([client = std::move(client), tell = std::move(tell), stopped = stopped_] {
        // The first event is an older one, so that the callback also hears of changes since it was made.
        std::uint64_t event = 0;
        while (!*stopped && flagbit_client_wait(client.get(), event, UINT64_MAX, &event) == FLAGBIT_STATUS_OK) {
            if (!*stopped) {
                tell(client.get());
            }
        }
    });
}

} // namespace flagbit

#endif
