#!/bin/sh
# Serves a GGUF model by llama.cpp's server, with OpenAI's routes (/v1/chat/completions and others).
#
#     git model describe --serve "sh .mver/serve/serve_llama.sh [weights/model.gguf]" --health /health \
#         --endpoint /v1/chat/completions
set -eu

model=${1:-$(find "${GIT_MODEL_DIR:-.}" -name '*.gguf' | sort | head -n 1)}
[ -n "$model" ] || {
    echo "no file ends with .gguf" >&2
    exit 1
}
exec llama-server --model "$model" --alias "${GIT_MODEL_MODEL:-model}" --host "${GIT_MODEL_HOST:-127.0.0.1}" \
    --port "${GIT_MODEL_PORT:-8080}" --no-webui
