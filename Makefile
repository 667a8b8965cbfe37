# SPDX-License-Identifier: BSD-2-Clause

.PHONY: help build demo run check clean

help:
	@echo "make demo    random bytes reach shared memory in a booted guest, from nothing"
	@echo "make run     the same guest, its console on this terminal (IMAGES=FOLDER: another one)"
	@echo "make check   every test"
	@echo "make build   build/host/bin/entropy and build/host/bin/virtual-token"

build:
	board/qemu/prerequisites.sh
	java-app/build.sh

demo run:
	@board/qemu/demo.sh $@

check:
	@board/qemu/check.sh

clean:
	rm -rf build java-app/*/target
