#!/usr/bin/env bash
# Proves what Documentation/Machines.md says of training by MPI: 1, 2 and 4 ranks give the same bytes, a run goes on with another
# number of ranks, and a rank that dies or meets with an error ends the others. Needs mpirun and a tool that was built by
#   swift build -c release --product zoo --traits MPI
# Usage: Tests/Release/mpi.sh [ZOO]
set -euo pipefail
cd "$(dirname "$0")/../.."
zoo=$(realpath "${1:-.build/release/zoo}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

launch() {  # RANKS WORDS…
  local ranks=$1
  shift
  if [ "$ranks" = 1 ]; then
    "$zoo" "$@"
  elif mpirun --version 2>/dev/null | grep -q 'Open MPI'; then
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe --bind-to none -np "$ranks" "$zoo" "$@"
  else
    mpirun -np "$ranks" "$zoo" "$@"
  fi
}
fail() {
  echo "failed: $*"
  exit 1
}
spec=(quickstart train.epochs=2 data.simulation.cellsPerClass=8 data.simulation.experiments=16 train.batch=16 train.shards=4 train.ema=0.9 train.mixup=0.2
  train.classWeights=balanced train.augment.flipHorizontal=true 'model.head={name: mlp, hidden: 16, dropout: 0.2}' --threads 1)
# Files that hold neither times nor names of machines.
same() {  # RUN RUN
  for file in model.zoo predictions.csv split.csv spec.json5; do
    [ ! -f "$1/$file" ] && [ ! -f "$2/$file" ] || cmp "$1/$file" "$2/$file" || fail "$file of $1 and $2 differ"
  done
}

echo "the same bytes"
for ranks in 1 2 3 4; do launch "$ranks" train "${spec[@]}" --run-dir "ranks-$ranks" >"ranks-$ranks.out" 2>"ranks-$ranks.err"; done
for ranks in 2 3 4; do same ranks-1 "ranks-$ranks"; done
[ "$(grep -c '^epoch 2/2' ranks-4.err)" = 1 ] || fail "four ranks don't speak with one voice"
# Weights of the checkpoint, too: the file holds the seconds that training took.
for ranks in 1 2 4; do
  "$zoo" export "ranks-$ranks/last.zoo" -o "last-$ranks.zoo" >/dev/null 2>&1 || fail "no export of the checkpoint"
  cmp last-1.zoo "last-$ranks.zoo" || fail "the checkpoints of 1 and $ranks ranks differ"
done

echo "stopped on 2 ranks, resumed on 4"
more=("${spec[@]}" train.checkpointSteps=1)
launch 1 train "${more[@]}" --run-dir whole >/dev/null 2>&1
set +e
launch 2 train "${more[@]}" --run-dir stopped >stopped.out 2>stopped.err &
for _ in $(seq 600); do [ -f stopped/last.zoo ] && grep -q 'epoch 1/2' stopped.err && break; sleep 0.1; done
first=$(pgrep -f "$zoo train .*--run-dir stopped" -P "$(pgrep -f 'mpirun.*--run-dir stopped' | head -1)" | head -1)
kill -INT "$first"
wait %1
status=$?
set -e
if [ "$status" = 0 ]; then
  echo "(the run was done before it was stopped)"
else
  [ "$status" = 130 ] || fail "a stopped run ends with $status"
  [ "$(grep -c '^error: ' stopped.err)" = 1 ] || fail "not one message: $(cat stopped.err)"
  launch 4 train --resume stopped --threads 1 >/dev/null 2>&1
fi
same whole stopped

echo "a rank is killed"
set +e
launch 4 train "${more[@]}" train.epochs=1000 --run-dir killed >killed.out 2>killed.err &
for _ in $(seq 600); do grep -q 'epoch 1/1000' killed.err && break; sleep 0.1; done
pids=$(pgrep -f "$zoo train .*--run-dir killed" -P "$(pgrep -f 'mpirun.*--run-dir killed' | head -1)")
kill -9 "$(echo "$pids" | tail -1)"
start=$(date +%s%N)
wait %1
status=$?
milliseconds=$((($(date +%s%N) - start) / 1000000))
set -e
[ "$status" != 0 ] || fail "a killed rank is no failure"
[ "$milliseconds" -lt 10000 ] || fail "the others ended after $milliseconds ms"
# One that has ended may wait for its parent to ask.
for pid in $pids; do
  case "$(ps -o stat= -p "$pid" || true)" in "" | Z*) ;; *) fail "rank $pid is still there" ;; esac
done
echo "ended after $milliseconds ms, exit status $status"

echo "an error on one rank"
"$zoo" simulate crops --format tiff --experiments 6 --cells 6 >/dev/null 2>&1
damaged=$(find crops -name '*.png' -o -name '*.tif' | sort | head -1)
cp "$damaged" "$damaged.kept"
printf 'no image' >"$damaged"
set +e
launch 4 train pyroptosis-3class-2d-resnet18-all data.root=crops data.height=32 data.width=32 train.epochs=1 train.batch=8 \
  train.shards=4 --run-dir bad >bad.out 2>bad.err
status=$?
set -e
[ "$status" = 65 ] || fail "bad data end with $status: $(cat bad.err)"
[ "$(grep -c '^error: ' bad.err)" = 1 ] || fail "not one message: $(cat bad.err)"

echo "an error on the third rank alone"
mv "$damaged.kept" "$damaged"
cp -r crops others
printf 'no image' >"others/${damaged#crops/}"
cat >second.sh <<'END'
#!/usr/bin/env bash
# The third rank finds other data under the same name.
cd "$([ "${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}" = 2 ] && echo damaged || echo sound)" && exec "$@"
END
chmod +x second.sh
mkdir damaged sound && mv others damaged/crops && mv crops sound/crops
tool=$zoo
zoo=$PWD/second.sh
set +e
launch 4 "$tool" train pyroptosis-3class-2d-resnet18-all data.root=crops data.height=32 data.width=32 train.epochs=1 \
  train.batch=8 train.shards=4 --run-dir bad >third.out 2>third.err
status=$?
set -e
zoo=$tool
[ "$status" = 65 ] || fail "bad data on one rank end with $status: $(cat third.err)"
[ "$(grep -c '^error: rank 2: ' third.err)" = 1 ] && [ "$(grep -c '^error: ' third.err)" = 1 ] ||
  fail "not one message: $(cat third.err)"

echo "more ranks than shards"
set +e
launch 2 train quickstart --run-dir few >few.out 2>few.err
status=$?
set -e
[ "$status" = 64 ] && [ "$(grep -c '^error: .*train.shards: ' few.err)" = 1 ] || fail "$status: $(cat few.err)"
echo "training by MPI is as it should be"
