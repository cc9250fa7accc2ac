#!/usr/bin/env bash
# Prints the names of the functions that include/flagbit.h exports, sorted.
. "$(dirname "$0")/../lib.sh"

# Every declaration begins with FLAGBIT_API at the start of a line; the name stands before the first bracket.
tr '\n' ' ' < include/flagbit.h | grep -oE 'FLAGBIT_API [^(]*\(' | grep -oE 'flagbit_[a-z_]+ *\($' | tr -d '( ' | sort
