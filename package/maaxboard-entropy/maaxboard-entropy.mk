################################################################################
#
# maaxboard-entropy
#
################################################################################

MAAXBOARD_ENTROPY_VERSION = 0.1.0
MAAXBOARD_ENTROPY_SITE = $(BR2_EXTERNAL_MAAXBOARD_ENTROPY_PATH)/java-app
MAAXBOARD_ENTROPY_SITE_METHOD = local
MAAXBOARD_ENTROPY_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude target
MAAXBOARD_ENTROPY_LICENSE = BSD-2-Clause, Apache-2.0 (picocli, jackson-core), MIT (Bouncy Castle)
MAAXBOARD_ENTROPY_LICENSE_FILES = LICENSE
MAAXBOARD_ENTROPY_DEPENDENCIES = host-maven openjdk opensc pcsc-lite ccid

MAAXBOARD_ENTROPY_HOME = /usr/lib/maaxboard-entropy
# Modules of the JDK that the wrapper's modules require.
MAAXBOARD_ENTROPY_JDK_MODULES = java.base java.logging jdk.unsupported
# Where the openjdk package leaves the modules for the target.
MAAXBOARD_ENTROPY_JMODS = $(OPENJDK_DIR)/build/linux-*-release/images/jmods
MAAXBOARD_ENTROPY_JAVA_HOME = $(HOST_OPENJDK_BIN_ROOT_DIR)

# The licence lies above java-app.
define MAAXBOARD_ENTROPY_COPY_LICENSE
	cp $(BR2_EXTERNAL_MAAXBOARD_ENTROPY_PATH)/LICENSE $(@D)/
endef
MAAXBOARD_ENTROPY_POST_RSYNC_HOOKS += MAAXBOARD_ENTROPY_COPY_LICENSE

# What Maven downloads is kept with Buildroot's other downloads and is held
# against the checksums of java-app/.mvn; a second build is offline.
MAAXBOARD_ENTROPY_MAVEN_REPOSITORY = $(MAAXBOARD_ENTROPY_DL_DIR)/maven

