#!/usr/bin/env bash
# Installs the C and C++ library into a folder outside the repository, moves that folder, and builds the examples against
# what is there: with pkg-config, CMake and Meson, shared and static.
. "$(dirname "$0")/../lib.sh"

temporary_folder
work=$temporary
DESTDIR=$work/stage PREFIX=/opt/flagbit scripts/build/install.sh
test "$(find "$work/stage" -type f | wc -l)" = 7 || { echo "installed: $(find "$work/stage" -type f)"; exit 1; }
prefix=$work/moved/elsewhere
mkdir -p "$work/moved"
mv "$work/stage/opt/flagbit" "$prefix"
expected=$work/expected
cp examples/flags.json examples/c/shop.c examples/cpp/shop.cpp "$work"
cargo run --quiet --example shop -- "$work/flags.json" > "$expected"
cd "$work"

same() {
    diff "$expected" <("$1" flags.json) > /dev/null || { echo "$1 differs from the Rust example"; exit 1; }
    echo "installed: $2"
}

# If the loader does not search the prefix, the installation says what to do. The test follows that advice.
said=$(cd "$root" && PREFIX=$work/strange scripts/build/install.sh)
cc shop.c -I"$work/strange/include" -L"$work/strange/lib" -lflagbit -o strange-plain
if ./strange-plain flags.json > /dev/null 2>&1; then
    echo "the loader searches $work/strange/lib, so nothing is tested"
    exit 1
fi
rpath=$(grep -o -- '-Wl,-rpath,.*' <<< "$said") || { echo "it is not said how programs find the library: $said"; exit 1; }
cc shop.c -I"$work/strange/include" -L"$work/strange/lib" -lflagbit "$rpath" -o strange-rpath
same ./strange-rpath "C as the installation says"
(eval "$(grep -o 'LD_LIBRARY_PATH=.*' <<< "$said")" && export LD_LIBRARY_PATH && same ./strange-plain "C by LD_LIBRARY_PATH")
(eval "$(grep -o 'export PKG_CONFIG_PATH=.*' <<< "$said")" && pkg-config --exists flagbit) || { echo "pkg-config: $said"; exit 1; }

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
pkg-config --exact-version="$(sed -n 's/^#define FLAGBIT_VERSION "\(.*\)"$/\1/p' "$prefix/include/flagbit.h")" flagbit
cc shop.c $(pkg-config --cflags --libs flagbit) -Wl,-rpath,"$prefix/lib" -o pc-shared
same ./pc-shared "C by pkg-config"
c++ -std=c++17 shop.cpp $(pkg-config --cflags flagbit) "$prefix/lib/libflagbit.a" \
    $(pkg-config --libs --static flagbit | sed 's/-lflagbit//') -o pc-static
same ./pc-static "C++ by pkg-config, static"
if ldd pc-static | grep -q flagbit; then
    echo "the static program needs the shared library"
    exit 1
fi

cat > CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(shop C CXX)
find_package(flagbit 0.1 REQUIRED)
add_executable(cmake-shared shop.c)
target_link_libraries(cmake-shared PRIVATE flagbit::flagbit)
add_executable(cmake-static shop.cpp)
target_compile_features(cmake-static PRIVATE cxx_std_17)
target_link_libraries(cmake-static PRIVATE flagbit::static)
END
cmake -S . -B cmake -DCMAKE_PREFIX_PATH="$prefix" > cmake.log 2>&1 && cmake --build cmake >> cmake.log 2>&1 ||
    { cat cmake.log; exit 1; }
same cmake/cmake-shared "C by find_package"
same cmake/cmake-static "C++ by find_package, static"
sed 's/flagbit 0.1 REQUIRED/flagbit 0.2 REQUIRED/' CMakeLists.txt > other.txt
mkdir other && mv other.txt other/CMakeLists.txt
if cmake -S other -B other/build -DCMAKE_PREFIX_PATH="$prefix" > cmake.log 2>&1 || ! grep -q '"0.2"' cmake.log; then
    echo "find_package takes another version for the one that is asked for"
    exit 1
fi

cat > meson.build <<'END'
project('shop', 'c', 'cpp', default_options: ['cpp_std=c++17'])
flagbit = dependency('flagbit', version: '>=0.1')
executable('with-meson-c', 'shop.c', dependencies: flagbit)
executable('with-meson-cpp', 'shop.cpp', dependencies: flagbit)
END
meson setup meson > meson.log 2>&1 && meson compile -C meson >> meson.log 2>&1 || { cat meson.log; exit 1; }
same meson/with-meson-c "C by Meson"
same meson/with-meson-cpp "C++ by Meson"

# The recipes and the programs of docs/reference/c.md and cpp.md.
block() { awk -v fence="\`\`\`$2" '$0 == fence {on = 1; next} /^```/ {on = 0} on' "$root/docs/reference/$1"; }
mkdir -p app/bin app/lib frames
echo '[{"key": "premium-feature", "enabled": true, "default_enabled": true}]' > frames/flags.json
block c.md "c game" | sed 's/frame < 300/frame < 3/' > game.c
block cpp.md "cpp game" | sed 's/frame < 300/frame < 3/' > game.cpp
cp -a "$prefix"/lib/libflagbit.so* app/lib
strict=(-Wall -Wextra -Wpedantic -Werror)
cc -std=c11 -D_POSIX_C_SOURCE=200809L "${strict[@]}" game.c $(pkg-config --cflags --libs flagbit) -Wl,-rpath,'$ORIGIN/../lib' \
    -o app/bin/game-c
c++ -std=c++17 -fno-exceptions -fno-rtti "${strict[@]}" game.cpp $(pkg-config --cflags flagbit) "$prefix/lib/libflagbit.a" \
    $(pkg-config --libs --static flagbit | sed 's/-lflagbit//') -Wl,--gc-sections -o app/bin/game-cpp
mv app moved/app
for game in game-c game-cpp; do
    [[ $(cd frames && "$work/moved/app/bin/$game") == "frame 0: on" ]] || { echo "the page's $game prints something else"; exit 1; }
    echo "installed: the page's $game"
done
