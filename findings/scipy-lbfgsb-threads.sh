#!/bin/sh
# Guess: threads of BLAS are of no account to a search of four parameters: its matrices are 20 x 20 at
#   most, below any size at which a BLAS would share them out. So it takes as long on a busy machine as
#   on an idle one, times the share of a processor that it gets.
# What happens: since L-BFGS-B is C (SciPy 1.15; 1.14 had Fortran) it calls OpenBLAS, which does share
#   them out, and each step waits until the other thread gets a processor. Where other programs use
#   these, a search costs many times as much as with one thread of BLAS, and waits as long; with 1.14
#   it costs the same. A fit of nine models took 12 s instead of 4.
# Versions: scipy 1.17.1 and 1.14.1, numpy 2.2.6, threadpoolctl 3.6.0, on two processors. Seen on
#   2026-11-30.
# Output: 1.14.1: two threads cost about as much as one /
#   1.17.1: two threads cost over 5 times as much as one
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/try.py" <<'PYTHON'
import multiprocessing
import sys
import time

import numpy as np
import scipy
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits


def loss(at):
    curved = at[0] * at[1]
    slope = 2 * (at - 1)
    slope[:2] += 2 * curved * at[1::-1]
    return float(((at - 1) ** 2).sum() + curved**2), slope


def search(threads):
    starts = np.random.default_rng(0).normal(size=(40, 4)) * 5
    begun, steps = time.perf_counter(), 0
    with threadpool_limits(threads, "blas"):
        for start in starts:
            box = [(-9, 9)] * 4
            steps += minimize(loss, start, jac=True, method="L-BFGS-B", bounds=box).nfev
    return (time.perf_counter() - begun) / steps


def busy():
    while True:
        pass


if __name__ == "__main__":
    others = [
        multiprocessing.Process(target=busy, daemon=True)
        for _ in range(multiprocessing.cpu_count())
    ]
    for one in others:
        one.start()
    search(1)
    turns = [(search(2), search(1)) for _ in range(5)]
    for one in others:
        one.terminate()
    ratio = sorted(two / single for two, single in turns)[2]
    slow = "over 5 times" if ratio > 5 else "about" if ratio < 2.5 else f"{ratio:.1f} times"
    print(f"{scipy.__version__}: two threads cost {slow} as much as one")
    sys.exit(slow != sys.argv[1])
PYTHON
for pair in "1.14.1 about" "1.17.1 over 5 times"; do
  version=${pair%% *}
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check \
    "scipy==$version" numpy==2.2.6 threadpoolctl==3.6.0
  "$folder/$version/bin/python" "$folder/try.py" "${pair#* }"
done
