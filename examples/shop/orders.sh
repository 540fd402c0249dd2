#!/bin/bash
# Puts an order on each worker's list, each second.
redis() { redis-cli -p "$QUEUE_PORT" "$@" > /dev/null; }
for ((number = 1; ; number++)); do
    redis EVAL 'for _, kind in ipairs(KEYS) do redis.call("LPUSH", kind, ARGV[1]) redis.call("LTRIM", kind, 0, 99) end' 3 mail bills parcels "$number" ||
        { echo "the queue has gone" >&2; exit 1; }
    read -rt 1 <> <(:) || true
done
