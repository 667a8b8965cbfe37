# SPDX-License-Identifier: BSD-2-Clause

.PHONY: help build demo run bench check image check-image check-toolbox soak fuzz sel4-run clean

help:
	@echo "make demo    random bytes reach shared memory in a booted guest, from nothing"
	@echo "make run     the same guest, its console on this terminal (IMAGES=FOLDER: another one)"
	@echo "make check   every test"
	@echo "make image   the guest's image with Buildroot (BUILDROOT=FOLDER, O=FOLDER, DEFCONFIG=NAME, FRAGMENTS=\"A B\")"
	@echo "make check-image IMAGES=FOLDER"
	@echo "             every test of a built image"
	@echo "make check-toolbox IMAGES=FOLDER"
	@echo "             the tools around tokens in a booted image of the toolbox: docs/tokens.md"
	@echo "make sel4-run MICROKIT_SDK=FOLDER LIBVMM=FOLDER IMAGES=FOLDER"
	@echo "             the guest under seL4 in QEMU: docs/bring-up.md"
	@echo "make soak    a fault every 10 s for an hour (MINUTES=N, SEED=N), what leaks and what is lost"
	@echo "make fuzz    1,000,000 wrong answers, control pages, configurations and URIs (INPUTS=N, SEED=N)"
	@echo "make bench   measures what docs/performance.md says (SUBJECTS=\"wrapper oneshot growth ring assess boot slot memory guest guest-counted sizes faults\")"
	@echo "make build   build/host/bin/entropy, build/host/bin/token and build/host/bin/virtual-token"

build:
	board/qemu/prerequisites.sh demo
	java-app/build.sh

demo run bench:
	@board/qemu/demo.sh $@

check:
	@board/qemu/check.sh

# The tests of these classes alone: unit tests, then integration tests.
tests = java-app/mvn.sh -q verify -pl guest-tests -am -Dsurefire.failIfNoSpecifiedTests=false \
	-Dfailsafe.failIfNoSpecifiedTests=false

soak:
	@SOAK_MINUTES=$(or $(MINUTES),60) SOAK_SEED=$(or $(SEED),1) $(tests) -Dtest=None -Dit.test=SoakIT

fuzz:
	@FUZZ_INPUTS=$(or $(INPUTS),1000000) FUZZ_SEED=$(or $(SEED),1) $(tests) -Dtest=ControlPageTest,ConfigurationTest,Pkcs11UriTest -Dit.test=FuzzIT

image:
	@BUILDROOT="$(BUILDROOT)" O="$(O)" DEFCONFIG="$(DEFCONFIG)" FRAGMENTS="$(FRAGMENTS)" board/maaxboard/image.sh

check-image:
	@IMAGES="$(IMAGES)" BUILDROOT="$(BUILDROOT)" board/maaxboard/check-image.sh

check-toolbox:
	@IMAGES="$(IMAGES)" board/maaxboard/check-toolbox.sh

sel4-run: build
	@$(MAKE) -s -C sel4 run MICROKIT_SDK=$(abspath $(MICROKIT_SDK)) LIBVMM=$(abspath $(LIBVMM)) IMAGES=$(abspath $(IMAGES))

clean:
	rm -rf build java-app/*/target
