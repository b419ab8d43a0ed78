.PHONY: help demo serve test lint format bench bench-large docs clean

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

demo: ## make a synthetic shop, segment it, say which files to open
	@tools/setup run
	@.venv/bin/smartcart demo -o demo --overwrite

serve: ## open the web app on this machine (WORKSPACE=folder, ARGS="--port 8001")
	@tools/setup web
	@.venv/bin/smartcart serve $(or $(WORKSPACE),workspace) $(ARGS)

# tests start many processes: each would compile SmartCart and its templates anew
unexport PYTHONDONTWRITEBYTECODE

test: ## run the tests
	@tools/setup dev
	@tools/system-packages
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 10 $(ARGS)

lint: ## ruff, mypy and the import law
	@tools/setup dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/python -m pytest -q -p no:cacheprovider tests/test_architecture.py

format: ## put the code in order
	@tools/setup dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench: ## time and memory against the reference pipeline; quality and K rules against peers
	@tools/setup dev
	@.venv/bin/python benchmarks/quality.py
	@.venv/bin/python benchmarks/k_rules.py
	@.venv/bin/python benchmarks/trust.py
	@.venv/bin/python benchmarks/bench.py
	@.venv/bin/python benchmarks/web.py
	@.venv/bin/python benchmarks/future.py --turns 3

bench-large: ## the long ones: millions of customers, and what the sample loses
	@tools/setup dev
	@.venv/bin/python benchmarks/wcss.py
	@.venv/bin/python benchmarks/lloyd.py
	@.venv/bin/python benchmarks/sql_engines.py
	@.venv/bin/python benchmarks/large.py
	@.venv/bin/python benchmarks/large.py --rows 100000000 --kind parquet --who SmartCart duckdb --runs 1
	@.venv/bin/python benchmarks/spark.py --compare
	@.venv/bin/python benchmarks/life.py
	@.venv/bin/python benchmarks/web.py --rows 10000000

docs: ## write the generated pages of docs/, and build the site (site/index.html)
	@tools/setup dev
	@.venv/bin/python tools/make_docs.py
	@NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --quiet --strict

clean: ## remove what the commands above made
	@rm -rf .venv demo site workspace build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