# Left out of the runtime: what belongs to the network, to development and to
# other languages than English. The licence texts are those of openjdk's legal-info.
MAAXBOARD_ENTROPY_EXCLUDE_FILES = \
	**/cacerts \
	**/public_suffix_list.dat \
	**/jrt-fs.jar \
	**/keytool \
	**/jexec \
	**/jspawnhelper \
	/java.base/legal/** \
	/java.base/lib/classlist
MAAXBOARD_ENTROPY_EXCLUDE_RESOURCES = \
	**/uniName.dat \
	$(foreach l,de es fr it ja ko pt_BR sv zh_CN zh_HK zh_TW,**/resources/*_$(l).class) \
	$(foreach c,Big5 EUC GB HKSCS IBM JIS Johab MS PCK SJIS,/java.base/sun/nio/cs/$(c)*)

ifeq ($(BR2_PACKAGE_MAAXBOARD_ENTROPY_TOKEN_TOOLS),y)
MAAXBOARD_ENTROPY_MAVEN_ENV = PROJECT=token-tools
define MAAXBOARD_ENTROPY_INSTALL_TOKEN
	rm -rf $(TARGET_DIR)/usr/lib/maaxboard-token
	mkdir -p $(TARGET_DIR)/usr/lib/maaxboard-token
	$(INSTALL) -m 0644 $(@D)/token/*.jar $(TARGET_DIR)/usr/lib/maaxboard-token/
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/token \
		$(TARGET_DIR)/usr/bin/token
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/far-token \
		$(TARGET_DIR)/usr/bin/far-token
	mkdir -p $(TARGET_DIR)/usr/share/p11-kit/modules
	echo "module: /usr/lib/opensc-pkcs11.so" \
		>$(TARGET_DIR)/usr/share/p11-kit/modules/opensc.module
endef
endif

MAAXBOARD_ENTROPY_READERS = $(call qstrip,$(BR2_PACKAGE_MAAXBOARD_ENTROPY_READERS))
ifneq ($(MAAXBOARD_ENTROPY_READERS),)
define MAAXBOARD_ENTROPY_ADD_READERS
	$(INSTALL) -D -m 0644 $(MAAXBOARD_ENTROPY_READERS) $(TARGET_DIR)/etc/ccid-readers
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/add-readers \
		$(TARGET_DIR)/usr/sbin/add-readers
	$(TARGET_DIR)/usr/sbin/add-readers $(TARGET_DIR)/etc/ccid-readers \
		$(TARGET_DIR)/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist
endef
endif

define MAAXBOARD_ENTROPY_BUILD_CMDS
	JAVA_HOME=$(MAAXBOARD_ENTROPY_JAVA_HOME) $(MAAXBOARD_ENTROPY_MAVEN_ENV) \
		$(MAAXBOARD_ENTROPY_PKGDIR)/maven-build.sh \
		$(HOST_DIR)/bin/mvn $(@D) $(MAAXBOARD_ENTROPY_MAVEN_REPOSITORY)
	rm -rf $(@D)/runtime
	$(MAAXBOARD_ENTROPY_JAVA_HOME)/bin/jlink \
		--module-path "$$(echo $(MAAXBOARD_ENTROPY_JMODS)):$(@D)/modules" \
		--add-modules maaxboard.entropy \
		--compress zip-9 \
		--strip-java-debug-attributes \
		--no-header-files \
		--no-man-pages \
		--generate-jli-classes=@$(MAAXBOARD_ENTROPY_PKGDIR)/jli-classes \
		--exclude-files=$(subst $(space),$(comma),$(MAAXBOARD_ENTROPY_EXCLUDE_FILES)) \
		--exclude-resources=$(subst $(space),$(comma),$(MAAXBOARD_ENTROPY_EXCLUDE_RESOURCES)) \
		--output $(@D)/runtime
endef

# Settings of the configuration menu, as the lines of maaxboard-entropy.conf.
define MAAXBOARD_ENTROPY_CONFIGURE_TARGET
	$(SED) 's|^#*module = .*|module = $(call qstrip,$(BR2_PACKAGE_MAAXBOARD_ENTROPY_MODULE))|' \
		-e 's|^#*claimed-entropy = .*|claimed-entropy = $(call qstrip,$(BR2_PACKAGE_MAAXBOARD_ENTROPY_CLAIMED_ENTROPY))|' \
		-e 's|^#*min-tokens = .*|min-tokens = $(BR2_PACKAGE_MAAXBOARD_ENTROPY_MIN_TOKENS)|' \
		-e 's|^#*source = .*|source = $(call qstrip,$(BR2_PACKAGE_MAAXBOARD_ENTROPY_SOURCE))|' \
		$(TARGET_DIR)/etc/maaxboard-entropy.conf
endef

define MAAXBOARD_ENTROPY_INSTALL_TARGET_CMDS
	rm -rf $(TARGET_DIR)$(MAAXBOARD_ENTROPY_HOME)
	cp -a $(@D)/runtime $(TARGET_DIR)$(MAAXBOARD_ENTROPY_HOME)
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/entropy \
		$(TARGET_DIR)/usr/bin/entropy
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/keep-running \
		$(TARGET_DIR)/usr/libexec/maaxboard-entropy/keep-running
	$(INSTALL) -D -m 0644 $(MAAXBOARD_ENTROPY_PKGDIR)/maaxboard-entropy.conf \
		$(TARGET_DIR)/etc/maaxboard-entropy.conf
	$(MAAXBOARD_ENTROPY_CONFIGURE_TARGET)
	$(INSTALL) -D -m 0644 \
		$(BR2_EXTERNAL_MAAXBOARD_ENTROPY_PATH)/board/maaxboard/opensc.conf \
		$(TARGET_DIR)/etc/opensc.conf
	$(INSTALL) -D -m 0644 $(MAAXBOARD_ENTROPY_PKGDIR)/70-maaxboard-entropy.rules \
		$(TARGET_DIR)/etc/udev/rules.d/70-maaxboard-entropy.rules
	$(INSTALL) -D -m 0644 $(MAAXBOARD_ENTROPY_PKGDIR)/profile.sh \
		$(TARGET_DIR)/etc/profile.d/maaxboard-entropy.sh
	$(MAAXBOARD_ENTROPY_INSTALL_TOKEN)
	$(MAAXBOARD_ENTROPY_ADD_READERS)
endef

define MAAXBOARD_ENTROPY_INSTALL_INIT_SYSV
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/S60pcscd \
		$(TARGET_DIR)/etc/init.d/S60pcscd
	$(INSTALL) -D -m 0755 $(MAAXBOARD_ENTROPY_PKGDIR)/S70maaxboard-entropy \
		$(TARGET_DIR)/etc/init.d/S70maaxboard-entropy
endef

MAAXBOARD_ENTROPY_USERS = $(file <$(MAAXBOARD_ENTROPY_PKGDIR)/users)

# Buildroot's JRE and the packages that only its desktop half is linked with
# leave the target: the runtime above is all that is used of them, and cups
# would start a daemon. post-build.sh checks that nothing misses them.
MAAXBOARD_ENTROPY_NOT_ON_TARGET = \
	openjdk alsa-lib cups expat fontconfig freetype giflib \
	jpeg jpeg-turbo libjpeg lcms2 libpng

define MAAXBOARD_ENTROPY_REMOVE_FROM_TARGET
	$(MAAXBOARD_ENTROPY_PKGDIR)/remove-packages.sh $(TARGET_DIR) $(BUILD_DIR) \
		$(foreach p,$(MAAXBOARD_ENTROPY_NOT_ON_TARGET),$($(call UPPERCASE,$(p))_DIR)/.files-list.txt)
endef
MAAXBOARD_ENTROPY_TARGET_FINALIZE_HOOKS += MAAXBOARD_ENTROPY_REMOVE_FROM_TARGET

$(eval $(generic-package))
