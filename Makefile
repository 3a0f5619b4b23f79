# Everything is installed into folders of this checkout, from pins with hashes.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

unexport PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS := never

UV := .tools/bin/uv
LAYER := .layers/dependencies/python
RUNTIME := .layers/runtime/python
SETUP := .venv/.installed .ministack/.installed $(LAYER)/.installed $(RUNTIME)/.installed
BUILT := .built/lambda/build/template.yaml .built/here/build/template.yaml
FIND_PYTHON := for p in python3.13 python3 python; do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; \
	  then echo "$$p"; exit; fi; done; \
	echo 'Python 3.13 is needed: none of python3.13, python3 and python is one.' >&2; exit 1

.PHONY: help setup test test-built bench chaos heal fuzz flood breaks demo pictures format dashboard validate audit build compile pins clean

help: ## Show what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

setup: $(SETUP) ## Install everything that the tests and the local stack need

test: setup ## Check format, lint and types, and run all tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/pytest --ignore tests/built --numprocesses 3 --dist worksteal \
	  --cov --cov-report=term:skip-covered

test-built: setup $(BUILT) ## Run what is built as Lambda does, and hold its size and bytes
	.venv/bin/pytest tests/built

bench: setup $(BUILT) ## Measure the built functions beside bare ones: STARTS=40
	.venv/bin/python -m tests.bench --starts $(or $(STARTS),20)

chaos: setup ## Play many order lives with all troubles: ORDERS=10000 SEED=7
	.venv/bin/python -m tests.chaos --orders $(or $(ORDERS),10000) --seed $(or $(SEED),0)

heal: setup ## Lose webhooks of many orders and have them brought in: ORDERS=100000 SEED=7
	.venv/bin/python -m tests.chaos.healing --orders $(or $(ORDERS),100000) --seed $(or $(SEED),0)

fuzz: setup .fuzz/.installed ## Send the receiver what nobody should send: CASES=100000 SEED=7
	.venv/bin/python -m tests.attack --cases $(or $(CASES),10000) --seed $(or $(SEED),0)

flood: setup ## Flood one receiving process and see how fast it answers: RATE=200 SECONDS=10
	.venv/bin/python -m tests.attack.flood --rate $(or $(RATE),200) --seconds $(or $(SECONDS),10)

breaks: setup ## Break the adapter in many ways, each of which a test must catch: NAME=ledger
	.venv/bin/python -m tests.breaks $(if $(NAME),"$(NAME)")

demo: setup ## Send example deliveries through the local stack and compare the outcome
	.venv/bin/python -m seven_senders_local.demo

pictures: setup ## Draw the README's pictures anew, from real runs
	.venv/bin/python -m seven_senders_local.pictures

format: setup ## Format the code and mend what lint can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

dashboard: setup ## Write the dashboard into template.yaml
	.venv/bin/python -m seven_senders_local.dashboard

validate: setup .sam/.installed ## Check the template
	.venv/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 .sam/bin/sam validate --lint --region eu-central-1

audit: .venv/.installed .audit/.installed ## Check template and pins for known weaknesses
	@# checkov lets a template pass that it can't read
	.audit/bin/checkov --config-file .checkov.yaml | \
	  awk '{ print } /Parsing errors/ { failed = 1 } END { exit failed }'
	.venv/bin/python -m seven_senders_local.audit .audit/bin/pip-audit \
	  layers/dependencies/requirements.txt requirements/*.txt

build: $(UV) .sam/.installed ## Build what is deployed into .aws-sam
	$(call sam_build,.aws-sam/build)

pins: $(UV) ## Compile all pins anew; UPGRADE=--upgrade takes newer versions
	$(call compile,requirements/uv)
	$(call compile,requirements/dev)
	$(call compile,layers/dependencies/requirements,--constraints requirements/dev.txt)
	$(call compile,requirements/runtime,--constraints requirements/dev.txt)
	$(call compile,requirements/ministack)
	$(call compile,requirements/sam)
	$(call compile,requirements/audit)
	$(call compile,requirements/fuzz,--constraints requirements/dev.txt)

compile = $(UV) pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make pins' \
	$(UPGRADE) $(2) $(1).in --output-file $(1).txt

clean: ## Remove everything that make has made
	rm -rf .tools .venv .ministack .sam .audit .fuzz .layers .aws-sam .built build \
	  .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .coverage*
	find . -name __pycache__ -prune -exec rm -rf {} +

$(UV): requirements/uv.txt
	python=$$($(FIND_PYTHON)); "$$python" -m venv --clear .tools
	.tools/bin/pip install --quiet --require-hashes --requirement $<
	touch $@

# The environments are built from the interpreter behind .tools, so Python is looked for once.
.venv/.installed: requirements/dev.txt pyproject.toml $(UV)
	$(UV) venv --quiet --clear --python .tools/bin/python .venv
	$(UV) pip sync --quiet --require-hashes --python .venv/bin/python $<
	$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python --editable .
	touch $@

.ministack/.installed .sam/.installed .audit/.installed .fuzz/.installed: .%/.installed: requirements/%.txt $(UV)
	$(UV) venv --quiet --clear --python .tools/bin/python .$*
	$(UV) pip sync --quiet --require-hashes --python .$*/bin/python $<
	touch $@

# What Lambda mounts at /opt and brings itself, for this machine's Python.
$(LAYER)/.installed: layers/dependencies/requirements.txt $(UV)
	$(call install_into,$(LAYER))

$(RUNTIME)/.installed: requirements/runtime.txt $(UV)
	$(call install_into,$(RUNTIME))

# The same for tests, with the wheels of Lambda and with those of this machine. Folders are among
# the sources, so that a deleted file shows.
.built/here/build/template.yaml: export LAYER_PLATFORM := $(shell uname -m)-manylinux2014
.built/%/build/template.yaml: Makefile template.yaml $(shell find functions layers -not -name '*.pyc') \
		$(UV) .sam/.installed
	$(call sam_build,$(@D))

# The modes of files end up in the zip files that sam uploads; their times do not.
define sam_build
umask 022; PATH="$(CURDIR)/.tools/bin:$$PATH" SAM_CLI_TELEMETRY=0 .sam/bin/sam build \
	  --build-dir $(1)
for task in $(1)/*Function; do $(MAKE) compile FOLDER="$$task" AS=/var/task; done
chmod -R u=rwX,go=rX $(1)
endef

# Byte code that is not checked by the time of its source, as packaging changes the times. One
# process that starts the same each time makes all of it, so that the bytes are the same too.
compile: $(UV)
	find "$(FOLDER)" -name __pycache__ -prune -exec rm -rf {} +
	PYTHONHASHSEED=0 .tools/bin/python -S -P -m compileall -q \
	  --invalidation-mode unchecked-hash -s "$(FOLDER)" -p $(AS) "$(FOLDER)"

define install_into
rm -rf $(1)
$(UV) pip install --quiet --require-hashes --compile-bytecode --python .tools/bin/python \
	  --target $(1) --requirement $<
touch $@
endef
