"""What the program costs, as ratios taken in one run: `python -m tests.benchmarks`. It prints goals and never fails."""
