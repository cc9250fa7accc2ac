#!/usr/bin/env bash
# C and C++ against the library as it is shipped: the headers alone, the tests plain, under sanitizers and under
# valgrind, and the examples. Builds into build/c and prints the time of each step.
. "$(dirname "$0")/../lib.sh"

need gcc gcc
need g++ g++
need clang clang
need clang++ clang
need valgrind valgrind
need nm binutils
need /usr/include/json-c/json.h libjson-c-dev
need /usr/include/nlohmann/json.hpp nlohmann-json3-dev
need_library

out=build/c
rm -rf "$out"
mkdir -p "$out"
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
shared=(-Lbuild/lib -lflagbit "-Wl,-rpath,$PWD/build/lib" -pthread)
sanitizers=(-fsanitize=address,undefined -fno-sanitize-recover=all)
c=(-std=c11 -g -O1 "${warnings[@]}" -Iinclude)
cpp=(-g -O1 -D_GLIBCXX_ASSERTIONS "${warnings[@]}" -Iinclude)
no_exceptions=(-fno-exceptions -fno-rtti)

told() {
    awk '/: [0-9]+ checks, [0-9]+ failed$/ { programs++; checks += $(NF - 3) }
        END { if (programs) print checks " checks in " programs " programs" }' "$1"
}

