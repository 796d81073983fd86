# Steps of a test, for scripts that source this file: one after the other, and each runs whatever the others say. The output of each step is in
# .build/steps/NAME of this script; `finish` prints the table.

steps=.build/steps/$(basename "$0")
mkdir -p "$steps"
rm -f "$steps"/*
rows=()
failed=0
passed=0
trap 'exit 130' INT TERM

# Lines that tell of each of some thousand tests say nothing as long as the tests pass.
shown() { grep --line-buffered -vE '^◇ |^. (Test|Suite) .* (passed|started)' || true; }

# NAME COMMAND…: runs the command, and shows what it says. Returns 1 when the command failed.
step() {
    local name=$1 began=$SECONDS verdict=passed log
    shift
    log=$steps/${name// /-}.log
    echo "test: $name ($(date +%T))" >&2
    if "$@" 2>&1 | tee "$log" | shown; then
        passed=$((passed + 1))
    else
        verdict=failed failed=$((failed + 1))
        echo "test: $name failed (all that it said is in $log)" >&2
    fi
    rows+=("$(printf '%-8s %7d  %s' "$verdict" $((SECONDS - began)) "$name")")
    [ "$verdict" = passed ]
}

# Prints the verdict and the time of each step, and what failed in it; ends the script with 1 if a step failed.
finish() {
    echo "The slowest tests:"
    sed -nE '/Test run with/d; s/^. Test (.*) (passed|failed) after ([0-9.]+) seconds.*/\3 s  \1/p' "$steps"/*.log | sort -rn | sed -n 1,10p
    grep -hE '^✘ (Test|Suite) ' "$steps"/*.log || true
    grep -hE '^. Test run with ' "$steps"/*.log || true
    echo
    echo "verdict  seconds  step"
    printf '%s\n' "${rows[@]}"
    echo "steps: $passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}
