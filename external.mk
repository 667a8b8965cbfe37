ifeq ($(shell grep -s BR2_PACKAGE_OPENJDK_VERSION_25 $(TOPDIR)/package/openjdk/Config.in),)
$(error This Buildroot, $(BR2_VERSION), has no OpenJDK 25: 2026.08-rc1 is the first with it)
endif

include $(sort $(wildcard $(BR2_EXTERNAL_MAAXBOARD_ENTROPY_PATH)/package/*/*.mk))

# The compilers and tools that OpenJDK's build runs on the host come from the
# JDK that Buildroot installs there, when it is of the same version; otherwise
# OpenJDK builds a second HotSpot for them.
ifeq ($(subst +,_,$(OPENJDK_VERSION)),$(HOST_OPENJDK_BIN_VERSION))
OPENJDK_CONF_OPTS += --with-build-jdk=$(HOST_OPENJDK_BIN_ROOT_DIR)
endif

# What a small service never uses of the virtual machine: other collectors, and what lets
# somebody look into a running one (agents, attaching, heap dumps, the debugger's tables).
# G1 stays, as nothing can archive a heap without it.
OPENJDK_CONF_OPTS += \
	--with-jvm-features=-dtrace,-epsilongc,-jfr,-jni-check,-jvmci,-jvmti,-management,-parallelgc,-services,-shenandoahgc,-vm-structs,-zgc

# The virtual machine is the only user of the C++ library and needs next to nothing of it:
# a start spares 3,600 relocations, the image the library.
OPENJDK_CONF_OPTS += --with-stdc++lib=static

# Of the JDK's modules only those are built that the runtime is linked from: a
# fraction of the time, and nothing is linked with the desktop's libraries.
# Buildroot's JRE is not made, so none is installed. The compiler that compiles
# the modules is made first, as it needs sources of modules that are left out.
OPENJDK_MAKE_TARGET = $(addsuffix -jmod,$(MAAXBOARD_ENTROPY_JDK_MODULES)) \
	MODULES_FILTER="$$(cd $(@D)/src && ls | grep -vxF $(foreach m,$(MAAXBOARD_ENTROPY_JDK_MODULES),-e $(m)) | tr '\n' ' ')"

define MAAXBOARD_ENTROPY_BUILD_JAVAC
	$(TARGET_MAKE_ENV) $(OPENJDK_CONF_ENV) $(MAKE1) -C $(@D) interim-langtools
endef
OPENJDK_PRE_BUILD_HOOKS += MAAXBOARD_ENTROPY_BUILD_JAVAC

OPENJDK_INSTALL_TARGET_CMDS = @:
