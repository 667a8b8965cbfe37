################################################################################
#
# maven
#
################################################################################

MAVEN_VERSION = 3.9.11
MAVEN_SOURCE = apache-maven-$(MAVEN_VERSION)-bin.tar.gz
MAVEN_SITE = https://archive.apache.org/dist/maven/maven-3/$(MAVEN_VERSION)/binaries
MAVEN_LICENSE = Apache-2.0
MAVEN_LICENSE_FILES = LICENSE NOTICE
HOST_MAVEN_DEPENDENCIES = host-openjdk-bin

define HOST_MAVEN_INSTALL_CMDS
	rm -rf $(HOST_DIR)/share/maven
	mkdir -p $(HOST_DIR)/share/maven $(HOST_DIR)/bin
	cp -a $(@D)/bin $(@D)/boot $(@D)/conf $(@D)/lib $(HOST_DIR)/share/maven/
	ln -sf ../share/maven/bin/mvn $(HOST_DIR)/bin/mvn
endef

$(eval $(host-generic-package))