# build_c FOLDER FLAGS...: every C test into $out/FOLDER.
build_c() {
    local folder=$out/$1 test name libraries
    shift
    mkdir -p "$folder"
    for test in tests/c/*.c; do
        name=$(basename "$test" .c)
        libraries=()
        test "$name" != vectors || libraries=(-ljson-c)
        beside gcc "${c[@]}" -D_XOPEN_SOURCE=700 "$@" "$test" -o "$folder/$name" "${shared[@]}" "${libraries[@]}"
    done
    finish
}

# build_cpp FOLDER COMPILER FLAGS...: every C++ test but the vectors, whose JSON library needs exceptions.
build_cpp() {
    local folder=$out/$1 compiler=$2 name
    shift 2
    mkdir -p "$folder"
    for name in client context listen server; do
        beside "$compiler" "${cpp[@]}" "$@" "tests/cpp/$name.cpp" -o "$folder/$name" "${shared[@]}"
    done
    finish
}

run_all() {
    local program
    for program in "$out/$1"/*; do
        "$program"
    done
}

# Each header with nothing before it, and twice, in every version of the languages that it promises.
headers() {
    printf '#include <flagbit.h>\n#include <flagbit.h>\nint used_from_c;\n' > "$out/twice.c"
    printf '#include <flagbit.h>\n#include <flagbit.hpp>\n#include <flagbit.hpp>\n' > "$out/twice.cpp"
    printf '#include <flagbit.hpp>\n' > "$out/alone.cpp"
    local compiler version
    for version in c99 c11 c17; do
        for compiler in gcc clang; do
            beside $compiler -std=$version "${warnings[@]}" -Iinclude -fsyntax-only "$out/twice.c"
        done
    done
    for version in c++17 c++20; do
        for compiler in g++ clang++; do
            beside $compiler -std=$version "${warnings[@]}" -Iinclude -fsyntax-only -x c++ "$out/twice.c"
            beside $compiler -std=$version "${warnings[@]}" -Iinclude -fsyntax-only "$out/twice.cpp"
            beside $compiler -std=$version "${warnings[@]}" "${no_exceptions[@]}" -Iinclude -fsyntax-only "$out/alone.cpp"
        done
    done
    finish
}

# The complete program of the manual, as a reader would copy it.
manual() {
    sed -n '/^ \* A complete program/,/^ \*\//p' include/flagbit.h | sed -n 's/^ \*   //p' > "$out/manual.c"
    gcc -std=c11 "${warnings[@]}" -Iinclude "$out/manual.c" -o "$out/manual" "${shared[@]}"
    test "$("$out/manual")" = "1 targeting_match" || fail "the manual's program printed: $("$out/manual")"
}

# A function that is new in the library must get its NULLs in tests/c/misuse.c.
misuse_of_everything() {
    local function
    for function in $(nm --dynamic --defined-only --format=just-symbols build/lib/libflagbit.so); do
        case $function in flagbit_version | flagbit_abi_version | flagbit_*_name | flagbit_status_message) continue ;; esac
        grep -qw "$function" tests/c/misuse.c || fail "tests/c/misuse.c does not call $function"
    done
}

plain() {
    build_c plain
    run_all plain
}

static() {
    gcc "${c[@]}" tests/c/evaluate.c build/lib/libflagbit.a -o "$out/static" -pthread -ldl -lm
    if ldd "$out/static" | grep -q flagbit; then
        fail "the static program needs the shared library"
    fi
    "$out/static"
}

cpp_with_exceptions() {
    mkdir "$out/cpp17"
    beside g++ "${cpp[@]}" -std=c++17 tests/cpp/vectors.cpp -o "$out/cpp17/vectors" "${shared[@]}"
    build_cpp cpp17 g++ -std=c++17
    run_all cpp17
}

cpp_without_exceptions() {
    build_cpp cpp20 clang++ -std=c++20 "${no_exceptions[@]}"
    run_all cpp20
}

# Programs with one mistake each, which the checkers below must find: proof that they look.
write_mistakes() {
    printf '#include <stdlib.h>\nint main(int count, char **unused) { (void)unused; volatile char *one = malloc((size_t)count);
        one[count] = 1; free((void *)one); return 0; }\n' > "$out/overrun.c"
    printf '#include <limits.h>\nint main(int count, char **unused) { (void)unused; volatile int most = INT_MAX;
        most += count; return 0; }\n' > "$out/overflow.c"
    printf '#include <flagbit.h>\nint main(void) { flagbit_client *client = NULL;
        flagbit_client_from_snapshot("[]", 2, &client, NULL); client = NULL; return 0; }\n' > "$out/leak.c"
}

# must_find WORDS COMMAND...: the command must fail and say the words.
must_find() {
    local words=$1 said
    shift
    if said=$("$@" 2>&1); then
        fail "$* did not find its mistake"
    fi
    grep -q "$words" <<< "$said" || fail "$* failed without saying \"$words\": $said"
}

sanitized() {
    local name
    for name in overrun overflow leak; do
        gcc "${c[@]}" "${sanitizers[@]}" "$out/$name.c" -o "$out/$name" "${shared[@]}"
    done
    must_find heap-buffer-overflow "$out/overrun"
    must_find "signed integer overflow" "$out/overflow"
    must_find LeakSanitizer "$out/leak"
    build_c sanitized "${sanitizers[@]}"
    build_cpp sanitized-cpp g++ -std=c++17 "${sanitizers[@]}"
    # Not those that fork: this ASan does not let go of its allocator's own lock at a fork, so that a child's new thread may wait for
    # it endlessly.
    rm "$out"/sanitized/fork*
    run_all sanitized
    run_all sanitized-cpp
}

under_valgrind() {
    local kinds=definite,indirect name
    # Its own lock goes to whoever is quickest, so that among threads that never sleep one may wait for half a minute.
    local check=(valgrind --quiet --fair-sched=try --error-exitcode=1 --leak-check=full --show-leak-kinds=$kinds
        --errors-for-leak-kinds=$kinds)
    for name in overrun leak; do
        gcc "${c[@]}" "$out/$name.c" -o "$out/$name" "${shared[@]}"
    done
    must_find "Invalid write" "${check[@]}" "$out/overrun"
    must_find "definitely lost" "${check[@]}" "$out/leak"
    # Not those that fork: a child leaves behind what threads of its parent may have held, which is a leak to valgrind.
    # The longest next to all others.
    beside "${check[@]}" "$out/plain/threads"
    for name in "$out"/plain/*; do
        [[ $(basename "$name") == @(fork*|threads) ]] || "${check[@]}" "$name"
    done
    finish
}

examples() {
    cargo run --quiet --example shop > "$out/shop-rust"
    gcc -std=c11 "${warnings[@]}" -Iinclude examples/c/shop.c -o "$out/shop" "${shared[@]}"
    "$out/shop" | diff "$out/shop-rust" - || fail "examples/c/shop.c differs from the Rust example"
    g++ -std=c++17 "${warnings[@]}" -Iinclude examples/cpp/shop.cpp -o "$out/shop-cpp" "${shared[@]}"
    "$out/shop-cpp" | diff "$out/shop-rust" - || fail "examples/cpp/shop.cpp differs from the Rust example"
}

write_mistakes
for name in headers manual misuse_of_everything plain static cpp_with_exceptions cpp_without_exceptions sanitized \
    under_valgrind examples; do
    step "$name" "$name"
done
echo "C and C++: all passed in $SECONDS s"
