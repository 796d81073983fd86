# Steps of a test, for scripts that source this file. Each step's output is in .build/steps, and on the terminal when the step is over; the first step
# that fails ends the script, and with it the steps that run beside.

steps=.build/steps
mkdir -p "$steps"
rm -f "$steps"/*
declare -A running=()
trap end_others EXIT
trap 'exit 130' INT TERM

# Lines that tell of each of some thousand tests say nothing as long as the tests pass.
shown() { grep --line-buffered -vE '^◇ |^. (Test|Suite) .* (passed|started)' || true; }

file_of() { echo "$steps/${1// /-}.log"; }

# NAME COMMAND…: runs the command, and shows what it says.
step() {
    local name=$1 began=$SECONDS status=0
    shift
    echo "test: $name ($(date +%T))" >&2
    "$@" 2>&1 | tee "$(file_of "$name")" | shown || status=$?
    over "$name" "$status" "$began"
}

# NAME normal|idle COMMAND…: runs the command beside what follows, with the processors' idle time only or not; `await NAME` waits for it.
beside() {
    local name=$1 priority=$2 began=$SECONDS
    shift 2
    echo "test: $name, beside what follows ($(date +%T))" >&2
    (
        set -o pipefail
        if [ "$priority" = idle ]; then chrt --idle --pid 0 "$BASHPID" 2>/dev/null || renice -n 19 -p "$BASHPID" >/dev/null; fi
        status=0
        "$@" || status=$?
        echo "$((SECONDS - began))" >"$(file_of "$name").seconds"
        exit "$status"
    ) >"$(file_of "$name")" 2>&1 &
    running[$name]=$!
}

await() {
    local status=0
    wait "${running[$1]}" || status=$?
    unset "running[$1]"
    echo "test: $1 said:" >&2
    shown <"$(file_of "$1")"
    over "$1" "$status" "$((SECONDS - $(cat "$(file_of "$1").seconds")))"
}

over() {
    echo "$(($SECONDS - $3)) s  $1" >>"$steps/times"
    if [ "$2" != 0 ]; then
        echo "test: $1 failed (all that it said is in $(file_of "$1"))" >&2
        exit 1
    fi
}

end_others() {
    local job
    for job in "${running[@]}"; do pkill -TERM -P "$job" 2>/dev/null || true; kill "$job" 2>/dev/null || true; done
}

# Shows how long each step took, and the slowest tests.
finish() {
    echo "The steps:"
    sort -rn "$steps/times"
    echo "The slowest tests:"
    sed -nE '/Test run with/d; s/^. Test (.*) (passed|failed) after ([0-9.]+) seconds.*/\3 s  \1/p' "$steps"/*.log | sort -rn | sed -n 1,10p
    grep -hE '^. Test run with ' "$steps"/*.log
    exit 0
}
