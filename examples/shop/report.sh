#!/bin/bash
# Says how much has been done, every second.
while true; do
    count=$(psql -Atqc 'SELECT count(*) FROM done') && echo "orders done: $count"
    read -rt 1 <> <(:) || true
done
