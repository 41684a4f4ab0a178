#!/bin/bash
# Trains the domain's table as an array of jobs, and compares when the last is done.
#
#   sbatch Examples/Slurm/table.sh                  # the table with tiny parts on simulated cells
#   sbatch Examples/Slurm/table.sh SPEC key=value…  # any suite, e.g. pyroptosis-table data.root=/data/crops
#
# Jobs that were stopped or killed are submitted again by the same line: what is done is left alone, what was begun goes on.
#SBATCH --job-name=zoo-table
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=24:00:00
#SBATCH --output=zoo-table-%A-%a.log
#SBATCH --requeue
set -euo pipefail

suite=("${@:-pyroptosis-table-small}")
runs=${ZOO_RUNS:-runs/table}
part=${SLURM_ARRAY_TASK_ID:-1}
parts=${SLURM_ARRAY_TASK_COUNT:-1}
threads=${SLURM_CPUS_PER_TASK:-2}

# All jobs write into one folder, each its own part of the runs; a run belongs to one job at a time.
zoo train "${suite[@]}" --run-dir "$runs" --shard "$part/$parts" --threads "$threads"

# The job that finishes last finds all runs done; to the others the comparison says what is missing.
zoo compare "$runs" --html "$runs/comparison.html" --csv "$runs/results.csv" --latex "$runs/results.tex" ||
  echo "part $part of $parts is done; the other parts aren't yet"
