# Steps of a test, for scripts that source this file: one after the other, and each runs whatever the others say. The output of each step is in
# .build/steps/NAME of this script; `finish` prints the table.

steps=.build/steps/$(basename "$0")
mkdir -p "$steps"
rm -f "$steps"/*
rows=()
failed=0
trap 'exit 130' INT TERM

# Swift tests that the clock judges: scripts/verify runs them, and scripts/test leaves them out.
by_the_clock='Silence after real speech|shows words while speech goes on, and never asks for two interims at once'
swift_program=.build/debug/harkenPackageTests.xctest

# A program of an earlier build must not stand for one that does not build: what needs it fails.
build_tests() { swift build --build-tests --explicit-target-dependency-import-check error || { rm -f "$swift_program"; false; }; }
build_program() { scripts/build --product "$1" || { rm -f ".build/release/$1"; false; }; }

# WIDTH ARGUMENTS…: runs the Swift tests that the arguments choose, so many at a time: a thousand at once would each wait minutes for its turn, longer than
# a server waits for its client. Without colours, which the pipe below does not know.
swift_tests() {
    NO_COLOR=1 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$1 "$swift_program" --testing-library swift-testing "${@:2}"
}

# Lines that tell of each of some thousand tests say nothing as long as the tests pass.
shown() { grep --line-buffered -vE '^◇ |^. (Test|Suite) .* (passed|started)' || true; }

# NAME COMMAND…: runs the command, and shows what it says.
step() {
    local name=$1 began=$SECONDS verdict=passed
    local log=$steps/${name// /-}.log
    echo "test: $name ($(date +%T))" >&2
    if ! "${@:2}" 2>&1 | tee "$log" | shown; then
        verdict=failed failed=$((failed + 1))
        echo "test: $name failed (all that it said is in $log)" >&2
    fi
    rows+=("$(printf '%-8s %7d  %s' "$verdict" $((SECONDS - began)) "$name")")
}

# Prints the slowest tests, the tests that failed, and the verdict and the time of each step. Returns 1 if a step failed.
finish() {
    echo "The slowest tests:"
    sed -nE '/Test run with/d; s/^. Test (.*) (passed|failed) after ([0-9.]+) seconds.*/\3 s  \1/p' "$steps"/*.log | sort -rn | sed -n 1,10p
    grep -hE '^✘ (Test|Suite) ' "$steps"/*.log || true
    grep -hE '^. Test run with ' "$steps"/*.log || true
    echo
    echo "verdict  seconds  step"
    printf '%s\n' "${rows[@]}"
    echo "steps: $((${#rows[@]} - failed)) passed, $failed failed"
    [ "$failed" = 0 ]
}
