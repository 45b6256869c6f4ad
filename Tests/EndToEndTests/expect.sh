# Sourced by the scripts beside it: fails with one line.

fail() { echo "$1" >&2; exit 1; }
# expect TEXT: the answer on standard input has it.
expect() {
    local answer
    answer=$(cat)
    case "$answer" in *"$1"*) ;; *) fail "the answer lacks $1: ${answer:0:500}" ;; esac
}
