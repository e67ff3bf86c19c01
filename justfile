# Recipes for development; `./scelle test` has made the environment.

bin := env("SCELLE_VENV", justfile_directory() / ".venv") / "bin"

# list the recipes
default:
    @just --list

# every check
test *arguments:
    ./scelle test {{ arguments }}

# lint and tests of one room
quick room:
    {{ bin }}/ruff check src/scelle/{{ room }} tests/{{ room }}
    {{ bin }}/pytest tests/{{ room }}

# format and sort
format:
    {{ bin }}/ruff check --fix . scelle
    {{ bin }}/ruff format . scelle

# compile both locks anew, for every platform, with hashes and without addresses
lock:
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade -o requirements.lock pyproject.toml
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade --extra test -c requirements.lock -o requirements-test.lock pyproject.toml

# serve the documentation on this machine
docs:
    {{ bin }}/zensical serve

# compile the lock of the fuzzing recipe anew
lock-fuzz:
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade -c requirements.lock -o fuzz/requirements.lock fuzz/requirements.in
