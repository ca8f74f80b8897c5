# The scripts do the work; this only gives them the names that fingers know.
.PHONY: build release test lint format demo bench package install clean

PREFIX ?= /usr/local

build:
	scripts/build debug

release:
	scripts/build release

test:
	scripts/test

lint:
	scripts/lint

format:
	swift format format --in-place --recursive --parallel Sources Tests Package.swift

demo:
	scripts/demo

bench:
	scripts/bench

package:
	scripts/package

install:
	scripts/install $(PREFIX)

clean:
	rm -rf .build .build-static dist
