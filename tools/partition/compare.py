"""Compares the cuts of prune/partition with KaHyPar's, at the same balance.

    pip install kahypar
    python tools/partition/compare.py FOLDER CONFIG.ini

FOLDER may hold mask files as lottery-ticket studies write them (level-*/mask), whose
layers are divided besides random ones. CONFIG.ini is one of KaHyPar's own for the
objective "cut", config/cut_kKaHyPar_sea20.ini in its repository. KaHyPar 1.3.7 also wants
these lines in it:

    i-bp-algorithm=worst_fit
    i-bp-heuristic-prepacking=false
    i-bp-early-restart=true
    i-bp-late-restart=true
"""

import json
import os
import statistics
import subprocess
import sys
import time

import kahypar


def cut_of(edges, parts):
    return sum(1 for edge in edges if len({parts[v] for v in edge}) > 1)


def kahypar_parts(problem, config):
    edges = problem["edges"]
    offsets, pins = [0], []
    for edge in edges:
        pins += edge
        offsets.append(len(pins))
    graph = kahypar.Hypergraph(problem["vertices"], len(edges), offsets, pins, problem["parts"], [1] * len(edges),
                               [1] * problem["vertices"])
    context = kahypar.Context()
    context.loadINIconfiguration(config)
    context.setK(problem["parts"])
    context.setEpsilon(problem["imbalance"])
    context.setSeed(1)
    context.suppressOutput(True)
    kahypar.partition(graph, context)
    return [graph.blockID(v) for v in range(problem["vertices"])]


def main():
    folder, config = sys.argv[1:]
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    subprocess.run(["go", "test", "-count=1", "-run", "TestWriteComparison", "./prune/partition"], cwd=root, check=True,
                   env={**os.environ, "ESPALIER_PARTITION_COMPARISON": os.path.abspath(folder)})
    ratios = []
    print("| hypergraph | edges | imbalance | cut | KaHyPar | ratio | largest | s | KaHyPar s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for line in open(os.path.join(folder, "comparison.jsonl")):
        problem = json.loads(line)
        start = time.time()
        theirs = cut_of(problem["edges"], kahypar_parts(problem, config))
        seconds = time.time() - start
        ratio = problem["cut"] / theirs if theirs else float(problem["cut"] == 0 or "inf")
        ratios.append(ratio)
        print(f"| {problem['name']} | {len(problem['edges'])} | {problem['imbalance']} | {problem['cut']} | {theirs} | {ratio:.3f} |"
              f" {problem['largest']} | {problem['seconds']:.2f} | {seconds:.2f} |", flush=True)
    print(f"\n{len(ratios)} comparisons: median {statistics.median(ratios):.3f}, largest {max(ratios):.3f}")


main()
