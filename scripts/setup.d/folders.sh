# Sourced by the scripts: where downloads, models and virtual environments are kept.
harken_cache=${HARKEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/harken}
harken_models=${HARKEN_MODELS:-$harken_cache/models-v1}
