# Sourced by the scripts: a Python that has what a file of pinned requirements names.

# Prints the path of the Python, and makes its environment first if need be: in the cache, named for the requirements.
#
#   python_with REQUIREMENTS NAME
python_with() {
    local requirements=$1 environment
    environment=$harken_cache/venv-$(sha256sum "$requirements" | cut -c 1-16)
    mkdir -p "$harken_cache"
    exec 9>"$harken_cache/venv.lock"
    flock 9  # another run may be making it
    if [ ! -x "$environment/bin/python" ]; then
        echo "$2: installing $requirements" >&2
        rm -rf "$environment.partial"
        /usr/bin/python3 -m venv "$environment.partial"
        # Every package is pinned, so there is nothing to resolve. `python -m pip` and not `pip`: the folder is still to be renamed.
        "$environment.partial/bin/python" -m pip install --quiet --no-deps --use-pep517 --requirement "$requirements" >&2
        mv "$environment.partial" "$environment"
    fi
    exec 9>&-
    echo "$environment/bin/python"
}
