#!/bin/bash
# Takes orders from the list of its KIND and writes down in the database that they are done. Ends, to be started again, when one of
# the two has gone.
echo "waiting for $KIND"
while true; do
    order=$(redis-cli -p "$QUEUE_PORT" BRPOP "$KIND" 1) || { echo "the queue has gone" >&2; exit 1; }
    [ -n "$order" ] || continue
    number=${order##*$'\n'}
    [[ $number =~ ^[0-9]+$ ]] || { echo "no number: $order" >&2; exit 1; }
    psql -qc "INSERT INTO done (kind, number) VALUES ('$KIND', $number)" || exit 1
done
