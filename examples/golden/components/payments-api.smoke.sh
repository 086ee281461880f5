#!/bin/sh
# The smoke test of payments-api: on an instance that was just launched from the AMI, the service answers.
set -eu
for _ in $(seq 60); do
  if curl --silent --fail http://localhost:8080/health; then exit 0; fi
  sleep 5
done
systemctl status payments-api || true
exit 1
